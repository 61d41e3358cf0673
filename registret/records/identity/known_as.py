"""By which ids the log knows a patient, and by which system id a patient is shown to log reviewers.

A system id names nobody. Of a patient who was merged into another it is the other's; of one whose data were destroyed
there is none, and nothing says any more who that was.
"""

from __future__ import annotations

from collections.abc import Collection

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.records.models import Merge, Patient
from registret.records.scope import all_providers


def system_ids(*, actor: Actor, patient_ids: Collection[int]) -> dict[int, str]:
    """By the id that the log has; those that are there no more are left out. Asks nothing of the database for none.

    Raises: NotPermitted.
    """
    actor.require(Permission.READ_LOG)
    wanted = set(patient_ids)
    if not wanted:
        return {}
    with all_providers():
        gone = Merge.objects.filter(gone_id__in=wanted).values_list("gone_id", "patient__system_id")
        here = Patient.objects.filter(id__in=wanted).values_list("id", "system_id")
        return dict(here.union(gone, all=True))


def ids_in_the_log(*, actor: Actor, system_id: str) -> tuple[int, ...]:
    """All ids of the patient who has this system id, or had it before a merge: the one that is now comes first. Empty:
    there is no such patient (any more).

    Raises: NotPermitted.
    """
    actor.require(Permission.READ_LOG)
    with all_providers():
        here = Patient.objects.filter(system_id=system_id).values_list("id", flat=True)
        gone = Merge.objects.filter(gone=system_id).values_list("patient_id", flat=True)
        patient_id = here.union(gone).first()
        if patient_id is None:
            return ()
        merged = Merge.objects.filter(patient_id=patient_id).order_by("id").values_list("gone_id", flat=True)
        return (patient_id, *merged)
