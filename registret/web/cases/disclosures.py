"""Utlämnanden för forskning: prepared by one, decided by another, and then a file. Numbers, no patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.urls import reverse

from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.disclosure import deciding, ending, fetching, preparing, queries
from registret.records.disclosure.selection import parts_of
from registret.web.cases.disclosure_pages import disclosure_page, disclosures_page, new_disclosure_page
from registret.web.cases.forms import DisclosureForm
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.numbers import number_in
from registret.web.pieces import show

_ACTS: Final[Mapping[str, Callable[..., None]]] = {
    "decide": deciding.decide,
    "withdraw": ending.withdraw,
    "close": ending.close,
}


@needs(Permission.HANDLE_CASES).get
def disclosures(request: ActorRequest) -> HttpResponse:
    """Newest first, and the sub-registries that a new one can be prepared of."""
    before = number_in(request.GET, "fore")
    page = disclosures_page(queries.disclosures(actor=request.actor, before=before), before=before)
    return show(request, "cases/disclosures.html", page, tab="disclosures")


@needs(Permission.HANDLE_CASES).get_post
def new(request: ActorRequest, code: str) -> HttpResponse:
    """What a project asks for of one sub-registry; POST prepares it, and another decides."""
    parts = parts_of(code)
    if not parts:
        raise NotFound()
    form = DisclosureForm(posted(request), sub_registry=code, parts=parts)
    if form.is_valid():
        number = preparing.prepare(actor=request.actor, wish=form.wish, at=request.at)
        return _see(number, "prepare")
    page = new_disclosure_page(form, parts)
    return show(request, "cases/disclosure_new.html", page, tab="disclosures", status=422 if form.errors else 200)


@needs(Permission.HANDLE_CASES).get_post
def one(request: ActorRequest, number: int) -> HttpResponse:
    """One disclosure, as it stands; POST decides, withdraws or closes it, and asks first."""
    act = request.POST.get("act", "")
    if act in _ACTS and request.POST.get("ok") == "1":
        _ACTS[act](actor=request.actor, number=number, at=request.at)
        return _see(number, act)
    page = disclosure_page(
        queries.disclosure(actor=request.actor, number=number),
        asked="" if "change" in request.POST else act,
        done=request.GET.get("klart", ""),
        fetchable_until=day_of(request.at) + deciding.FETCHABLE_FOR,
    )
    return show(request, "cases/disclosure.html", page, tab="disclosures")


@needs(Permission.HANDLE_CASES).post
def file(request: ActorRequest, number: int) -> HttpResponseBase:
    """The file, made now; the log has it before the first byte leaves."""
    made = fetching.fetch(actor=request.actor, number=number, at=request.at)
    name = f"utlamnande-{number}-{day_of(request.at)}.zip"
    return FileResponse(made, as_attachment=True, filename=name, content_type="application/zip")


def _see(number: int, done: str) -> HttpResponse:
    return see_other(f"{reverse('disclosure', args=[number])}?klart={done}")
