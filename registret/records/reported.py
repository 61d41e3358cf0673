"""Episodes as reports count them: what signed steps say. Asked inside `all_providers`, for programs and not people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Max, Min, Prefetch

from registret.kernel.sweden import day_of
from registret.records.deaths import lock_patients
from registret.records.lifecycle import StepState
from registret.records.models import Episode, Step
from registret.records.numbers import age_on
from registret.records.queries.forms import answers_of
from registret.records.queries.steps import form_now
from registret.registries.assessing import KnownOfPatient, known_after_all
from registret.registries.language.evaluating import Known

COUNTED: Final = (StepState.SIGNED, StepState.CLOSED)
"""Steps in which nothing is left to do: their answers are final, or the patient has died."""

_OF_EPISODE: Final = (
    *("sub_registry", "version", "care_provider_id", "began_at"),
    *("patient__birth_date", "patient__sex", "patient__died_on"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEpisode:
    """`clinics`: of each step that is done. `known`: what the signed steps say, by name, with scores. `registered_at`:
    the clinic of the first step after the inclusion that is signed; None if there is none yet. `remarks`: by signed
    step, the rules that do not hold, by what all signed steps say."""

    id: int
    sub_registry: str
    version: int
    care_provider_id: int
    began_on: date
    registered_at: int | None
    clinics: Mapping[str, int]
    known: Known
    remarks: Mapping[str, tuple[str, ...]]


def reported_episodes(episode_ids: Collection[int]) -> tuple[ReportedEpisode, ...]:
    """Return those of the episodes that are there, in the order of their ids.

    Locks their patients: until the end of the transaction nobody else writes in their episodes.
    """
    lock_patients(Episode.objects.filter(id__in=episode_ids).values_list("patient_id", flat=True))
    steps = Step.objects.only("episode_id", "code", "state", "clinic_id", "answers", "research_gone_at")
    episodes = Episode.objects.filter(id__in=episode_ids).select_related("patient").only(*_OF_EPISODE)
    found = episodes.prefetch_related(Prefetch("steps", queryset=steps)).order_by("id")
    deaths = _deaths({episode.patient_id for episode in found})
    return tuple(_reported(episode, deaths) for episode in found)


def episode_ids(ids: range) -> tuple[int, ...]:
    """Return those of the ids that are episodes', of all care providers."""
    return tuple(Episode.objects.filter(id__gte=ids.start, id__lt=ids.stop).values_list("id", flat=True))


def count_episodes() -> tuple[int, range]:
    """Return how many episodes there are, and among which ids."""
    found = Episode.objects.aggregate(number=Count("id"), first=Min("id"), last=Max("id"))
    return found["number"], range(found["first"] or 0, (found["last"] or -1) + 1)


Deaths = Mapping[tuple[int, int], list[tuple[date, int]]]
"""By patient and care provider: the days of death that signed steps tell, and of which episode."""


def _deaths(patient_ids: Collection[int]) -> Deaths:
    found: dict[tuple[int, int], list[tuple[date, int]]] = {}
    told = Step.objects.filter(episode__patient_id__in=patient_ids, state=StepState.SIGNED).exclude(died_on=None)
    for patient, provider, episode, day in told.order_by("died_on").values_list(
        "episode__patient_id", "care_provider_id", "episode_id", "died_on"
    ):
        if day is not None:
            found.setdefault((patient, provider), []).append((day, episode))
    return found


def _patient_of(found: Episode, deaths: Deaths) -> KnownOfPatient:
    told = deaths.get((found.patient_id, found.care_provider_id), [])
    return KnownOfPatient(
        birth_date=found.patient.birth_date,
        sex=found.patient.sex,
        died_on=found.patient.died_on,
        age=age_on(day_of(found.began_at), born=found.patient.birth_date),
        told_died_on=next((day for day, episode in told if episode != found.id), None),
    )


def _reported(found: Episode, deaths: Deaths) -> ReportedEpisode:
    steps = {step.code: step for step in found.steps.all()}
    form = form_now(found, steps)
    signed = {code: step for code, step in steps.items() if step.state == StepState.SIGNED}
    answers = {code: answers_of(form, step.answers) for code, step in signed.items()}
    known = known_after_all(form, answers=answers, patient=_patient_of(found, deaths))
    return ReportedEpisode(
        id=found.id,
        sub_registry=found.sub_registry,
        version=found.version,
        care_provider_id=found.care_provider_id,
        began_on=day_of(found.began_at),
        registered_at=next((signed[one.code].clinic_id for one in form.steps[1:] if one.code in signed), None),
        clinics={code: step.clinic_id for code, step in steps.items() if step.state in COUNTED},
        known=known,
        remarks={
            one.code: tuple(dict.fromkeys(rule.code for rule in one.rules if rule.require.value(known) is False))
            for one in form.steps
            if one.code in signed
        },
    )
