"""Loggutdrag: what a patient is told of who has seen their data (patientdatalagen 8:5, HSLF-FS 2016:40 4:11).

From which care unit, of which care provider, when, and what was done. Names of people are not part of it: the law gives
the unit and the time, so that the patient can judge whether it was justified.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registret.kernel.by import By
from registret.ledger.queries import accesses_to
from registret.ledger.services import record
from registret.places.queries import clinics


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One access. `event` is a code with words in `registret.words.events`; `unit` is empty for the registry itself."""

    at: datetime
    unit: str
    care_provider: str
    event: str


@transaction.atomic
def log_extract(*, patient_id: int, by: By, at: datetime) -> tuple[Seen, ...]:
    """All that was done with the patient's data, oldest first, up to now. Making it is itself in the log."""
    found = accesses_to(patient_id=patient_id)
    places = clinics({a.clinic_id for a in found if a.clinic_id is not None})
    record(event="log.extract_made", by=by, at=at, about_patient_id=patient_id, facts={"rows": len(found)})
    seen = []
    for access in found:
        place = places.get(access.clinic_id) if access.clinic_id is not None else None
        seen.append(
            Seen(
                at=access.at,
                unit=place.title if place else "",
                care_provider=place.care_provider if place else "",
                event=access.event,
            )
        )
    return tuple(seen)
