"""Loggutdrag: what a patient is told of who has seen their data (patientdatalagen 8:5, HSLF-FS 2016:40 4:11).

From which care unit, of which care provider, when, and what was done. Names of people are not part of it: the law gives
the unit and the time, so that the patient can judge whether it was justified.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.kernel.by import By
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.ledger.queries import Access, accesses_to
from registret.ledger.services import Fact, record
from registret.places.queries import ClinicRow, clinics
from registret.records.cases import Case, patient_of_case
from registret.records.patient_rights.extracts import check_length, event_of
from registret.records.rows import PatientRow

READS: Final = frozenset(
    {
        *(
            Event.PATIENT_FOUND,
            Event.PATIENT_OPENED,
            Event.STEP_OPENED,
            Event.STEP_FOLLOWED,
            Event.STEP_HISTORY_OPENED,
            Event.STEP_PREFILL_ASKED,
            Event.EPISODE_PRINTED,
        ),
        *(
            Event.PATIENT_LISTED_FOR_LETTERS,
            Event.PATIENT_DOUBLES_SHOWN,
            Event.PATIENT_NUMBER_MET,
            Event.PATIENT_MORE_MET,
            Event.PATIENT_IMPORT_MET,
        ),
        *(
            Event.CASE_OPENED,
            Event.EXTRACT_MADE,
            Event.LOG_EXTRACT_MADE,
            Event.PATIENT_DISCLOSED,
            Event.PATIENT_KEY_TAKEN,
            Event.WORK_LISTED,
        ),
        *(Event.EPISODES_LISTED, Event.EPISODES_EXPORTED, Event.EXPORT_FETCHED),
    }
)
"""Events in which data were looked at and nothing was changed."""

LISTS: Final = frozenset({Event.WORK_LISTED, Event.EPISODES_LISTED})
"""Events of lists, which are shown again and again: a unit's on one day are one row of the extract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One access. `event` is a code with words in `registret.words.events`; `unit` is empty for the registry itself.

    `times`: of a list, how often the unit was shown the patient in it on that day, the first time at `at`.
    """

    at: datetime
    unit: str
    care_provider: str
    event: str
    times: int = 1

    @property
    def is_change(self) -> bool:
        return self.event not in READS


@dataclass(frozen=True, slots=True, kw_only=True)
class LogExtract:
    """For one patient, in one case."""

    case_number: str
    at: datetime
    patient: PatientRow
    rows: tuple[Seen, ...]


def log_extract_of_case(*, actor: Actor, case: Case, form: str, at: datetime) -> LogExtract:
    """For the patient who has or had the number; also what was done before two patients were merged into this one.

    Raises: NotPermitted, TooMany, NobodyHere; TooLongForPaper (as "pdf").
    """
    with patient_of_case(actor=actor, case=case, at=at) as found:
        facts: dict[str, Fact] = {"case": case.case_number.text, "form": form}
        rows = log_extract(patient_id=found.patient.id, merged=found.merged, form=form, facts=facts, by=actor.by, at=at)
    check_length(len(rows), form=form)
    return LogExtract(case_number=case.case_number.text, at=at, patient=found.patient, rows=rows)


@transaction.atomic
def log_extract(
    *,
    patient_id: int,
    merged: Collection[int] = (),
    form: str = "json",
    facts: dict[str, Fact] | None = None,
    by: By,
    at: datetime,
) -> tuple[Seen, ...]:
    """All that was done with the patient's data, oldest first, up to now. Making it is itself in the log."""
    found = _by_day(accesses_to(patient_ids={patient_id, *merged}))
    places = clinics({a.clinic_id for a, _ in found if a.clinic_id is not None})
    told: dict[str, Fact] = {"rows": len(found), **(facts or {})}
    record(
        event=event_of(Event.LOG_EXTRACT_MADE, len(found), form=form),
        by=by,
        at=at,
        about_patient_id=patient_id,
        facts=told,
    )
    return tuple(_seen(access, times, places) for access, times in found)


def _seen(access: Access, times: int, places: Mapping[int, ClinicRow]) -> Seen:
    place = places.get(access.clinic_id) if access.clinic_id is not None else None
    return Seen(
        at=access.at,
        unit=place.title if place else "",
        care_provider=place.care_provider if place else "",
        event=access.event,
        times=times,
    )


def _by_day(found: Iterable[Access]) -> tuple[tuple[Access, int], ...]:
    """Each access, and how many it stands for: what a unit's lists showed on one day is told once."""
    first: dict[Hashable, tuple[Access, int]] = {}
    for number, access in enumerate(found):
        key = (access.event, access.clinic_id, day_of(access.at)) if access.event in LISTS else number
        told, times = first.get(key, (access, 0))
        first[key] = told, times + 1
    return tuple(first.values())
