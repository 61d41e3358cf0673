"""Loggutdrag: a patient learns from which unit and when, nobody's name, and making it is logged."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.queries import Wanted, entries
from registret.ledger.services import record
from registret.oversight.extracts import Seen, log_extract
from tests import cast
from tests.made_up import made_up

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PATIENT, OTHER = 4711, 4712


def seen(clinic_id: int | None, *, patient_id: int = PATIENT, minutes: int = 0, outcome: str = "done") -> None:
    by = By(
        hsa_id=HsaId("SE2321009991-E00K4T2"), name="Anna Berg", account_id=1, clinic_id=clinic_id, network="192.0.2.7"
    )
    at = NOW + timedelta(minutes=minutes)
    record(
        event=made_up("patient.read"), by=by, at=at, outcome=outcome, about_patient_id=patient_id, facts={"reason": "x"}
    )


def extract() -> tuple[Seen, ...]:
    return log_extract(patient_id=PATIENT, by=By.of_program("test"), at=NOW + timedelta(hours=1))


def test_unit_provider_moment_and_what_was_done_oldest_first() -> None:
    place = cast.clinics(NOW)
    seen(place.infection)
    seen(place.sydvik, minutes=5)
    seen(None, minutes=6)
    assert extract() == (
        Seen(
            at=NOW,
            unit="Infektionskliniken, Norrviks sjukhus",
            care_provider="Region Norrvik",
            event="patient.read",
        ),
        Seen(
            at=NOW + timedelta(minutes=5),
            unit="Infektionskliniken, Sydviks sjukhus",
            care_provider="Region Sydvik",
            event="patient.read",
        ),
        Seen(at=NOW + timedelta(minutes=6), unit="", care_provider="", event="patient.read"),
    )


def test_what_a_units_lists_showed_on_one_day_is_told_once_with_how_often() -> None:
    place = cast.clinics(NOW)
    for clinic_id, hours in ((place.infection, 0), (place.infection, 3), (place.sydvik, 4), (place.infection, 20)):
        by = By(hsa_id=HsaId("SE2321009991-E00K4T2"), name="Anna Berg", account_id=1, clinic_id=clinic_id)
        at = NOW + timedelta(hours=hours)
        record(event=Event.WORK_LISTED, by=by, at=at, shown_patient_ids=[OTHER, PATIENT], facts={"rows": 2})
        record(event=Event.WORK_LISTED, by=by, at=at, shown_patient_ids=[OTHER], facts={"rows": 1})
    assert [(seen.at - NOW, seen.unit[:26], seen.times) for seen in extract()] == [
        (timedelta(0), "Infektionskliniken, Norrvi", 2),
        (timedelta(hours=4), "Infektionskliniken, Sydvik", 1),
        (timedelta(hours=20), "Infektionskliniken, Norrvi", 1),
    ]


def test_other_patients_and_what_was_refused_are_not_in_it() -> None:
    seen(None, patient_id=OTHER)
    seen(None, outcome="refused")
    assert extract() == ()


def test_there_is_no_room_for_names_or_addresses() -> None:
    assert {f.name for f in fields(Seen)} == {"at", "unit", "care_provider", "event", "times"}


def test_making_one_is_in_the_log_and_in_the_next_one() -> None:
    extract()
    (entry,) = entries(wanted=Wanted(event="log.extract_made")).rows
    assert (entry.about_patient_id, entry.facts) == (PATIENT, {"rows": 0})
    assert [s.event for s in extract()] == ["log.extract_made"]


def test_it_has_indexes_in_every_month() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM ledger_entry WHERE about_patient_id = 1 OR shown_patient_ids && '{1}' ORDER BY id"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
