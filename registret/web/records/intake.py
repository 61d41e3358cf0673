"""A new care episode: patient, sub-registry and inclusion questions on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from registret.access.roles import Permission
from registret.records.reporting import beginning, inclusion
from registret.records.reporting.inclusion import NewPatient
from registret.registries.answers import Answer, AnswerBroken, read
from registret.registries.assessing import Assessment
from registret.registries.forms import Form
from registret.registries.loading.catalogue import SubRegistry
from registret.registries.queries import form_in_force
from registret.web.dates import DateInput, birth_limits, day_input
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.pieces import show
from registret.web.records import pages
from registret.web.records.intake_pages import (
    Inclusion,
    IntakePart,
    IntakeQuestions,
    ReservePart,
    closed_in_words,
    doubles_shown,
    follow_on_note,
    for_whom,
    new_episode_page,
    registry_choice,
    sex_options,
)
from registret.web.records.wanted_episode import WantedEpisode
from registret.web.steps.fields import NOTHING_SENT, Sent, StepAnswers
from registret.web.steps.obstacles import Trouble, broken_shown, troubles_of
from registret.web.steps.parts import parts_of
from registret.web.steps.views import answers_in

Written = Mapping[str, Sequence[str]]


@needs(Permission.REPORT).get_post
def new_episode(request: ActorRequest) -> HttpResponse:
    """Ny vårdepisod: shows the questions of the sub-registry that was chosen, or begins it."""
    if request.method == "GET":
        return see_other("find_patient")
    wanted = WantedEpisode.of(request)
    registries = pages.registries_to_report(request.actor)
    form = _form_chosen(request, registries)
    # Without a script, another sub-registry may have been chosen above the questions of the first.
    shown_for = request.POST.get("inclusion_of", form.code if form else "")
    if "go" not in request.POST or form is None or shown_for != form.code:
        return _shown(request, wanted, registries, form)
    if wanted.who is None:
        return _shown(request, wanted, registries, form, written=answers_in(request.POST, form.inclusion))
    return _begun(request, wanted, registries, form, wanted.who)


def intake_part(
    request: ActorRequest,
    wanted: WantedEpisode,
    *,
    registries: Sequence[SubRegistry],
    chosen: Form | None = None,
    answered: IntakeQuestions | None = None,
    errors: Mapping[str, str] | None = None,
) -> IntakePart:
    """The form that begins an episode in one of the `registries`. `errors`: by field, about the patient.

    Raises: ReasonNeeded.
    """
    errors = errors or {}
    chosen = chosen or (form_in_force(registries[0].code) if len(registries) == 1 else None)
    blank = {one.code: one for one in _blank(request, wanted, registries)}
    questions = answered or IntakeQuestions(inclusion=blank.get(chosen.code) if chosen else None)
    return IntakePart(
        known=wanted.known,
        number=wanted.number.text,
        reserve=_reserve(request, wanted, errors),
        registries=registry_choice(registries, chosen=chosen.code if chosen else "", errors=errors),
        closed=closed_in_words(pages.closed_to_report(request.actor)),
        questions=questions,
        others=list(blank.values()) if len(registries) > 1 else (),
    )


def _blank(request: ActorRequest, wanted: WantedEpisode, registries: Sequence[SubRegistry]) -> list[Inclusion]:
    """The questions of each sub-registry, nothing of them answered yet."""
    forms = pages.forms_of(registries)
    blank = inclusion.inclusions(
        actor=request.actor,
        number=wanted.number,
        who=wanted.who,
        sub_registries=[form.code for form in forms],
        at=request.at,
    )
    return [_inclusion(form, blank[form.code], at=request.at) for form in forms]


def _reserve(request: ActorRequest, wanted: WantedEpisode, errors: Mapping[str, str]) -> ReservePart | None:
    """None: the patient is known, or the number says who it is."""
    if wanted.known or not wanted.number.is_reserve:
        return None
    return ReservePart(
        number=wanted.number,
        number_is_right=request.POST.get("number_is_right") == "yes",
        born=_birth_input(request.POST, errors, at=request.at),
        sexes=sex_options(request.POST.get("sex", "")),
        errors=errors,
    )


def _form_chosen(request: ActorRequest, registries: Sequence[SubRegistry]) -> Form | None:
    codes = {one.code for one in registries}
    chosen = request.POST.get("sub_registry") or (next(iter(codes)) if len(codes) == 1 else "")
    return form_in_force(chosen) if chosen in codes else None


def _shown(
    request: ActorRequest,
    wanted: WantedEpisode,
    registries: Sequence[SubRegistry],
    form: Form | None,
    *,
    written: Written | None = None,
) -> HttpResponse:
    """The page without a beginning: another sub-registry was chosen, or something about the patient is wrong."""
    tried = "chosen" in request.POST or "go" in request.POST
    errors = dict(wanted.errors) if tried else {}
    if tried and form is None:
        errors["sub_registry"] = _("Välj ett delregister")
    answered = None
    if form is not None and written is not None:
        blank = inclusion.inclusions(
            actor=request.actor, number=wanted.number, who=wanted.who, sub_registries=[form.code], at=request.at
        )
        shown = _inclusion(form, blank[form.code], Sent(typed=written), at=request.at)
        answered = IntakeQuestions(inclusion=shown)
    part = intake_part(request, wanted, registries=registries, chosen=form, answered=answered, errors=errors)
    return show_new_episode(request, wanted, part, errors=errors)


def show_new_episode(
    request: ActorRequest,
    wanted: WantedEpisode,
    part: IntakePart,
    *,
    is_new: bool = False,
    errors: Mapping[str, str] | None = None,
    troubles: Sequence[Trouble] = (),
    broken: Sequence[Trouble] = (),
    status: int = 0,
) -> HttpResponse:
    page = new_episode_page(
        who=for_whom(wanted.number, known=wanted.known, who=wanted.who),
        is_new=is_new,
        intake=part,
        errors=errors or {},
        troubles=troubles,
        broken=broken,
    )
    return show(request, "records/new_episode.html", page, tab="records", status=status or (422 if errors else 200))


def _begun(
    request: ActorRequest, wanted: WantedEpisode, registries: Sequence[SubRegistry], form: Form, who: NewPatient
) -> HttpResponse:
    written = answers_in(request.POST, form.inclusion)
    found = inclusion.intake(actor=request.actor, who=who, sub_registry=form.code, written=written, at=request.at)
    is_no_double = request.POST.get("no_double") == "yes"
    if found.faults or not found.assessment.can_be_signed or (found.doubles and not is_no_double):
        return _again(request, wanted, registries, form, written=written, found=found)
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
    request: ActorRequest,
    wanted: WantedEpisode,
    registries: Sequence[SubRegistry],
    form: Form,
    *,
    written: Written,
    found: inclusion.Intake,
) -> HttpResponse:
    """The page with what stands in the way, and what was typed."""
    # Questions that follow from an answer are no mistake of the person who could not see them.
    follow_on = set(found.assessment.lacking) - set(request.POST.get("asked", "").split())
    only_more = bool(not found.faults and set(found.assessment.lacking) == follow_on and follow_on)
    sent = Sent(typed=written, faults=found.faults, is_to_sign=not only_more)
    shown = _inclusion(form, found.assessment, sent, at=request.at)
    near = doubles_shown(pages.episodes_shown(found.doubles, at=request.at))
    answered = IntakeQuestions(inclusion=shown, more=follow_on_note() if only_more else None, doubles=near)
    return show_new_episode(
        request,
        wanted,
        intake_part(request, wanted, registries=registries, chosen=form, answered=answered),
        troubles=troubles_of(shown.parts),
        broken=broken_shown(found.assessment) if not found.assessment.lacking else [],
        status=200 if only_more else 422,
    )


def _inclusion(form: Form, assessment: Assessment, sent: Sent = NOTHING_SENT, *, at: datetime) -> Inclusion:
    """Questions that may yet decide are shown from the beginning; an answer that makes them needless hides them."""
    assessment = replace(assessment, shown=assessment.shown | assessment.may_be_asked)
    filled = StepAnswers(answers=_kept(form, sent.typed, at=at), assessment=assessment, at=at)
    return Inclusion(
        code=form.code,
        name=str(form.register.name),
        version=form.version,
        parts=parts_of(form.inclusion, filled, sent),
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


def _birth_input(post: QueryDict, errors: Mapping[str, str], *, at: datetime) -> DateInput:
    is_bad = "birth_date" in errors
    described = "birth_date-h birth_date-fel" if is_bad else "birth_date-h"
    limits = birth_limits(at)
    return day_input("birth_date", post.get("birth_date", ""), limits, described_by=described, is_bad=is_bad)
