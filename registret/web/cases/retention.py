"""Gallring: what is older than its sub-registry keeps it, and decisions about that. Numbers, no patients."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse

from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.refusals import AlreadyDeciding, KeptUntil, NothingSoOld
from registret.records.retention.ages import Age, age_of, ages
from registret.records.retention.decisions import decide_to_destroy, decide_to_destroy_research, decide_to_keep
from registret.web.cases.forms import RetentionForm
from registret.web.cases.retention_pages import retention_one_page, retention_page
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.pieces import show

_PLACES = {KeptUntil: "what", NothingSoOld: "what", AlreadyDeciding: "what"}


@needs(Permission.HANDLE_CASES).get
def retention(request: ActorRequest) -> HttpResponse:
    """All sub-registries, also those that are closed."""
    page = retention_page(ages(actor=request.actor, at=request.at), decided=bool(request.GET.get("klart")))
    return show(request, "cases/retention.html", page, tab="retention")


@needs(Permission.HANDLE_CASES).get_post
def one(request: ActorRequest, code: str) -> HttpResponse:
    """One sub-registry and its decisions; POST decides, and asks first if something is to be destroyed."""
    age = age_of(actor=request.actor, sub_registry=code, at=request.at)
    today = day_of(request.at)
    form = RetentionForm(posted(request), today=today, with_research=age.research is not None)
    asked = ""
    if form.is_valid() and "change" not in request.POST:
        asked = _to_ask(age, form.cleaned_data["what"]) if request.POST.get("ok") != "1" else ""
        if not asked and _decided(request, form, code):
            return _done(code)
    page = retention_one_page(
        age,
        form,
        asked="" if form.errors else asked,
    )
    return show(request, "cases/retention_one.html", page, tab="retention", status=422 if form.errors else 200)


def _to_ask(age: Age, what: str) -> str:
    """What is to be destroyed, if there is anything: it is asked about first."""
    past = {"destroy": age.whole, "research": age.research}.get(what)
    return what if past is not None and past.past > 0 else ""


def _decided(request: ActorRequest, form: RetentionForm, code: str) -> bool:
    data = form.cleaned_data
    with refusals_as_errors(form, _PLACES):
        if data["what"] == "destroy":
            decide_to_destroy(actor=request.actor, sub_registry=code, reason=data["reason"], at=request.at)
        elif data["what"] == "research":
            decide_to_destroy_research(actor=request.actor, sub_registry=code, reason=data["reason"], at=request.at)
        else:
            decide_to_keep(
                actor=request.actor, sub_registry=code, until=data["until"], reason=data["reason"], at=request.at
            )
    return form.is_valid()


def _done(code: str) -> HttpResponse:
    return see_other(f"{reverse('retention')}?klart={code}")
