"""Destroying episodes and patients, for acts of this room. What is left of an episode is an entry in the log that says
which, when and by whom, and a number in `Destruction`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from registret.kernel.by import By
from registret.ledger.services import record
from registret.records.models import Destruction, Episode, Merge, Number, Patient, Step
from registret.records.sight import destroying


def destroy_episodes(
    episode_ids: Collection[int], *, why: Destruction.Why, by: By, at: datetime
) -> Mapping[tuple[int, str], int]:
    """Episodes with their steps and all revisions. Inside `sight_of_all`. Answers how many, by clinic and sub-registry.

    Whoever writes in one of them at this moment is waited for, and it is destroyed with what they wrote.
    """
    list(Step.objects.select_for_update().filter(episode_id__in=episode_ids).order_by("id").values_list("id"))
    found = list(Episode.objects.select_for_update().filter(id__in=episode_ids).order_by("id"))
    gone = Counter((episode.clinic_id, episode.sub_registry) for episode in found)
    for episode in found:
        record(
            event="episode.destroyed",
            by=by,
            at=at,
            about_patient_id=episode.patient_id,
            clinic_id=episode.clinic_id,
            facts={"episode": episode.system_id, "sub_registry": episode.sub_registry, "why": why.value},
        )
    with destroying():
        Episode.objects.filter(id__in=[episode.id for episode in found]).delete()
    Destruction.objects.bulk_create(
        Destruction(clinic_id=clinic_id, sub_registry=code, why=why, episodes=number, at=at)
        for (clinic_id, code), number in gone.items()
    )
    return gone


def destroy_patient(patient_id: int) -> None:
    """The patient with all numbers and traces of merging, once no episode is left. Inside `sight_of_all`."""
    with destroying():
        Merge.objects.filter(patient_id=patient_id).delete()
        Number.objects.filter(patient_id=patient_id).delete()
        Patient.objects.filter(id=patient_id).delete()
