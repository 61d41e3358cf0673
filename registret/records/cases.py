"""Patients' cases (patientärenden): the one way from the registry's own staff to a patient.

By exact number and with a case number only; there is no list and no search. Every look is an entry in the log about
the patient, with the case number as its reason, also for patients of protected identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.places.queries import clinics
from registret.rate_limits.services import Limit, take
from registret.records.case_number import CaseNumber
from registret.records.models import Episode, Merge, Patient
from registret.records.numbers import PatientNumber
from registret.records.queries.patients import is_blocked, patient_id_of, patient_row
from registret.records.refusals import NobodyHere
from registret.records.rows import PatientRow
from registret.records.scope import all_providers
from registret.registries.queries import name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """About whom, and under which number of the diary."""

    number: PatientNumber
    case_number: CaseNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEpisodes:
    """How much a care provider has reported about a patient to a sub-registry, both by name."""

    care_provider: str
    sub_registry: str
    episodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """What a number came to. `patient` None: nobody here has it. `opted_out`: it is blocked."""

    patient: PatientRow | None
    opted_out: bool
    kept: tuple[ReportedEpisodes, ...]

    @property
    def episodes(self) -> int:
        return sum(one.episodes for one in self.kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """A patient, and by which ids the log knows the patient: also those of patients that were merged."""

    patient: PatientRow
    merged: tuple[int, ...]


CASES_PER_PERSON: Final = Limit(what="patient_cases", most=60, per=timedelta(hours=1))
"""A case takes some five looks; the limit stops a handler, or a thief of the card, who tries numbers in a row."""


def take_case(*, actor: Actor, at: datetime) -> None:
    """A case handler named a number: whatever is done with it counts. Call it outside a transaction.

    Raises: NotPermitted, TooMany.
    """
    actor.require(Permission.HANDLE_CASES)
    take(limit=CASES_PER_PERSON, subject=str(actor.account_id), at=at)


def open_case(*, actor: Actor, case: Case, at: datetime) -> CasePage:
    """Whether anyone has this number, who, and how much there is.

    Raises: NotPermitted, TooMany.
    """
    take_case(actor=actor, at=at)
    with all_providers():
        patient_id = patient_id_of(case.number)
        record(
            event=Event.CASE_OPENED if patient_id is not None else Event.CASE_NOBODY,
            by=actor.by,
            at=at,
            about_patient_id=patient_id,
            facts={"case": case.case_number.text},
        )
        if patient_id is None:
            return CasePage(patient=None, opted_out=is_blocked(case.number), kept=())
        return CasePage(patient=_patient(patient_id), opted_out=False, kept=_kept(patient_id))


@contextmanager
def patient_of_case(*, actor: Actor, case: Case, at: datetime) -> Iterator[Identities]:
    """The patient, in a transaction that sees all of them. For acts that tell the log themselves what they did.

    Raises: NotPermitted, TooMany, NobodyHere.
    """
    take_case(actor=actor, at=at)
    with all_providers():
        yield identities_of(case)


def identities_of(case: Case) -> Identities:
    """Inside `all_providers`, for acts that have asked who may.

    Raises: NobodyHere.
    """
    patient_id = patient_id_of(case.number)
    if patient_id is None:
        raise NobodyHere()
    merged = Merge.objects.filter(patient_id=patient_id).order_by("id").values_list("gone_id", flat=True)
    return Identities(patient=_patient(patient_id), merged=tuple(merged))


def _patient(patient_id: int) -> PatientRow:
    return patient_row(Patient.objects.prefetch_related("numbers").get(id=patient_id))


def _kept(patient_id: int) -> tuple[ReportedEpisodes, ...]:
    found = Episode.objects.filter(patient_id=patient_id).values_list("clinic_id", "sub_registry")
    by_clinic = Counter(found)
    places = clinics({clinic_id for clinic_id, _ in by_clinic})
    by_provider: Counter[tuple[str, str]] = Counter()
    for (clinic_id, sub_registry), number in by_clinic.items():
        by_provider[places[clinic_id].care_provider, sub_registry] += number
    return tuple(
        ReportedEpisodes(care_provider=provider, sub_registry=name_of(code), episodes=number)
        for (provider, code), number in sorted(by_provider.items())
    )
