"""Destroying episodes, patients, and answers to research questions, for acts of this room. What is left is an entry in
the log that says of which episode, when and by whom, and a number in `DeletionTally`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.records.data_queries.forgetting import forget_queries
from registret.records.deaths import lock_patients
from registret.records.lifecycle import StepState
from registret.records.models import DeletionTally, Episode, Merge, Number, Patient, Revision, Step
from registret.records.proposals.forgetting import forget_answers
from registret.records.queries.steps import assessed
from registret.records.scope import deletion_allowed


def destroy_episodes(
    episode_ids: Collection[int], *, why: DeletionTally.Why, by: By, at: datetime
) -> Mapping[tuple[int, str], int]:
    """Delete episodes with their steps and revisions; return how many, by clinic and sub-registry. In `all_providers`.

    Waits for a transaction that writes in one of them, and destroys what it wrote as well.
    """
    lock_patients(Episode.objects.filter(id__in=episode_ids).values_list("patient_id", flat=True))
    list(Step.objects.select_for_update().filter(episode_id__in=episode_ids).order_by("id").values_list("id"))
    found = list(Episode.objects.select_for_update().filter(id__in=episode_ids).order_by("id"))
    gone = Counter((episode.clinic_id, episode.sub_registry) for episode in found)
    for episode in found:
        record(
            event=Event.EPISODE_DESTROYED,
            by=by,
            at=at,
            about_patient_id=episode.patient_id,
            clinic_id=episode.clinic_id,
            facts={"episode": episode.system_id, "sub_registry": episode.sub_registry, "why": why.value},
        )
    with deletion_allowed():
        forget_queries(step__episode_id__in=list(episode_ids))
        Episode.objects.filter(id__in=[episode.id for episode in found]).delete()
    _count(gone, why=why, at=at)
    return gone


def destroy_research(codes: Mapping[int, Collection[str]], *, by: By, at: datetime) -> Mapping[tuple[int, str], int]:
    """Of steps, by id, the answers to the research questions `codes`, also where revisions have them. Inside
    `all_providers`. Return how many episodes, by clinic and sub-registry.

    Waits for a transaction that writes in one of them. They are not asked again: nobody is to answer now what
    was to be known then.
    """
    lock_patients(Step.objects.filter(id__in=codes).values_list("episode__patient_id", flat=True))
    steps = list(Step.objects.select_for_update(of=("self",)).filter(id__in=codes).order_by("id"))
    episodes = Episode.objects.select_related("patient").in_bulk({step.episode_id for step in steps})
    with deletion_allowed():
        for step in steps:
            _forget(step, frozenset(codes[step.id]), episodes[step.episode_id], by=by, at=at)
    gone = Counter((episode.clinic_id, episode.sub_registry) for episode in episodes.values())
    _count(gone, why=DeletionTally.Why.RESEARCH, at=at)
    return gone


def destroy_patient(patient_id: int) -> None:
    """The patient with all numbers and traces of merging, once no episode is left. Inside `all_providers`."""
    with deletion_allowed():
        Merge.objects.filter(patient_id=patient_id).delete()
        Number.objects.filter(patient_id=patient_id).delete()
        Patient.objects.filter(id=patient_id).delete()


def _forget(step: Step, codes: frozenset[str], episode: Episode, *, by: By, at: datetime) -> None:
    """Inside `deletion_allowed`."""
    forget_queries(step_id__in=[step.id], variable__in=codes)
    forget_answers(step.id, codes)
    for revision in Revision.objects.filter(step_id=step.id, changes__has_any_keys=list(codes)):
        left = {code: pair for code, pair in revision.changes.items() if code not in codes}
        Revision.objects.filter(id=revision.id).update(changes=left)
    step.answers = {code: stored for code, stored in step.answers.items() if code not in codes}
    step.research_gone_at = at
    step.save(update_fields=["answers", "research_gone_at"])
    if step.state not in {StepState.PLANNED, StepState.SIGNED, StepState.CLOSED}:
        now = assessed(episode.id, step.code, at=at)
        Step.objects.filter(id=step.id).update(flags=len(now.broken), lacking=len(now.lacking))
    record(
        event=Event.EPISODE_RESEARCH_DESTROYED,
        by=by,
        at=at,
        about_patient_id=episode.patient_id,
        clinic_id=episode.clinic_id,
        facts={"episode": episode.system_id, "step": step.code, "sub_registry": episode.sub_registry},
    )


def _count(gone: Mapping[tuple[int, str], int], *, why: DeletionTally.Why, at: datetime) -> None:
    DeletionTally.objects.bulk_create(
        DeletionTally(clinic_id=clinic_id, sub_registry=code, why=why, episodes=number, at=at)
        for (clinic_id, code), number in gone.items()
    )
