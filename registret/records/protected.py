"""Protected identity (L22): whoever looks says why, and the answer holds for a while.

The reason stands in the log. That one was given is kept on the server, for the session and the patient, so that each
page about the patient asks for it, and not only the first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from registret.access.actor import Actor
from registret.records.models import ReasonGiven
from registret.records.refusals import ReasonNeeded
from registret.records.rows import PatientRow

LASTS: Final = timedelta(hours=1)


def give_reason(actor: Actor, patient: PatientRow, *, at: datetime) -> None:
    """A reason was given, and the log was told; it counts for this session and patient for an hour."""
    ReasonGiven.objects.create(session_id=actor.session_id, patient_id=patient.id, at=at)


def require_reason(actor: Actor, patient: PatientRow, *, at: datetime) -> None:
    """Raises: ReasonNeeded (the identity is protected, and nobody said why in this session within the hour)."""
    if patient.is_protected and not _has_reason(actor, patient, at):
        raise ReasonNeeded(patient=patient.system_id)


def _has_reason(actor: Actor, patient: PatientRow, at: datetime) -> bool:
    given = ReasonGiven.objects.filter(session_id=actor.session_id, patient_id=patient.id)
    return given.filter(at__gt=at - LASTS).exists()


def forget_old(*, at: datetime) -> int:
    """Removes what no longer counts; answers how many."""
    return ReasonGiven.objects.filter(at__lte=at - LASTS).delete()[0]
