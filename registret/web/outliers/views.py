"""Avvikelser: figures of clinics that are not what chance gives, and what became of them."""

from __future__ import annotations

from django.http import HttpResponse

from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.registries.queries import sub_registries
from registret.reports.outliers import acting
from registret.reports.outliers.cases import closed_cases, may_answer, numbers_by_figure, one_case, open_cases
from registret.reports.outliers.finding import outliers
from registret.reports.refusals import (
    OutlierAnswerAwaited,
    OutlierCaseOpen,
    OutlierNobodyToAsk,
    OutlierOwnQuestion,
)
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.numbers import number_in
from registret.web.outliers.acts import ACTS, ANSWERING, OPENING, ActWords, possible
from registret.web.outliers.case_pages import (
    CaseFormPage,
    case_form_page,
    clinic_case_page,
    office_case_page,
    opening_page,
)
from registret.web.outliers.forms import CaseTextForm
from registret.web.outliers.pages import (
    asked_page,
    office_page,
)
from registret.web.pieces import show

_WHOLE_FORM = {OutlierCaseOpen: None, OutlierNobodyToAsk: None, OutlierAnswerAwaited: None, OutlierOwnQuestion: None}


@needs(Permission.FOLLOW_UP_OUTLIERS).get
def office(request: ActorRequest) -> HttpResponse:
    """Who lies outside in a sub-registry, with how many that would be by chance; and all cases."""
    actor = request.actor
    registers = {one.code: str(one.name) for one in sub_registries()}
    asked_for = request.GET.get("delregister", "")
    register = asked_for if asked_for in registers else next(iter(registers))
    found = outliers(actor=actor, sub_registry=register)
    before = number_in(request.GET, "fore")
    page = office_page(
        registers,
        register,
        found,
        cases=numbers_by_figure(actor=actor, editions={one.edition.number for one in found.found}),
        waiting=open_cases(actor=actor),
        closed=closed_cases(actor=actor, before=before),
        before=before,
        at=request.at,
    )
    return show(request, "outliers/outliers.html", page, tab="office")


@needs(Permission.FOLLOW_UP_OUTLIERS).get_post
def new_case(request: ActorRequest, register: str, code: str, clinic: int, edition: int) -> HttpResponse:
    """Open a case about a figure that lies outside in the newest edition.

    Raises: NotFound.
    """
    outlier = acting.outlier_of(
        clinic_id=clinic, sub_registry=register, indicator=code, edition=edition, actor=request.actor
    )
    form = CaseTextForm(posted(request))
    if form.is_valid():
        with refusals_as_errors(form, _WHOLE_FORM):
            text = form.cleaned_data["text"]
            number = acting.open_case(outlier=outlier, text=text, actor=request.actor, at=request.at)
            return see_other("outlier", number)
    return _form(request, opening_page(outlier, OPENING, form), tab="office")


@needs(Permission.FOLLOW_UP_OUTLIERS).get
def case(request: ActorRequest, number: int) -> HttpResponse:
    """Raises: NotFound."""
    row, steps = one_case(number=number, actor=request.actor)
    return show(request, "outliers/case.html", office_case_page(row, steps, at=request.at), tab="office")


@needs(Permission.FOLLOW_UP_OUTLIERS).get_post
def office_act(request: ActorRequest, number: int, act: str) -> HttpResponse:
    """Say that the data are checked, ask the clinic, or close a case.

    Raises: NotFound, NotPossible.
    """
    chosen, form = ACTS[act], CaseTextForm(posted(request))
    if form.is_valid():
        with refusals_as_errors(form, _WHOLE_FORM):
            chosen.act(number=number, text=form.cleaned_data["text"], actor=request.actor, at=request.at)
            return see_other("outlier", number)
    return _case_form(request, number, chosen.words, form, back="outlier", tab="office")


@needs(Permission.READ_REPORTS).get
def asked(request: ActorRequest) -> HttpResponse:
    """The own clinic's cases, once the office has asked."""
    waiting = open_cases(actor=request.actor)
    before = number_in(request.GET, "fore")
    closed = closed_cases(actor=request.actor, before=before)
    page = asked_page(waiting, closed, before=before, at=request.at)
    return show(request, "outliers/asked.html", page, tab="reports")


@needs(Permission.READ_REPORTS).get
def asked_case(request: ActorRequest, number: int) -> HttpResponse:
    """Raises: NotFound."""
    row, steps = one_case(number=number, actor=request.actor)
    page = clinic_case_page(row, steps, actor=request.actor, at=request.at)
    return show(request, "outliers/case.html", page, tab="reports")


@needs(Permission.ANSWER_OUTLIERS).get_post
def answer(request: ActorRequest, number: int) -> HttpResponse:
    """The clinic's answer.

    Raises: NotPermitted, NotFound, NotPossible.
    """
    row, _ = one_case(number=number, actor=request.actor)
    if not may_answer(request.actor, row.sub_registry):
        raise NotPermitted()
    form = CaseTextForm(posted(request))
    if form.is_valid():
        with refusals_as_errors(form, _WHOLE_FORM):
            acting.answer(number=number, text=form.cleaned_data["text"], actor=request.actor, at=request.at)
            return see_other("asked_outlier", number)
    return _case_form(request, number, ANSWERING, form, back="asked_outlier", tab="reports")


def _case_form(
    request: ActorRequest, number: int, words: ActWords, form: CaseTextForm, *, back: str, tab: str
) -> HttpResponse:
    """The form of an act, or the case where the act is not to be done (any more)."""
    row, steps = one_case(number=number, actor=request.actor)
    if not form.is_bound and not possible(row.state, words):
        return see_other(back, number)
    return _form(request, case_form_page(row, steps, words, form, back=back), tab=tab)


def _form(request: ActorRequest, page: CaseFormPage, *, tab: str) -> HttpResponse:
    return show(request, "outliers/case_form.html", page, tab=tab, status=422 if page.form.errors else 200)
