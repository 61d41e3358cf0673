"""Protected identity: a reader says why, and the answer holds for a while.

The reason stands in the log. That one was given is kept on the server, for the session and the patient, so that each
page about the patient asks for it, and not only the first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Value
from django.db.models.functions import Greatest

from registret.access.actor import Actor
from registret.records.models import ReasonGiven
from registret.records.refusals import ReasonNeeded
from registret.records.rows import PatientRow

LASTS: Final = timedelta(hours=1)


def give_reason(actor: Actor, patient: PatientRow, *, at: datetime) -> None:
    """A reason was given, and the log was told; it counts for this session and patient, an hour at a time."""
    ReasonGiven.objects.create(session_id=actor.session_id, patient_id=patient.id, at=at)


def require_reason(actor: Actor, patient: PatientRow, *, used: bool = True, at: datetime) -> None:
    """Ask why, unless the reader said so lately: each use counts from now. Not `used`:
    a page asks by itself, and the reason lasts no longer for that.

    Raises: ReasonNeeded (the identity is protected, and nobody said why in this session, or not within the hour).
    """
    if not has_reason(actor, patient, used=used, at=at):
        raise ReasonNeeded(patient=patient.system_id)


def has_reason(actor: Actor, patient: PatientRow, *, used: bool = True, at: datetime) -> bool:
    """Whether none is needed, or one was given, which counts from now if it is `used`."""
    if not patient.is_protected:
        return True
    given = ReasonGiven.objects.filter(session_id=actor.session_id, patient_id=patient.id, at__gt=at - LASTS)
    return bool(given.update(at=Greatest("at", Value(at)))) if used else given.exists()


def forget_old(*, at: datetime) -> int:
    """Remove what no longer counts. Return how many."""
    return ReasonGiven.objects.filter(at__lte=at - LASTS).delete()[0]
