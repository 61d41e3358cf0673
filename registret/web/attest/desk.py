"""Beside deciding: taking an application on, notes, questions, and several at once."""

from __future__ import annotations

from django.http import HttpResponse

from registret.access.applications import application_notes as access
from registret.access.grants.reach import reach_of
from registret.access.queries.applications import application_for
from registret.access.roles import Permission
from registret.rate_limits.services import TooMany
from registret.web.attest.forms import WriteForm
from registret.web.attest.several_pages import chosen_page, results_page
from registret.web.attest.views import show_item
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.pieces import show


@needs(Permission.ATTEST).post
def take_on(request: ActorRequest, id: int) -> HttpResponse:
    """Tas av mig, or (`tillbaka`) put back."""
    act = access.put_back if "tillbaka" in request.POST else access.take_on
    act(application_id=id, actor=request.actor, at=request.at)
    return see_other("attest_one", id)


@needs(Permission.ATTEST).post
def write(request: ActorRequest, id: int) -> HttpResponse:
    """A note, or (`fraga`) a question that is mailed to the applicant."""
    form = WriteForm(request.POST)
    if form.is_valid():
        act = access.ask if "fraga" in request.POST else access.write_note
        text = form.cleaned_data["text"]
        with refusals_as_errors(form, {TooMany: "text"}):
            act(application_id=id, text=text, actor=request.actor, at=request.at)
    if form.is_valid():
        return see_other("attest_one", id)
    wanted = application_for(actor=request.actor, application_id=id, at=request.at)
    return show_item(request, wanted, writing=form)


@needs(Permission.ATTEST).post
def several(request: ActorRequest) -> HttpResponse:
    """Attestera valda: the first POST shows who it is about; its Ok attests. `ensam` attests one at once."""
    alone = request.POST.get("ensam", "")
    chosen = [alone] if alone else request.POST.getlist("valda")
    ids = [int(value) for value in chosen if value.isascii() and value.isdigit() and len(value) < 19]
    if not ids:
        return see_other("attest")
    if alone or request.POST.get("ok") == "1":
        page = results_page(access.attest_many(application_ids=ids, actor=request.actor, at=request.at))
    else:
        chosen_rows = [
            application_for(actor=request.actor, application_id=id, at=request.at) for id in ids[: access.AT_ONCE]
        ]
        page = chosen_page(
            chosen_rows,
            until=reach_of(request.actor, at=request.at).last_day(at=request.at),
        )
    return show(request, "attest/attest_several.html", page, tab="attest")
