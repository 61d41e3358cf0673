"""Finding a patient, and a new care episode: patient, sub-registry and inclusion questions on one page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registret.access.roles import Permission
from registret.kernel.dates import DateUnclear, read_day
from registret.kernel.identifiers import NumberMalformed
from registret.kernel.sweden import day_of
from registret.records.numbers import PatientNumber, Sex, reserve_formats
from registret.records.refusals import NumberImpossible
from registret.records.reporting import audited_reads, beginning, inclusion
from registret.records.reporting.inclusion import NewPatient
from registret.registries.answers import Answer, AnswerBroken, read
from registret.registries.assessing import Assessment
from registret.registries.forms import Form
from registret.registries.queries import form_in_force
from registret.web.dates import DateInput, birth_limits, day_input
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.records import pages
from registret.web.records.fields import Part, parts_of, title_of, troubles_of
from registret.web.records.step_pages import broken_shown
from registret.web.records.steps import answers_in
from registret.web.texts import text_in
from registret.words.dates import date_fault
from registret.words.numbers import number_fault

Written = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """The inclusion questions of one sub-registry. `asked`: codes of those that are shown, for the next answer."""

    code: str
    name: str
    version: int
    parts: Sequence[Part]
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEpisode:
    """For whom an episode is wanted. `who` is None until birth date and sex are known; `known`: the system id of a
    patient that the actor sees already. `errors`: by field, what is wrong with it."""

    number: PatientNumber
    who: NewPatient | None
    known: str
    errors: Mapping[str, str]

    @classmethod
    def of(cls, request: ActorRequest) -> WantedEpisode:
        """Raises: NumberImpossible, NotFound, TooMany, ReasonNeeded."""
        known = text_in(request.POST, "patient")
        if known:
            return cls.of_known(inclusion.known_patient(actor=request.actor, system_id=known, at=request.at))
        try:
            number = PatientNumber.parse(request.POST.get("number", ""), today=day_of(request.at))
        except NumberMalformed as malformed:
            raise NumberImpossible(number_fault=malformed.fault) from None
        audited_reads.take_number(actor=request.actor, at=request.at)
        who, errors = _new_patient(number, request.POST, at=request.at)
        return cls(number=number, who=who, known="", errors=errors)

    @classmethod
    def of_known(cls, who: NewPatient) -> WantedEpisode:
        return cls(number=who.number, who=who, known=who.system_id, errors={})

    @classmethod
    def of_number(cls, number: PatientNumber) -> WantedEpisode:
        """Nobody of the own care provider: of a reserve number birth date and sex are still to be asked for."""
        return cls(number=number, who=None if number.is_reserve else NewPatient(number=number), known="", errors={})


@require_http_methods(["GET", "POST"])
@needs(Permission.READ_RECORDS)
def find(request: ActorRequest) -> HttpResponse:
    """Sök patient. What is typed travels in the body: a number has no place in an address."""
    written = text_in(request.POST, "q")[:100] if request.method == "POST" else ""
    if not written:
        return render(request, "records/find.html", {"tab": "records"})
    found = audited_reads.search(actor=request.actor, written=written, at=request.at)
    if found.patient is not None:
        return see_other("patient", found.patient.system_id)
    if found.number is not None and pages.registries_to_report(request.actor):
        context = intake_context(request, WantedEpisode.of_number(found.number))
        return render(request, "records/new_episode.html", context | {"is_new": True})
    context = {
        "named": found.named,
        "more": found.more,
        "number": found.number,
        "written": written,
        "is_name": not any(character.isdigit() for character in written),
        "fault": _fault_in(written, found),
        "reserve_numbers": [str(one.name) for one in reserve_formats().values()],
        "tab": "records",
    }
    return render(request, "records/find.html", context, status=200 if found.named or found.number else 404)


@require_http_methods(["GET", "POST"])
@needs(Permission.REPORT)
def new_episode(request: ActorRequest) -> HttpResponse:
    """Ny vårdepisod: shows the questions of the sub-registry that was chosen, or begins it."""
    if request.method == "GET":
        return see_other("find_patient")
    wanted = WantedEpisode.of(request)
    form = _form_chosen(request)
    # Without a script, another sub-registry may have been chosen above the questions of the first.
    shown_for = request.POST.get("inclusion_of", form.code if form else "")
    if "go" not in request.POST or form is None or shown_for != form.code:
        return _shown(request, wanted, form)
    if wanted.who is None:
        return _shown(request, wanted, form, written=answers_in(request.POST, form.inclusion))
    return _begun(request, wanted, form, wanted.who)


def intake_context(request: ActorRequest, wanted: WantedEpisode, *, chosen: Form | None = None) -> dict[str, Any]:
    """Of a page with the form that begins an episode; nothing is answered yet.

    Raises: ReasonNeeded.
    """
    registries = pages.registries_to_report(request.actor)
    if chosen is None and len(registries) == 1:
        chosen = form_in_force(registries[0].code)
    blank = inclusion.inclusions(
        actor=request.actor,
        number=wanted.number,
        who=wanted.who,
        sub_registries=[one.code for one in registries],
        at=request.at,
    )
    inclusions = [_inclusion(form, blank[form.code], at=request.at) for form in pages.forms_to_report(request.actor)]
    return {
        "wanted": wanted,
        "registries": registries,
        "closed": pages.closed_to_report(request.actor),
        "chosen": chosen.code if chosen else "",
        "inclusion": next((one for one in inclusions if chosen and one.code == chosen.code), None),
        "inclusions": inclusions,
        "born": _birth_input(request.POST, wanted.errors, at=request.at),
        "sex": request.POST.get("sex", ""),
        "number_is_right": request.POST.get("number_is_right") == "yes",
        "tab": "records",
    }


def _fault_in(written: str, found: audited_reads.SearchResult) -> str:
    """What is wrong with what was searched for, if it was meant as a number: ten or twelve characters, six digits
    first."""
    if found.malformed is None or len(re.sub(r"[\s+-]", "", written)) not in {10, 12} or not written[:6].isdigit():
        return ""
    return number_fault(found.malformed)


def _form_chosen(request: ActorRequest) -> Form | None:
    registries = {one.code for one in pages.registries_to_report(request.actor)}
    chosen = request.POST.get("sub_registry") or (next(iter(registries)) if len(registries) == 1 else "")
    return form_in_force(chosen) if chosen in registries else None


def _shown(
    request: ActorRequest, wanted: WantedEpisode, form: Form | None, *, written: Written | None = None
) -> HttpResponse:
    """The page without a beginning: another sub-registry was chosen, or something about the patient is wrong."""
    tried = "chosen" in request.POST or "go" in request.POST
    errors = dict(wanted.errors) if tried else {}
    if tried and form is None:
        errors["sub_registry"] = _("Välj ett delregister")
    context = intake_context(request, wanted, chosen=form)
    if form is not None and written is not None:
        blank = inclusion.inclusions(
            actor=request.actor, number=wanted.number, who=wanted.who, sub_registries=[form.code], at=request.at
        )
        context["inclusion"] = _inclusion(form, blank[form.code], at=request.at, written=written)
    context |= {"errors": errors, "born": _birth_input(request.POST, errors, at=request.at)}
    return render(request, "records/new_episode.html", context, status=422 if errors else 200)


def _begun(request: ActorRequest, wanted: WantedEpisode, form: Form, who: NewPatient) -> HttpResponse:
    written = answers_in(request.POST, form.inclusion)
    found = inclusion.intake(actor=request.actor, who=who, sub_registry=form.code, written=written, at=request.at)
    is_no_double = request.POST.get("no_double") == "yes"
    if found.faults or not found.assessment.can_be_signed or (found.doubles and not is_no_double):
        return _again(request, wanted, form, written=written, found=found)
    episode = beginning.begin(
        actor=request.actor,
        who=who,
        sub_registry=form.code,
        written=written,
        is_no_double=is_no_double,
        at=request.at,
    )
    response = see_other("step", episode, form.steps[min(1, len(form.steps) - 1)].code)
    if beginning.near_elsewhere(actor=request.actor, episode=episode, at=request.at):
        response["Location"] += "?annan=1"
    return response


def _again(
    request: ActorRequest, wanted: WantedEpisode, form: Form, *, written: Written, found: inclusion.Intake
) -> HttpResponse:
    """The page with what stands in the way, and what was typed."""
    assessment = found.assessment
    # Questions that follow from an answer are no mistake of the person who could not see them.
    follow_on = set(assessment.lacking) - set(request.POST.get("asked", "").split())
    only_more = bool(not found.faults and set(assessment.lacking) == follow_on and follow_on)
    inclusion = _inclusion(form, assessment, at=request.at, written=written, found=found, ask_for_lacking=not only_more)
    troubles = troubles_of(inclusion.parts)
    context = intake_context(request, wanted, chosen=form) | {
        "inclusion": inclusion,
        "only_more": only_more,
        "troubles": troubles,
        "troubles_title": title_of(troubles),
        "not_included": broken_shown(assessment) if not assessment.lacking else [],
        "doubles": pages.episodes_shown(found.doubles, at=request.at),
    }
    return render(request, "records/new_episode.html", context, status=200 if only_more else 422)


def _inclusion(
    form: Form,
    assessment: Assessment,
    *,
    at: datetime,
    written: Written | None = None,
    found: inclusion.Intake | None = None,
    ask_for_lacking: bool = False,
) -> Inclusion:
    """Questions that may yet decide are shown from the beginning; an answer that makes them needless hides them."""
    typed = written or {}
    assessment = replace(assessment, shown=assessment.shown | assessment.may_be_asked)
    parts = parts_of(
        form.inclusion,
        answers=_kept(form, typed, at=at),
        assessment=assessment,
        at=at,
        typed=typed,
        faults=found.faults if found else {},
        ask_for_lacking=ask_for_lacking,
    )
    return Inclusion(
        code=form.code,
        name=str(form.register.name),
        version=form.version,
        parts=parts,
        asked=" ".join(sorted(assessment.shown)),
    )


def _kept(form: Form, written: Written, *, at: datetime) -> dict[str, Answer]:
    """Of what was written, the answers that can be kept."""
    answers = {}
    for question in form.inclusion.questions:
        with suppress(AnswerBroken):
            answer = read(question, written.get(question.code, ()), at=at)
            if answer is not None:
                answers[question.code] = answer
    return answers


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
