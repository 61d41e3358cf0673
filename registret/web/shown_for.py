"""For whom a page was made: its forms say so, and what was made for another person or seat is refused."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from registret.access.actor import Actor
from registret.access.queries.logins import CardHolder
from registret.access.refusals import PageOfAnother, PageOfOtherSeat
from registret.kernel.identifiers import HsaId
from registret.kernel.secret import derived
from registret.web.http import CardRequest

FIELD: Final = "visad"


def mark(person: Actor | CardHolder) -> str:
    """Of a person and the seat that they have now. It outlives the session, and says nothing to anybody else."""
    return f"{mark_of(_hsa_id(person))}.{_digest('seat', _seat(person))}"


def mark_of(hsa_id: HsaId) -> str:
    """Of a person alone."""
    return _digest("person", hsa_id.key)


def require_own_page(request: CardRequest, *, at_seat: bool) -> None:
    """A form counts only from the person that its page was made for, and if `at_seat` at the seat that they had then.

    Every form of a page says whose it is; a request without the field has not come from one that lay open.

    Raises: PageOfAnother, PageOfOtherSeat.
    """
    sent = request.POST.get(FIELD)
    if sent is None:
        return
    theirs, now = sent.partition("."), mark(request.person).partition(".")
    if theirs[0] != now[0]:
        raise PageOfAnother()
    if at_seat and theirs != now:
        raise PageOfOtherSeat()


def _hsa_id(person: Actor | CardHolder) -> HsaId:
    return person.hsa_id if isinstance(person, Actor) else person.sitting.card.hsa_id


def to_send_again(request: HttpRequest) -> dict[str, Any]:
    """A form that was refused for that, as it was sent: it counts once person and seat are those of its page."""
    own = {"csrfmiddlewaretoken", FIELD}
    fields = [(name, value) for name, values in request.POST.lists() if name not in own for value in values]
    return {"shown_for": request.POST.get(FIELD, ""), "fields": fields}


def _seat(person: Actor | CardHolder) -> str:
    """A clinic, the office, or none."""
    return str(person.seat.clinic_id) if isinstance(person, Actor) else ""


def _digest(*parts: str) -> str:
    return derived(key=settings.LINK_KEY, purpose="page", parts=parts).hex()[:16]
