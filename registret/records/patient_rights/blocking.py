"""Block the numbers of a patient who opts out, and destroy all that the registry has about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from registret.kernel.by import By
from registret.records.models import DeletionTally, Episode, Number, OptOut
from registret.records.numbers import PatientNumber
from registret.records.opt_out_marks import mark_of
from registret.records.queries.patients import is_blocked
from registret.records.retention.deletion import destroy_episodes, destroy_patient


def numbers_of(patient_id: int | None) -> set[PatientNumber]:
    if patient_id is None:
        return set()
    found = Number.objects.filter(patient_id=patient_id).values_list("text", "kind")
    return {PatientNumber(text, kind) for text, kind in found}


def destroy_all_of(patient_id: int, *, by: By, at: datetime) -> int:
    """Inside `all_providers` (or `leaving_patients`), with identities and numbers held."""
    episodes = list(Episode.objects.filter(patient_id=patient_id).values_list("id", flat=True))
    gone = destroy_episodes(episodes, why=DeletionTally.Why.OPTED_OUT, by=by, at=at)
    destroy_patient(patient_id)
    return sum(gone.values())


def block(numbers: Iterable[PatientNumber], *, case_number: str, episodes: int, by: By, at: datetime) -> None:
    """Under the key of today, those that are not blocked yet."""
    OptOut.objects.bulk_create(
        OptOut(
            mark=mark,
            key=key,
            case_number=case_number,
            episodes=episodes,
            at=at,
            by_account_id=by.account_id,
            by_name=by.name or by.program or "",
        )
        for key, mark in map(mark_of, (number for number in numbers if not is_blocked(number)))
    )
