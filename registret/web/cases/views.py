"""Patientärenden: extracts for patients, and opting out. Nothing here has a patient in its address."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from registret.access.checks import check_card_age
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.oversight.extracts import log_extract_of_case
from registret.records import cases as records
from registret.records.patient_rights import extracts, opting_out
from registret.records.refusals import NotAsShown, OptedOut
from registret.web.card_time import CardTime
from registret.web.cases import documents, paper
from registret.web.cases.forms import CaseForm
from registret.web.cases.pages import case_page, cases_page, opt_out_page
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.numbers import number_in
from registret.web.pieces import show

_TYPES = {"pdf": "application/pdf", "json": "application/json"}


@needs(Permission.HANDLE_CASES).get_post
def cases(request: ActorRequest) -> HttpResponse:
    """A number and a case number; POST shows who it is, and what can be done."""
    form = _form(request)
    if form.is_valid():
        found = records.open_case(actor=request.actor, case=form.case, at=request.at)
        leaving = opting_out.leaving_under(form.case.number) if found.opted_out else None
        return show(request, "cases/case.html", case_page(form, found, leaving, actor=request.actor), tab="cases")
    return _asking(request, form)


@needs(Permission.HANDLE_CASES).post
def registry_extract(request: ActorRequest) -> HttpResponse:
    """Registerutdrag, as PDF or JSON. It is made now and kept nowhere."""

    def made(form: CaseForm, kind: str) -> bytes:
        found = extracts.registry_extract(actor=request.actor, case=form.case, form=kind, at=request.at)
        return paper.registry_extract(found) if kind == "pdf" else _json(documents.registry_extract(found))

    return _file(request, "registerutdrag", made)


@needs(Permission.HANDLE_CASES).post
def log_extract(request: ActorRequest) -> HttpResponse:
    """Loggutdrag, as PDF or JSON. It is made now and kept nowhere."""

    def made(form: CaseForm, kind: str) -> bytes:
        found = log_extract_of_case(actor=request.actor, case=form.case, form=kind, at=request.at)
        return paper.log_extract(found) if kind == "pdf" else _json(documents.log_extract(found))

    return _file(request, "loggutdrag", made)


@needs(Permission.HANDLE_CASES).post
def opt_out(request: ActorRequest) -> HttpResponse:
    """Avböj: the first POST asks, with what will be destroyed; that of its page hides it, of whom the page showed."""
    form = _form(request)
    if not form.is_valid():
        return _asking(request, form)
    sure, changed = request.POST.get("sure") == "1", False
    if request.POST.get("ok") == "1" and sure:
        try:
            with refusals_as_errors(form, {OptedOut: "number"}):
                return _done("klart", _opted_out(request, form))
            return _asking(request, form)
        except NotAsShown:
            changed = True
    page = opt_out_page(
        form,
        records.open_case(actor=request.actor, case=form.case, at=request.at),
        unsure=request.POST.get("ok") == "1" and not sure,
        changed=changed,
        card_time=CardTime.of(request.actor, at=request.at),
    )
    status = 409 if changed else 422 if page.unsure else 200
    return show(request, "cases/case_opt_out.html", page, tab="cases", status=status)


@needs(Permission.HANDLE_CASES).post
def confirm_opt_out(request: ActorRequest) -> HttpResponse:
    """A second case handler confirms: what is hidden is destroyed now."""
    form = _form(request)
    if not form.is_valid():
        return _asking(request, form)
    return _done("forstort", opting_out.confirm_opt_out(actor=request.actor, case=form.case, at=request.at))


@needs(Permission.HANDLE_CASES).post
def take_back(request: ActorRequest) -> HttpResponse:
    """Ångra: the patient is there again."""
    form = _form(request)
    if not form.is_valid():
        return _asking(request, form)
    opting_out.take_back(actor=request.actor, case=form.case, at=request.at)
    return _done("angrat", 1)


def _opted_out(request: ActorRequest, form: CaseForm) -> int:
    seen = request.POST.get("seen") or None
    return opting_out.opt_out(actor=request.actor, case=form.case, expected=seen, at=request.at)


def _form(request: ActorRequest) -> CaseForm:
    return CaseForm(posted(request), today=day_of(request.at))


def _asking(request: ActorRequest, form: CaseForm) -> HttpResponse:
    page = cases_page(
        form,
        hidden=number_in(request.GET, "klart"),
        destroyed=number_in(request.GET, "forstort"),
        taken_back=request.GET.get("angrat") == "1",
        renumbered=request.GET.get("bytt") == "1",
    )
    return show(request, "cases/cases.html", page, tab="cases", status=422 if form.errors else 200)


def _file(request: ActorRequest, name: str, made: Callable[[CaseForm, str], bytes]) -> HttpResponse:
    form, kind = _form(request), request.POST.get("form", "")
    if not form.is_valid() or kind not in _TYPES:
        return _asking(request, form)
    check_card_age(request.actor, at=request.at)
    file = f"{name}-{day_of(request.at)}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(made(form, kind), content_type=_TYPES[kind], headers=headers)


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _done(what: str, number: int) -> HttpResponse:
    return see_other(f"{reverse('cases')}?{what}={number}")
