"""A patient, an episode on screen and on paper, and what the sub-registries ask and measure."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.lifecycle import WRITABLE
from registret.records.queries import steps
from registret.records.refusals import ReasonNeeded
from registret.records.reporting import audited_reads, inclusion
from registret.registries.exports.codebook import COLUMNS, cells
from registret.registries.exports.measures import MEASURE_COLUMNS, as_bundle, measure_cells
from registret.registries.exports.questionnaire import as_questionnaire
from registret.registries.queries import catalogue, indicators_of
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.people.forms import WhyForm
from registret.web.pieces import show
from registret.web.records import intake, pages, paper, paper_pdf
from registret.web.records.definition_pages import definitions_page
from registret.web.records.wanted_episode import WantedEpisode
from registret.web.tables import csv_file
from registret.web.texts import text_in


@needs(Permission.WORK).get
def definitions(request: ActorRequest) -> HttpResponse:
    """Delregister: what each asks and measures, as code books and as FHIR."""
    return show(request, "records/definitions.html", definitions_page(), tab="definitions")


@needs(Permission.WORK).get
def definition(request: ActorRequest, code: str, version: int, kind: str) -> HttpResponse:
    """One version of a sub-registry's form: `csv` or `json` (FHIR R4 Questionnaire)."""
    form = catalogue().forms.get((code, version))
    if form is None:
        raise Http404
    if kind == "csv":
        return csv_file(f"{code}-{version}.csv", COLUMNS, cells(form))
    origin, today = settings.SITE_ORIGIN, day_of(request.at)
    response = JsonResponse(as_questionnaire(form, origin=origin, on=today), content_type="application/fhir+json")
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-{version}.{kind}"'
    return response


@needs(Permission.WORK).get
def measures(request: ActorRequest, code: str, kind: str) -> HttpResponse:
    """The indicators of a sub-registry: `csv`, or `json` (FHIR R4, a Bundle of Measures)."""
    found = indicators_of(code)
    if not found:
        raise Http404
    if kind == "csv":
        return csv_file(f"{code}-indikatorer.csv", MEASURE_COLUMNS, measure_cells(found))
    response = JsonResponse(as_bundle(found, origin=settings.SITE_ORIGIN), content_type="application/fhir+json")
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-indikatorer.json"'
    return response


@needs(Permission.WORK).get
def blank_form(request: ActorRequest, code: str, version: int) -> HttpResponse:
    """One version of a sub-registry's form on paper, to fill in by hand: about nobody."""
    return show(request, "records/definition_print.html", _blank(code, version), tab="definitions")


@needs(Permission.WORK).get
def blank_form_file(request: ActorRequest, code: str, version: int) -> HttpResponse:
    """The same as PDF."""
    return _pdf(f"{code}-{version}-blankett.pdf", paper_pdf.blank_pdf(_blank(code, version), at=request.at))


def _blank(code: str, version: int) -> paper.BlankForm:
    form = catalogue().forms.get((code, version))
    if form is None:
        raise Http404
    return paper.blank(form)


def _pdf(name: str, made: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@needs(Permission.READ_RECORDS).get_post
def one_patient(request: ActorRequest, patient: str) -> HttpResponse:
    """A patient and the episodes of the own care provider. Protected identity: first a reason."""
    reason = text_in(request.POST, "reason")[:500]
    try:
        found = audited_reads.open_patient(actor=request.actor, system_id=patient, reason=reason, at=request.at)
    except ReasonNeeded:
        form = WhyForm(posted(request))
        asked = {"form": form, "tab": "records"}
        return render(request, "records/patient_reason.html", asked, status=422 if form.errors else 200)
    shown = pages.patient_shown(found, own_clinic_id=request.actor.seat.clinic_id, at=request.at)
    context: dict[str, Any] = {"page": shown, "tab": "records"}
    if registries := pages.registries_to_report(request.actor):
        wanted = WantedEpisode.of_known(inclusion.new_episode_of(found.patient))
        context["intake"] = intake.intake_part(request, wanted, registries=registries)
    return render(request, "records/patient.html", context)


@needs(Permission.READ_RECORDS).get
def one_episode(request: ActorRequest, episode: str) -> HttpResponse:
    """Leads to the first step that can be worked on, or the first."""
    found = steps.steps_of(actor=request.actor, episode=episode)
    unfinished = [row.code for row in found if row.state in WRITABLE]
    return see_other("step", episode, (unfinished or [found[0].code])[0])


@needs(Permission.READ_RECORDS).get
def print_out(request: ActorRequest, episode: str) -> HttpResponse:
    """The whole episode as the paper form has it."""
    return show(request, "records/episode_print.html", _filled_in(request, episode), tab="records")


@needs(Permission.READ_RECORDS).get
def print_out_file(request: ActorRequest, episode: str) -> HttpResponse:
    """The same as PDF."""
    return _pdf(f"{episode}.pdf", paper_pdf.filled_pdf(_filled_in(request, episode), at=request.at))


def _filled_in(request: ActorRequest, episode: str) -> paper.FilledForm:
    found = audited_reads.print_episode(actor=request.actor, episode=episode, at=request.at)
    if not found:
        raise NotFound()
    return paper.filled_in(found)
