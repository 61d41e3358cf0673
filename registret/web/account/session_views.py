"""Sessions of one's own: where this card was shown, and work could go on."""

from __future__ import annotations

from django.http import HttpResponse

from registret.access.refusals import NotFound
from registret.access.self_service.my_account import own_grants
from registret.accounts import sessions as acts
from registret.web.account.own_pages import sessions_page
from registret.web.account.pages import own, show
from registret.web.gate import needs_any_card
from registret.web.http import CardRequest, see_other


@needs_any_card.get
def sessions(request: CardRequest) -> HttpResponse:
    """All that live, this one first told apart."""
    me = own(request)
    page = sessions_page(
        acts.sessions_of(hsa_id=me.hsa_id, at=request.at),
        this=request.sitting.session_id,
        places={grant.id: grant.clinic_name for grant in own_grants(account_id=me.id, at=request.at)},
    )
    return show(request, "account/account_sessions.html", page)


@needs_any_card.post
def end(request: CardRequest, id: int) -> HttpResponse:
    """One of the others. A second click finds it done; this one ends by logging out."""
    if id != request.sitting.session_id:
        hsa_id = request.sitting.card.hsa_id
        if not acts.end_own(session_id=id, hsa_id=hsa_id, by=request.person.by, at=request.at):
            raise NotFound()
    return see_other("sessions")


@needs_any_card.post
def end_others(request: CardRequest) -> HttpResponse:
    """All but this one."""
    acts.end_others(
        hsa_id=request.sitting.card.hsa_id,
        keep=request.sitting.session_id,
        by=request.person.by,
        at=request.at,
    )
    return see_other("sessions")
