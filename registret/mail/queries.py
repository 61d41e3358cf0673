"""What became of letters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Min, Q

from registret.database.prepared import Given, Prepared
from registret.kernel.identifiers import EmailAddress
from registret.mail.models import OPEN, Letter

PROMPT = timedelta(minutes=2)
"""How long a due letter may wait before people are told that mail is delayed."""


class Fate(StrEnum):
    WAITING = "waiting"
    """To be sent; not tried yet."""
    RETRYING = "retrying"
    """Tried in vain, and will be tried again."""
    SENT = "sent"
    """The mail server took it."""
    GIVEN_UP = "given_up"
    """Refused for good, or tried for three days."""
    SUPERSEDED = "superseded"
    """A newer letter replaced it before it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """A letter as the support sees it: the address masked, nothing of what it says."""

    id: int
    kind: str
    to: str
    language: str
    message_id: str
    fate: Fate
    created_at: datetime
    attempts: int
    error: str
    next_try_at: datetime | None
    ended_at: datetime | None


def letter(letter_id: int) -> LetterRow | None:
    """The letter and its fate; None if there is no such letter."""
    found = Letter.objects.filter(id=letter_id).first()
    return _row(found) if found else None


def fate(letter_id: int) -> Fate | None:
    """None if there is no such letter."""
    found = letter(letter_id)
    return found.fate if found else None


def letters_about(account_id: int, *, size: int | None = None, known: Collection[str] = ()) -> tuple[LetterRow, ...]:
    """Letters about an account, newest first; the first `size`, or all. `known`: addresses that the asker sees
    anyway, and that are written out here too."""
    found = Letter.objects.filter(about_account_id=account_id).order_by("-id")[:size]
    return tuple(_row(letter, known=known) for letter in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """How many letters are still to be sent, and when the oldest of them was written."""

    count: int
    oldest: datetime | None


def outbox() -> Outbox:
    """Letters that wait, tried or not."""
    return Outbox(**Letter.objects.filter(OPEN).aggregate(count=Count("id"), oldest=Min("created_at")))


def is_mail_delayed(at: datetime) -> bool:
    """Whether people should be told that mail is late.

    Either a letter has been due for more than two minutes, or the newest attempt of all failed because of the mail
    server. A mailbox that is full delays nobody else.
    """
    if Letter.objects.filter(OPEN, not_before__lt=at - PROMPT).exists():
        return True
    newest = Letter.objects.filter(attempts__gt=0).order_by("-attempted_at").first()
    return newest is not None and newest.server_trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """The last letter to an address was refused, because of the address; `error` is the server's code, `550 5.1.1`."""

    at: datetime
    error: str


_ENDED = Q(sent_at__isnull=False) | Q(address_refused=True)
_NEWEST_ENDED = Prepared(
    lambda: Letter.objects.filter(_ENDED, to_address=Given("address")).order_by("-attempted_at")[:1]
)

_NEWEST_ENDED_OF = Prepared(
    lambda: (
        Letter.objects.filter(_ENDED, to_address__any=Given("addresses"))
        .order_by("to_address", "-attempted_at")
        .distinct("to_address")
    )
)


def bounces(addresses: Iterable[str]) -> Mapping[str, Bounce]:
    """Those of the addresses that do not work: the newest letter that came to an end there was refused. One query.

    A letter that is accepted later takes it back; an address that is changed is no longer asked about.
    """
    wanted = sorted(set(addresses))
    newest = _NEWEST_ENDED_OF.rows(addresses=wanted) if wanted else ()
    return {letter.to_address: told for letter in newest if (told := _bounce(letter)) is not None}


def bounce(address: EmailAddress) -> Bounce | None:
    """None: as far as is known, letters to this address arrive."""
    newest = _NEWEST_ENDED.first(address=address.text)
    return _bounce(newest) if newest else None


def _bounce(newest: Letter) -> Bounce | None:
    at, error = newest.given_up_at, newest.last_error.removeprefix("smtp ")
    return None if at is None else Bounce(at=at, error=error)


def _row(found: Letter, *, known: Collection[str] = ()) -> LetterRow:
    fate, to = _fate(found), EmailAddress(found.to_address)
    return LetterRow(
        id=found.id,
        kind=found.kind,
        to=to.text if to.text in known else to.masked,
        language=found.language,
        message_id=found.message_id,
        fate=fate,
        created_at=found.created_at,
        attempts=found.attempts,
        error=found.last_error,
        next_try_at=found.not_before if fate in {Fate.WAITING, Fate.RETRYING} else None,
        ended_at=found.sent_at or found.given_up_at or found.superseded_at,
    )


def _fate(found: Letter) -> Fate:
    if found.sent_at:
        return Fate.SENT
    if found.given_up_at:
        return Fate.GIVEN_UP
    if found.superseded_at:
        return Fate.SUPERSEDED
    return Fate.RETRYING if found.last_error else Fate.WAITING
