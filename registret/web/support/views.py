"""Support: find an account, see what became of it, send its letter again. No rights, no patients."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from registret.access.roles import Permission
from registret.access.staff import support
from registret.access.staff.suspending import may_take_over
from registret.accounts.lifecycle import AccountState
from registret.accounts.refusals import ConfirmationDone
from registret.mail.queries import bounce, bounces
from registret.web.attest.card_time import CardTime
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.numbers import number_in
from registret.web.texts import text_in
from registret.words.refusals import page_of


@require_GET
@needs(Permission.HELP)
def search(request: ActorRequest) -> HttpResponse:
    """Accounts that `q` begins or names, a page at a time."""
    words, after = text_in(request.GET, "q")[:100], text_in(request.GET, "efter")
    page = support.find(words=words, after=after, actor=request.actor, at=request.at)
    refused = bounces(row.email for row in page.rows)
    found = [(row, refused.get(row.email)) for row in page.rows]
    return render(request, "support/support.html", {"tab": "support", "words": words, "page": page, "found": found})


@require_GET
@needs(Permission.HELP)
def account(request: ActorRequest, id: int) -> HttpResponse:
    """One account: state, what a login lacks, letters, timeline."""
    before, everything = number_in(request.GET, "fore"), request.GET.get("visa") == "allt"
    found = support.helped(account_id=id, everything=everything, before=before, actor=request.actor, at=request.at)
    suspended = found.account.state is AccountState.SUSPENDED and id != request.actor.account_id
    context = {
        "tab": "support",
        "h": found,
        "a": found.account,
        "bounce": bounce(found.account.email),
        "missing": page_of(found.missing) if found.missing else None,
        "before": before,
        "everything": everything,
        "sent": request.GET.get("skickat") == "1",
        # The office lifts what nobody at a clinic can; support decides nothing.
        "decides": suspended and request.actor.may(Permission.APPOINT),
        "may_take_over": may_take_over(account_id=id, actor=request.actor, at=request.at),
        "card_time": CardTime.of(request.actor, at=request.at),
        "at": request.at,
    }
    return render(request, "support/support_account.html", context)


@require_POST
@needs(Permission.HELP)
def resend(request: ActorRequest, id: int) -> HttpResponse:
    """The letter that confirms the address, again. Confirmed meanwhile, there is nothing to send."""
    sent = ""
    with suppress(ConfirmationDone):
        support.resend(account_id=id, actor=request.actor, at=request.at)
        sent = "?skickat=1"
    return see_other(reverse("support_account", args=[id]) + sent)
