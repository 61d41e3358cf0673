"""Genomgång: one screen, keep, change or end each grant at the clinic. Never one's own."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse

from registret.access.checks import check_card_age
from registret.access.lifecycle import LineState
from registret.access.refusals import NothingToRecertify, RecertificationOpen
from registret.access.roles import Permission
from registret.access.staff.recertification import opening
from registret.access.staff.recertification.answering import Answered, LineAnswer, answer_many
from registret.access.staff.recertification.rows import (
    LineRow,
    RecertificationRow,
    closed_recertifications,
    lines_of,
    open_recertifications,
    outcome_of,
    recertification_of,
)
from registret.places.queries import open_clinics
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.numbers import number_in
from registret.web.pieces import FormPage, show
from registret.web.recertify.files import HEADER, cells
from registret.web.recertify.forms import Chosen, StartForm
from registret.web.recertify.list_pages import recertifications_page
from registret.web.recertify.pages import Outcome, ends_page, recertification_page
from registret.web.tables import csv_file
from registret.words.refusals import page_of


@needs(Permission.MANAGE_PEOPLE).get
def recertifications(request: ActorRequest) -> HttpResponse:
    """Those of the clinic, or of all for the office (`klinik` narrows). A clinic is led to the one that goes on."""
    clinic_id = number_in(request.GET, "klinik")
    closed, older = closed_recertifications(
        actor=request.actor, clinic_id=clinic_id, before=number_in(request.GET, "fore")
    )
    going_on = open_recertifications(actor=request.actor, clinic_id=clinic_id)
    office = request.actor.seat.clinic_id is None
    if going_on and not office and "alla" not in request.GET:
        return see_other("recertification", going_on[0].id)
    page = recertifications_page(going_on, closed, older=older, clinic_id=clinic_id, is_office=office)
    return show(request, "recertify/recertifications.html", page, tab=_tab(request))


@needs(Permission.MANAGE_PEOPLE).get_post
def recertification(request: ActorRequest, id: int) -> HttpResponse:
    """The screen. POST saves what is marked; what is to be ended is asked about first."""
    row = recertification_of(actor=request.actor, recertification_id=id)
    if request.method == "GET":
        return _page(request, row)
    lines = _lines(request, row)
    chosen = Chosen.of(request.POST, lines)
    ending = [line for line in lines if line.endable and chosen.answers.get(line.id) is LineAnswer.END]
    if ending and request.POST.get("ok") != "1":
        return _ask(request, row, ending)
    if not chosen.answers and not chosen.changes:
        return _page(request, row, nothing=True, status=422)
    results = answer_many(recertification_id=id, answers=chosen.answers, actor=request.actor, at=request.at)
    to_change = [line for line in lines if line.id in chosen.changes and line.changeable]
    refused = [result for result in results if result.refusal]
    overtaken = [line for line in lines if line.id in chosen.changes and not line.changeable]
    if refused or overtaken:
        return _page(request, row, refused=refused, overtaken=overtaken, to_change=to_change, status=409)
    if len(to_change) == 1:
        return _to(f"{reverse('change_grant', args=[to_change[0].grant_id])}?genomgang={id}")
    andra = f"&andra={','.join(str(line.id) for line in to_change)}" if to_change else ""
    return _to(f"{reverse('recertification', args=[id])}?klart={len(results)}{andra}")


@needs(Permission.MANAGE_PEOPLE).post
def recertification_csv(request: ActorRequest, id: int) -> HttpResponse:
    """What came of a finished one, as a file; taking it out is logged. Raises: CardTooOld."""
    check_card_age(request.actor, at=request.at)
    row, lines = outcome_of(actor=request.actor, recertification_id=id, at=request.at)
    return csv_file(f"genomgang-{row.id}.csv", HEADER, (cells(row, line) for line in lines))


@needs(Permission.APPOINT).get_post
def start(request: ActorRequest) -> HttpResponse:
    """The office asks a clinic out of turn, with a reason."""
    clinics = open_clinics(first_of_organisation=None)
    initial = {"clinic": number_in(request.GET, "klinik")}
    form = StartForm(posted(request), initial=initial, clinics=clinics)
    if form.is_valid():
        data = form.cleaned_data
        with refusals_as_errors(form, {RecertificationOpen: "clinic", NothingToRecertify: "clinic"}):
            return see_other(
                "recertification",
                opening.start(clinic_id=data["clinic"], reason=data["reason"], actor=request.actor, at=request.at),
            )
    page = FormPage(form)
    status = 422 if form.errors else 200
    return show(request, "recertify/recertification_start.html", page, tab="office", status=status)


def _page(
    request: ActorRequest,
    row: RecertificationRow,
    *,
    refused: Sequence[Answered] = (),
    overtaken: Sequence[LineRow] = (),
    to_change: Sequence[LineRow] = (),
    nothing: bool = False,
    status: int = 200,
) -> HttpResponse:
    if request.method == "POST":
        row = recertification_of(actor=request.actor, recertification_id=row.id)
    lines = _lines(request, row)
    marked = request.GET.get("andra", "").split(",")
    outcome = Outcome(
        done=number_in(request.GET, "klart") if request.method == "GET" else None,
        nothing=nothing,
        faster=_faster(lines, [r.line for r in refused] + list(overtaken)),
        refused=[(r.line, page_of(r.refusal).title) for r in refused if r.refusal and not _is_settled(lines, r.line)],
        to_change=list(to_change) or [line for line in lines if str(line.id) in marked and line.changeable],
    )
    is_office = request.actor.seat.clinic_id is None
    page = recertification_page(row, lines, outcome, is_office=is_office)
    return show(request, "recertify/recertification.html", page, tab=_tab(request), status=status)


def _ask(request: ActorRequest, row: RecertificationRow, ending: Sequence[LineRow]) -> HttpResponse:
    page = ends_page(row, ending, data=request.POST)
    return show(request, "recertify/recertification_ends.html", page, tab=_tab(request))


def _tab(request: ActorRequest) -> str:
    return "office" if request.actor.seat.clinic_id is None else "people"


def _faster(lines: Sequence[LineRow], asked: Sequence[LineRow]) -> list[LineRow]:
    """As they are now: those that a colleague has answered for meanwhile."""
    ids = {line.id for line in asked}
    return [line for line in lines if line.id in ids and line.state is not LineState.UNANSWERED]


def _is_settled(lines: Sequence[LineRow], asked: LineRow) -> bool:
    return any(line.id == asked.id and line.state is not LineState.UNANSWERED for line in lines)


def _lines(request: ActorRequest, row: RecertificationRow) -> tuple[LineRow, ...]:
    return lines_of(actor=request.actor, recertification_id=row.id, at=request.at)


def _to(address: str) -> HttpResponse:
    return see_other(address)
