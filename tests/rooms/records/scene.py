"""What the tests of this room share: who reports, a patient, and a pneumonia from arrival to discharge."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from registret.access.actor import Actor
from registret.access.applications.attesting import attest
from registret.access.roles import Role
from registret.accounts.queries import living_account
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.records.case_number import CaseNumber
from registret.records.cases import Case
from registret.records.identity import lookups, population
from registret.records.identity.population_entry import PopulationEntry
from registret.records.models import Episode, Number, Patient
from registret.records.numbers import PatientNumber, Sex
from registret.records.patient_rights import opting_out
from registret.records.reporting import beginning, letters
from registret.records.reporting.inclusion import NewPatient
from registret.records.scope import all_providers
from registret.registries.loading.catalogue import DEFINITIONS
from registret.registries.queries import catalogue
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, KARIN, Country, Person

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# Fictitious: Skatteverket's test numbers are those of nobody.
TOLVAN = "19121212-1212"
SAMORDNAD = "19121272-9808"
RESERVE = "22800101AB17"

_NOBODY = 65534

INCLUDED: Mapping[str, Sequence[str]] = {
    "arrived_at": ["2026-11-20T08:15"],
    "pneumonia_treated": ["yes"],
    "acquired": ["community"],
}
ACUTE: Mapping[str, Sequence[str]] = {
    "admitted_from": ["home"],
    "comorbidity": ["copd", "diabetes"],
    "immunosuppression": ["none"],
    "care_limits": ["none"],
    "confusion": ["no"],
    "respiratory_rate": ["32"],
    "systolic": ["118"],
    "diastolic": ["64"],
    "saturation": ["91"],
    "on_oxygen": ["no"],
    "crb65_documented": ["yes"],
    "blood_culture": ["yes"],
    "blood_cultured_at": ["2026-11-20T08:50"],
    "airway_culture": ["missing:unknown"],
    "imaging": ["xray_infiltrate"],
    "antibiotic_before": ["none"],
    "antibiotic": ["benzylpenicillin"],
    "antibiotic_at": ["2026-11-20T09:30"],
    "intensive_care": ["no"],
    "breathing_support": ["oxygen"],
}
DISCHARGE: Mapping[str, Sequence[str]] = {
    "agent": ["missing:unknown"],
    "blood_culture_result": ["missing:unknown"],
    "discharged_at": ["2026-11-23T12:00"],
    "discharged_to": ["home"],
}


def number(text: str) -> PatientNumber:
    return PatientNumber.parse(text, today=date(2026, 11, 24))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """Anna and Karin report at the infection clinic of Norrvik, Cecilia at that of Sydvik; Bertil only attests."""

    place: Country
    anna: Actor
    karin: Actor
    cecilia: Actor
    bertil: Actor


def ward() -> Ward:
    place = cast.country(NOW - 30 * DAY)
    return Ward(
        place=place,
        anna=at_work(ANNA, place.infection, by=BERTIL),
        karin=at_work(KARIN, place.infection, by=BERTIL),
        cecilia=at_work(CECILIA, place.sydvik, by=None),
        bertil=cast.actor(BERTIL, at=NOW - DAY),
    )


def at_work(
    who: Person,
    clinic_id: int,
    *,
    by: Person | None,
    role: Role = Role.REPORTER,
    registries: Sequence[str] = ("pneumoni",),
) -> Actor:
    """Attested for a role there by `by` (None: by the office's program), and logged in."""
    then = NOW - 20 * DAY
    if by is None:
        cast.appoint_by_program(who, role, clinic_id=clinic_id, at=then)
    else:
        apply = cast.register if who is ANNA else cast.apply_again
        application = apply(who, clinic_id, role=role, sub_registries=tuple(registries), at=then)
        attest(
            application_id=application,
            role=role,
            sub_registries=tuple(registries),
            last_day=date(2028, 10, 1),
            actor=cast.actor(by, at=then),
            at=then,
        )
    return cast.actor(who, at=NOW - DAY)


GRETA = cast.person("Greta", "Frost", "SE2321009991-E00G6F2")
"""Handles patients' cases at the registry."""
HENNING = cast.person("Henning", "Ask", "SE2321009991-E00H3A8")
"""Handles them with her."""


def handler(at: datetime = NOW, who: Person = GRETA) -> Actor:
    """Greta, or another, who has just shown the card."""
    if living_account(hsa_id=who.card.hsa_id) is None:
        cast.appoint_by_program(who, Role.CASE_HANDLER, at=at - DAY)
    return cast.actor(who, at=at)


def case(patient: str = TOLVAN, case_number: str = "26RS4711") -> Case:
    return Case(number=number(patient), case_number=CaseNumber.parse(case_number))


def system_id_of(patient: str) -> str:
    with all_providers():
        return Number.objects.get(text=number(patient).text).patient.system_id


def shown(*patients: str) -> set[str]:
    """System ids of those who have these numbers: as if they had been shown."""
    with all_providers():
        texts = [number(one).text for one in patients]
        return set(Number.objects.filter(text__in=texts).values_list("patient__system_id", flat=True))


def opt_out(*, actor: Actor, case: Case, at: datetime) -> int:
    """The patient whom the case is about now has been shown and opts out; the day to think again passes."""
    episodes = leave(actor=actor, case=case, at=at)
    opting_out.destroy_left(at=at + DAY)
    return episodes


def leave(*, actor: Actor, case: Case, at: datetime) -> int:
    """As `opt_out`, and the day has not passed."""
    expected = next(iter(shown(case.number.text)), None)
    return opting_out.opt_out(actor=actor, case=case, expected=expected, at=at)


def counted() -> tuple[int, int, int]:
    """How many patients, numbers and episodes there are."""
    with all_providers():
        return Patient.objects.count(), Number.objects.count(), Episode.objects.count()


class Known:
    """A population register that knows these, by number."""

    def __init__(self, **people: PopulationEntry) -> None:
        self._known = {name.removeprefix("n"): person for name, person in people.items()}

    def people(self, numbers: Collection[PatientNumber]) -> Mapping[str, PopulationEntry]:
        return {one.text: self._known[one.text] for one in numbers if one.text in self._known}


def registered(surname: str = "Tolvansson", *, protected: bool = False, died_on: date | None = None) -> PopulationEntry:
    return PopulationEntry(given_name="Tolvan", surname=surname, sex=Sex.MALE, is_protected=protected, died_on=died_on)


def ask(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this is the population register."""
    for module in (population, lookups, letters):
        monkeypatch.setattr(module, "population_register", lambda: known)


def begun(actor: Actor, *, patient: str = TOLVAN, at: datetime = NOW, **different: Sequence[str]) -> str:
    """An episode of pneumonia, included; answers its system id."""
    one = number(patient)
    born = {"birth_date": date(1950, 1, 1), "sex": Sex.FEMALE} if one.is_reserve else {}
    return beginning.begin(
        actor=actor,
        who=NewPatient(number=one, **born),  # type: ignore[arg-type]
        sub_registry="pneumoni",
        written={**INCLUDED, **different},
        is_no_double=False,
        at=at,
    )


def close_pneumonia(folder: Path) -> Path:
    """An operator's folder in which pneumonia has a further version, which is closed for entry.

    It counts when the catalogue is read anew.
    """
    newest = max(version for code, version in catalogue().forms if code == "pneumoni")
    place = folder / "pneumoni" / str(newest + 1)
    shutil.copytree(DEFINITIONS / "pneumoni" / str(newest), place)
    register = (place / "register.toml").read_text(encoding="utf-8")
    assert 'state = "open"' in register
    (place / "register.toml").write_text(register.replace('state = "open"', 'state = "closed"'), encoding="utf-8")
    return folder


@contextmanager
def not_writable(folder: Path) -> Iterator[None]:
    """Also for tests that run as root, whom no mode of a folder binds."""
    folder.chmod(0o500)
    before = os.geteuid()
    try:
        if before == 0:
            os.seteuid(_NOBODY)
        yield
    finally:
        os.seteuid(before)
        folder.chmod(0o700)


def log(event: str) -> tuple[EntryRow, ...]:
    """Entries of the log, newest first."""
    return entries(wanted=Wanted(event=event)).rows
