"""The registry: finding a patient, beginning an episode, and its steps, saved, signed, opened again, on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registret.access.checks import check_card_age
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.kernel.dates import DateUnclear, read_day
from registret.kernel.identifiers import Malformed
from registret.kernel.sweden import day_of
from registret.places.queries import clinic
from registret.records import looking, queries, services, versions
from registret.records.lifecycle import WRITABLE
from registret.records.numbers import PatientNumber, Sex, reserve_formats
from registret.records.refusals import NumberImpossible, ReasonNeeded
from registret.records.services import NewPatient
from registret.registries.answers import AnswerBroken, read
from registret.registries.codebook import COLUMNS, cells
from registret.registries.forms import Form
from registret.registries.queries import catalogue, form_in_force, form_of, name_of
from registret.registries.questionnaire import as_questionnaire
from registret.web.dates import DateInput, birth_limits, day_input
from registret.web.door.views import see_other
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.records import pages, paper
from registret.web.records.fields import parts_of, title_of, troubles_of
from registret.web.records.steps import answers_in
from registret.web.tables import csv_file
from registret.web.texts import text_in
from registret.words.dates import date_fault


@require_POST
@needs(Permission.REPORT)
def letters_due(request: ActorRequest) -> HttpResponse:
    """Whom to write to about the follow-ups that are due: with numbers and names, so each line is a look (a file)."""
    check_card_age(request.actor, at=request.at)
    rows = looking.letters_due(actor=request.actor, at=request.at)
    header = [
        _("Nummer"),
        _("Namn"),
        _("Beteckning här"),
        _("Delregister"),
        _("Steg"),
        _("Tidigast"),
        _("Senast"),
    ]
    lines = [
        [
            line.patient.number.shown,
            line.patient.name,
            line.patient.system_id,
            name_of(line.sub_registry),
            str(form_of(line.sub_registry, line.version).step(line.step).name),
            str(line.due_from),
            str(line.due_to),
        ]
        for line in rows
    ]
    return csv_file("uppfoljningar.csv", header, lines)


@require_GET
@needs(Permission.WORK)
def definitions(request: ActorRequest) -> HttpResponse:
    """Delregister: what each asks, as a code book and as a questionnaire."""
    forms = sorted(catalogue().forms.values(), key=lambda form: (form.register.order, -form.version))
    return render(request, "definitions.html", {"forms": forms, "tab": "definitions"})


@require_GET
@needs(Permission.WORK)
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


@require_GET
@needs(Permission.WORK)
def blank_form(request: ActorRequest, code: str, version: int) -> HttpResponse:
    """One version of a sub-registry's form on paper, to fill in by hand: about nobody."""
    form = catalogue().forms.get((code, version))
    if form is None:
        raise Http404
    context = {"form": form, "registry": str(form.register.name), "steps": paper.blank(form), "tab": "definitions"}
    return render(request, "definition_print.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.READ_RECORDS)
def find(request: ActorRequest) -> HttpResponse:
    """Sök patient. What is typed travels in the body: a number has no place in an address."""
    written = text_in(request.POST, "q")[:100] if request.method == "POST" else ""
    if not written:
        return render(request, "find.html", {"tab": "records"})
    found = looking.search(actor=request.actor, written=written, at=request.at)
    if found.patient is not None:
        return see_other("patient", found.patient.system_id)
    # Twelve digits that are no number: a slip of the finger, which the check digit finds.
    mistyped = found.number is None and len(re.sub(r"[\s+-]", "", written)) in {10, 12} and written[:6].isdigit()
    context: dict[str, Any] = {
        "named": found.named,
        "more": found.more,
        "number": found.number,
        "written": written,
        "tab": "records",
    }
    context |= {"mistyped": mistyped, "reserve_numbers": [str(one.name) for one in reserve_formats().values()]}
    if found.number is not None and request.actor.may(Permission.REPORT):
        context |= {"registries": pages.registries_to_report(request.actor)}
    return render(request, "find.html", context, status=200 if found.named or found.number else 404)


@require_http_methods(["GET", "POST"])
@needs(Permission.READ_RECORDS)
def one_patient(request: ActorRequest, patient: str) -> HttpResponse:
    """A patient and the episodes of the own care provider. Protected identity: first a reason."""
    reason = text_in(request.POST, "reason")[:500]
    try:
        found = looking.open_patient(actor=request.actor, system_id=patient, reason=reason, at=request.at)
    except ReasonNeeded:
        asked = request.method == "POST"
        context = {"patient": patient, "empty": asked, "tab": "records"}
        return render(request, "patient_reason.html", context, status=422 if asked else 200)
    context = {
        "p": found.patient,
        "sex": pages.sex_name(found.patient.sex),
        "age": found.patient.age_at(day_of(request.at)),
        "episodes": pages.episodes_context(found.episodes),
        "registries": pages.registries_to_report(request.actor),
        "may_change_number": found.may_report,
        "place": clinic(request.actor.seat.clinic_id) if request.actor.seat.clinic_id else None,
        "tab": "records",
    }
    return render(request, "patient.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.REPORT)
def new_episode(request: ActorRequest) -> HttpResponse:
    """Ny vårdepisod: the patient is known; sub-registry, then the inclusion questions, then it begins."""
    if request.method == "GET":
        return see_other("find_patient")
    intake = _Intake.of(request)
    if intake.form is None or intake.who is None:
        return render(request, "new_episode_choose.html", intake.context, status=422 if intake.errors else 200)
    if "go" not in request.POST:
        return _inclusion(request, intake, intake.form, written={})
    return _begun(request, intake, intake.form, intake.who)


@require_GET
@needs(Permission.READ_RECORDS)
def one_episode(request: ActorRequest, episode: str) -> HttpResponse:
    """Leads to the first step that can be worked on, or the first."""
    found = queries.steps_of(actor=request.actor, episode=episode)
    unfinished = [row.code for row in found if row.state in WRITABLE]
    return see_other("step", episode, (unfinished or [found[0].code])[0])


@require_http_methods(["GET", "POST"])
@needs(Permission.REPORT)
def version(request: ActorRequest, episode: str) -> HttpResponse:
    """Gå över till en ny version av formuläret: first what becomes of every answer."""
    if request.method == "POST":
        versions.move_on(actor=request.actor, episode=episode, at=request.at)
        return see_other("episode", episode)
    found = versions.preview(actor=request.actor, episode=episode, at=request.at)
    return render(request, "episode_version.html", pages.version_context(found) | {"tab": "records"})


@require_GET
@needs(Permission.READ_RECORDS)
def print_out(request: ActorRequest, episode: str) -> HttpResponse:
    """The whole episode as the paper form has it."""
    found = looking.print_episode(actor=request.actor, episode=episode, at=request.at)
    if not found:
        raise NotFound()
    context = {"first": found[0], "steps": paper.filled_in(found), "tab": "records"}
    return render(request, "episode_print.html", context | {"sex": pages.sex_name(found[0].patient.sex)})


@dataclass(frozen=True, kw_only=True)
class _Intake:
    """What the pages before an episode carry along, in their fields. `who` and `form` are None until they are known."""

    who: NewPatient | None
    form: Form | None
    fields: Mapping[str, str]
    context: Mapping[str, Any]
    errors: Mapping[str, str]

    @classmethod
    def of(cls, request: ActorRequest) -> _Intake:
        """Raises: NumberImpossible, NotFound."""
        post = request.POST
        errors: dict[str, str] = {}
        known = text_in(request.POST, "patient")
        if known:
            who: NewPatient | None = services.known_patient(actor=request.actor, system_id=known, at=request.at)
            number = None
        else:
            number = _number(post, request)
            looking.take_number(actor=request.actor, at=request.at)
            who, errors = _new_patient(number, post, at=request.at)
        registries = pages.registries_to_report(request.actor)
        chosen = post.get("sub_registry") or (registries[0].code if len(registries) == 1 and who else "")
        form = form_in_force(chosen) if chosen in {one.code for one in registries} else None
        if "chosen" in post and form is None:
            errors = errors | {"sub_registry": _("Välj ett delregister")}
        carried = {"patient": known} if known else {"number": number.text if number else ""}
        carried |= {name: post.get(name, "") for name in ("birth_date", "sex", "number_is_right") if post.get(name)}
        context = {
            "number": number,
            "known": known,
            "who": who,
            "registries": registries,
            "chosen": chosen,
            "born": _birth_input(post, errors if "chosen" in post else {}, at=request.at),
            "sex": post.get("sex", ""),
            "number_is_right": post.get("number_is_right") == "yes",
            "errors": errors if "chosen" in post else {},
            "tab": "records",
        }
        asked = "chosen" in post
        return cls(who=who, form=form, fields=carried, context=context, errors=errors if asked else {})


def _inclusion(
    request: ActorRequest,
    intake: _Intake,
    form: Form,
    *,
    written: Mapping[str, Sequence[str]],
    found: services.Intake | None = None,
) -> HttpResponse:
    assessment, answers = _looked_at(request, intake, form, written, found)
    # Questions that follow from an answer are no mistake of whoever could not see them.
    follow_on = set(assessment.lacking) - set(request.POST.get("asked", "").split())
    only_more = bool(found and not found.faults and set(assessment.lacking) == follow_on and follow_on)
    parts = parts_of(
        form.inclusion,
        answers=answers,
        assessment=assessment,
        at=request.at,
        typed=written,
        faults=found.faults if found else {},
        ask_for_lacking=found is not None and not only_more,
    )
    troubles = troubles_of(parts)
    context = {
        "form": form,
        "asked": " ".join(sorted(assessment.shown)),
        "only_more": only_more,
        "registry": str(form.register.name),
        "intake": intake.context,
        "carried": dict(intake.fields) | {"sub_registry": form.code},
        "parts": parts,
        "troubles": troubles,
        "troubles_title": title_of(troubles),
        "not_included": pages.broken_shown(assessment) if found and not found.assessment.lacking else [],
        "doubles": pages.episodes_context(found.doubles.own) if found else [],
        "tab": "records",
    }
    return render(request, "new_episode.html", context, status=422 if found and not only_more else 200)


def _begun(request: ActorRequest, intake: _Intake, form: Form, who: NewPatient) -> HttpResponse:
    written = answers_in(request.POST, form.inclusion)
    found = services.intake(actor=request.actor, who=who, sub_registry=form.code, written=written, at=request.at)
    is_no_double = request.POST.get("no_double") == "yes"
    if found.faults or not found.assessment.can_be_signed or (found.doubles and not is_no_double):
        return _inclusion(request, intake, form, written=written, found=found)
    episode = services.begin(
        actor=request.actor,
        who=who,
        sub_registry=form.code,
        written=written,
        is_no_double=is_no_double,
        at=request.at,
    )
    response = see_other("step", episode, form.steps[min(1, len(form.steps) - 1)].code)
    if services.near_elsewhere(actor=request.actor, episode=episode, at=request.at):
        response["Location"] += "?annan=1"
    return response


def _looked_at(
    request: ActorRequest,
    intake: _Intake,
    form: Form,
    written: Mapping[str, Sequence[str]],
    found: services.Intake | None,
) -> tuple[Any, Any]:
    """The assessment of the inclusion questions, and the answers that can be kept. `found` None: none is answered."""
    assessment = (
        found.assessment
        if found
        else services.unanswered(actor=request.actor, who=_must(intake.who), sub_registry=form.code, at=request.at)
    )
    answers = {}
    for question in form.inclusion.questions:
        with suppress(AnswerBroken):
            answer = read(question, written.get(question.code, ()), at=request.at)
            if answer is not None:
                answers[question.code] = answer
    return assessment, answers


def _must(who: NewPatient | None) -> NewPatient:
    if who is None:
        raise NotFound()
    return who


def _number(post: QueryDict, request: ActorRequest) -> PatientNumber:
    """Raises: NumberImpossible."""
    try:
        return PatientNumber.parse(post.get("number", ""), today=day_of(request.at))
    except Malformed:
        raise NumberImpossible() from None


def _new_patient(number: PatientNumber, post: QueryDict, *, at: datetime) -> tuple[NewPatient | None, dict[str, str]]:
    """For a reserve number birth date and sex are asked for, and whether a doubtful one is right."""
    if not number.is_reserve:
        return NewPatient(number=number), {}
    errors = {}
    if number.is_doubtful and post.get("number_is_right") != "yes":
        errors["number_is_right"] = _("Kontrollera numret, och kryssa i rutan om det stämmer")
    born: date | None = None
    try:
        born = read_day(post.get("birth_date", ""), birth_limits(at))
    except DateUnclear as unclear:
        errors["birth_date"] = date_fault(unclear.fault) if post.get("birth_date") else _("Skriv födelsedatumet")
    sex = post.get("sex", "")
    if sex not in {s.value for s in Sex}:
        errors["sex"] = _("Välj kön")
    if errors or born is None:
        return None, errors
    return NewPatient(number=number, birth_date=born, sex=Sex(sex)), {}


def _birth_input(post: QueryDict, errors: Mapping[str, str], *, at: datetime) -> DateInput:
    is_bad = "birth_date" in errors
    described = "birth_date-h birth_date-fel" if is_bad else "birth_date-h"
    limits = birth_limits(at)
    return day_input("birth_date", post.get("birth_date", ""), limits, described_by=described, is_bad=is_bad)
