"""Support: find an account, see what became of it, send its letter again. No rights, no patients."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpResponse
from django.urls import reverse

from registret.access.roles import Permission
from registret.access.staff import support
from registret.accounts.refusals import ConfirmationDone
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.numbers import number_in
from registret.web.pieces import show
from registret.web.support.pages import helped_page, search_page
from registret.web.texts import text_in


@needs(Permission.HELP).get
def search(request: ActorRequest) -> HttpResponse:
    """Accounts that `q` begins or names, a page at a time."""
    words, after = text_in(request.GET, "q")[:100], text_in(request.GET, "efter")
    found = support.find(words=words, after=after, actor=request.actor, at=request.at)
    return show(request, "support/support.html", search_page(words, found), tab="support")


@needs(Permission.HELP).get
def account(request: ActorRequest, id: int) -> HttpResponse:
    """One account: state, what a login lacks, letters, timeline."""
    before, everything = number_in(request.GET, "fore"), request.GET.get("visa") == "allt"
    found = support.helped(account_id=id, everything=everything, before=before, actor=request.actor, at=request.at)
    page = helped_page(
        found,
        sent=request.GET.get("skickat") == "1",
        before=before,
        everything=everything,
        actor=request.actor,
        at=request.at,
    )
    return show(request, "support/support_account.html", page, tab="support")


@needs(Permission.HELP).post
def resend(request: ActorRequest, id: int) -> HttpResponse:
    """The letter that confirms the address, again. Confirmed meanwhile, there is nothing to send."""
    sent = ""
    with suppress(ConfirmationDone):
        support.resend(account_id=id, actor=request.actor, at=request.at)
        sent = "?skickat=1"
    return see_other(reverse("support_account", args=[id]) + sent)
