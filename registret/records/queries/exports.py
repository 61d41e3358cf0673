"""A clinic's episodes as they are taken out in a file: page by page, so that no more than a page is held at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.sweden import midnight
from registret.records.lifecycle import StepState
from registret.records.models import Episode, Patient, Step
from registret.records.queries.episodes import episodes_of
from registret.records.queries.patients import numbers_of, told_patient
from registret.records.queries.steps import known_of, with_death_elsewhere
from registret.records.rows import PatientRow
from registret.records.scope import clinic_of
from registret.registries.answers import Answer, AnswerBroken, restored
from registret.registries.assessing import KnownOfPatient
from registret.registries.forms import Form
from registret.registries.queries import form_of

PAGE: Final = 500
_OF_STEP: Final = ("code", "state", "answers", "saved_at", "signed_at", "signed_by_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSelection:
    """Episodes of one sub-registry that began from `first_day` to `last_day`."""

    sub_registry: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedStep:
    """`answers`: those that fit the form; `unfit`: how many do not."""

    code: str
    state: StepState
    signed_at: datetime | None
    signed_by_name: str
    answers: Mapping[str, Answer]
    unfit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedEpisode:
    """An episode with what a file tells of it. `steps`: in the order of the form. `known`: what scores need."""

    id: int
    system_id: str
    patient: PatientRow
    known: KnownOfPatient
    form: Form
    began_at: datetime
    saved_at: datetime
    steps: tuple[ExportedStep, ...]


def episodes_to_export(actor: Actor, wanted: ExportSelection) -> QuerySet[Episode]:
    """Those that began at the actor's clinic, or of which a step has moved there; patients of protected identity are
    left out. Inside `provider_scope(actor)`, which hides those who have opted out."""
    clinic = clinic_of(actor)
    moved = Step.objects.filter(clinic_id=clinic, is_moved=True).values("episode_id")
    return episodes_of(actor, Permission.EXPORT).filter(
        Q(clinic_id=clinic) | Q(id__in=moved),
        sub_registry=wanted.sub_registry,
        began_at__gte=midnight(wanted.first_day),
        began_at__lt=midnight(wanted.last_day + timedelta(days=1)),
        patient__is_protected=False,
    )


def page_to_export(actor: Actor, wanted: ExportSelection, *, after: int) -> tuple[ExportedEpisode, ...]:
    """The next ones after the episode `after`, at most `PAGE`. Two queries, inside `provider_scope(actor)`."""
    found = with_death_elsewhere(episodes_to_export(actor, wanted).filter(id__gt=after))
    found = found.select_related("patient").annotate(told_numbers=numbers_of("patient_id")).order_by("id")
    episodes = list(found[:PAGE])
    steps: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    # Mappings: to make an object of each row takes longer than to read it.
    for step in Step.objects.filter(episode_id__in=[one.id for one in episodes]).values("episode_id", *_OF_STEP):
        steps[step["episode_id"]].append(step)
    return tuple(_episode(one, told_patient(one.patient, one.told_numbers), steps[one.id]) for one in episodes)


def are_all_there(actor: Actor, patient_ids: Collection[int]) -> bool:
    """Whether a file about these patients may still be handed out: none has opted out, been destroyed or merged into
    another, or got a protected identity. Inside `provider_scope(actor)`."""
    there = Patient.objects.filter(id__any=list(patient_ids), is_protected=False)
    return there.count() == len(set(patient_ids))


def _episode(found: Episode, patient: PatientRow, steps: Iterable[Mapping[str, Any]]) -> ExportedEpisode:
    form = form_of(found.sub_registry, found.version)
    order = {step.code: place for place, step in enumerate(form.steps)}
    told = sorted(steps, key=lambda step: order[step["code"]])
    return ExportedEpisode(
        id=found.id,
        system_id=found.system_id,
        patient=patient,
        known=known_of(patient, found.began_at, told_died_on=found.told_died_on),  # type: ignore[attr-defined]
        form=form,
        began_at=found.began_at,
        saved_at=max((step["saved_at"] for step in told if step["saved_at"]), default=found.created_at),
        steps=tuple(_step(form, step) for step in told),
    )


def _step(form: Form, found: Mapping[str, Any]) -> ExportedStep:
    answers = {}
    for code, stored in found["answers"].items():
        try:
            answers[code] = restored(form.questions[code], stored)
        except (KeyError, AnswerBroken):
            continue
    return ExportedStep(
        code=found["code"],
        state=StepState(found["state"]),
        signed_at=found["signed_at"],
        signed_by_name=found["signed_by_name"],
        answers=answers,
        unfit=len(found["answers"]) - len(answers),
    )
