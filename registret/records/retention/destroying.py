"""Carry out decisions to destroy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from registret.kernel.by import By
from registret.records.locks import lock_identities, lock_numbers
from registret.records.models import DeletionTally, Episode, Number, Patient, RetentionDecision, Step
from registret.records.retention.ages import PAST, PENDING, has_research, held_until, research_codes_of
from registret.records.retention.deletion import destroy_episodes, destroy_patient, destroy_research
from registret.records.scope import all_providers

_BATCH: Final = 100
_CLOCK: Final = By.of_program("clock")


def destroy_due(*, at: datetime) -> int:
    """Carry out decisions to destroy, in batches of one transaction each, and return how many episodes it was.

    Counts also the episodes whose answers to research questions were destroyed.
    """
    done = 0
    for keeping_id in RetentionDecision.objects.filter(PENDING).order_by("id").values_list("id", flat=True):
        while batch := _batch(keeping_id, at=at):
            done += batch
    return done


@transaction.atomic
def _batch(keeping_id: int, *, at: datetime) -> int:
    """Destroy some of the oldest and return how many: 0 if none are left, or another decision keeps them."""
    # A decision that another process is carrying out is left to it.
    found = RetentionDecision.objects.select_for_update(skip_locked=True).filter(id=keeping_id, done_at=None).first()
    if found is None or found.before is None or held_until(found.sub_registry, at=at) is not None:
        return 0
    lock_identities()
    with all_providers():
        oldest = PAST[RetentionDecision.What(found.what)](found.sub_registry, found.before).order_by("began_at", "id")[
            :_BATCH
        ]
        episodes = dict(oldest.values_list("id", "patient_id"))
        if not episodes:
            RetentionDecision.objects.filter(id=keeping_id).update(done_at=at)
            return 0
        if found.what == RetentionDecision.What.RESEARCH:
            return _destroy_research(found.sub_registry, episodes, at=at)
        return _destroy(episodes, at=at)


def _destroy(episodes: Mapping[int, int], *, at: datetime) -> int:
    """`episodes`: their patients."""
    patients = set(episodes.values())
    # A patient who gets a new episode at this moment stays: beginning an episode locks the number.
    lock_numbers(*Number.objects.filter(patient_id__in=patients).values_list("text", flat=True))
    gone = destroy_episodes(list(episodes), why=DeletionTally.Why.RETENTION, by=_CLOCK, at=at)
    left = Patient.objects.filter(~Exists(Episode.objects.filter(patient_id=OuterRef("id"))), id__in=patients)
    for patient_id in list(left.values_list("id", flat=True)):
        destroy_patient(patient_id)
    return sum(gone.values())


def _destroy_research(sub_registry: str, episodes: Collection[int], *, at: datetime) -> int:
    codes = research_codes_of(sub_registry)
    steps = Step.objects.filter(has_research(sub_registry), episode_id__in=list(episodes))
    found = {id_: codes[version, step] for id_, version, step in steps.values_list("id", "episode__version", "code")}
    return sum(destroy_research(found, by=_CLOCK, at=at).values())
