"""Loggen, its file and its reviews say which patient, by system id only; and anyone who looks is in the log."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.models import Entry
from registret.ledger.services import record
from registret.oversight.models import Review
from registret.records.identity import cases as identity_cases
from registret.records.identity.known_as import ids_in_the_log
from registret.records.models import Patient
from registret.records.scope import all_providers
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, Country, person
from tests.rooms.records.scene import (
    GRETA,
    RESERVE,
    TOLVAN,
    begun,
    case,
    log,
    number,
    opt_out,
    shown,
    system_id_of,
)
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

FRIDA = person("Frida", "Ros", "SE2321009991-E00F6R6")
SAID = ("19121212", "121212-1212", "1212121212", "•1212", "Tolvansson")
GONE = "Patienten finns inte kvar"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    built = cast.country(now - timedelta(days=30))
    for who, role, clinic_id in (
        (GRETA, Role.CASE_HANDLER, None),
        (FRIDA, Role.LOG_REVIEWER, None),
        (ANNA, Role.REPORTER, built.infection),
    ):
        cast.appoint_by_program(who, role, clinic_id=clinic_id, at=now - timedelta(days=20))
    return built


@pytest.fixture
def patient(place: Country, now: datetime) -> str:
    """The system id of a patient with a name whom Anna has reported."""
    report(now, TOLVAN)
    with all_providers():
        Patient.objects.update(given_name="Tolvan", surname="Tolvansson")
    return system_id_of(TOLVAN)


def report(now: datetime, patient: str) -> None:
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    begun(cast.actor(ANNA, at=now - timedelta(hours=1)), patient=patient, at=now, arrived_at=[arrived])


def greta(now: datetime) -> Actor:
    return cast.actor(GRETA, at=now)


def id_in_the_log(system_id: str, now: datetime) -> int:
    return ids_in_the_log(actor=cast.actor(ERIK, at=now), system_id=system_id)[0]


def table(browser: Browser, **filters: str) -> str:
    return text_of(browser.get("/loggen", filters)).partition("Från, referens")[2]


def rows(browser: Browser, **filters: str) -> list[dict[str, str]]:
    answer: Any = browser.post("/loggen/exportera", {"form": "csv", **filters})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def directed(patient: str) -> dict[str, str]:
    today = timezone.localdate()
    wish = {"since": f"{today - timedelta(days=1)}", "until": f"{today}", "hsa_id": "", "patient": patient}
    return wish | {"reason": "Anmälan", "reviewer": str(cast.account_of(ERIK).id)}


# Which patient


def test_the_log_and_its_table_say_which_patient_by_system_id(patient: str, now: datetime) -> None:
    erik = Browser.at_the_log(ERIK)
    text = table(erik, event="episode.begun")
    assert "Började en vårdepisod" in text
    assert f"Patient {patient}" in text
    (row,) = rows(erik, event="episode.begun")
    assert row["about_patient"] == patient
    assert "about_patient_id" not in row


def test_a_reviewer_never_sees_a_number_or_a_name_or_the_id_of_the_row(patient: str, now: datetime) -> None:
    erik = Browser.at_the_log(ERIK)
    review = erik.post("/loggen/granskningar/riktad", directed(patient))["Location"]
    answer: Any = erik.post("/loggen/exportera", {"form": "csv"})
    seen = [b"".join(answer.streaming_content).decode()]
    for address in ("/loggen", f"/loggen?patient={patient}", review, "/loggen/granskningar", "/start"):
        seen.append(erik.get(address).content.decode())
    for page in seen:
        assert not [said for said in SAID if said in page]
    assert patient in seen[1]
    assert patient in seen[3]
    assert erik.get(f"/patient/{patient}").status_code == 403


def test_after_a_merge_the_log_shows_the_patient_that_is_now(patient: str, now: datetime) -> None:
    report(now, RESERVE)
    gone = system_id_of(RESERVE)
    identity_cases.merge(
        actor=greta(now), case=case(RESERVE), number=number(TOLVAN), expected=shown(RESERVE, TOLVAN), reason="x", at=now
    )
    erik = Browser.at_the_log(ERIK)
    text = table(erik, event="episode.begun")
    assert text.count(f"Patient {patient}") == 2
    assert gone not in text
    for name in (patient, gone.lower()):
        assert table(erik, event="episode.begun", patient=name).count("Började en vårdepisod") == 2
    assert {row["about_patient"] for row in rows(erik, event="episode.begun")} == {patient}


def test_after_an_opt_out_the_log_shows_nothing_of_who_it_was(patient: str, now: datetime) -> None:
    opt_out(actor=greta(now), case=case(), at=now)
    erik = Browser.at_the_log(ERIK)
    text = table(erik, event="episode.begun")
    assert GONE in text
    assert patient not in text
    assert [row["about_patient"] for row in rows(erik, event="episode.begun")] == [""]
    assert "Ingen loggpost passar filtret" in text_of(erik.get("/loggen", {"patient": patient}))


# Filtering


def test_the_log_is_filtered_by_patient_and_so_is_its_file(patient: str, now: datetime) -> None:
    report(now, RESERVE)
    erik = Browser.at_the_log(ERIK)
    assert table(erik, event="episode.begun", patient=f" {patient.lower()} ").count("Började en vårdepisod") == 1
    assert {row["about_patient"] for row in rows(erik, patient=patient)} == {patient}
    page = erik.get("/loggen", {"patient": patient}).content.decode()
    assert f'name="patient" value="{patient}"' in page, "what is taken out is what is seen"


def test_the_looking_is_logged_about_the_patient_and_does_not_repeat_the_system_id(patient: str, now: datetime) -> None:
    """Beside the id of the row it would say who that was after the patient has opted out."""
    erik = Browser.at_the_log(ERIK)
    erik.get("/loggen", {"patient": patient, "event": "episode.begun"})
    rows(erik, patient=patient)
    review = erik.post("/loggen/granskningar/riktad", directed(patient))["Location"]
    erik.get(review)
    for event in ("log.read", "log.exported", "review.drawn", "review.read"):
        entry = log(event)[0]
        assert (entry.by_hsa_id, entry.about_patient_id) == (ERIK.hsa_id, id_in_the_log(patient, now)), event
        assert patient not in str(entry.facts)


def test_looking_for_somebody_who_is_not_there_is_logged_as_that(place: Country) -> None:
    Browser.at_the_log(ERIK).get("/loggen", {"patient": "P34679ACD"})
    (entry,) = log("log.read")
    told = {"below": None, "rows": 0, "patient_known": False, "opening": entry.facts["opening"]}
    assert (entry.about_patient_id, entry.facts) == (None, told)


@pytest.mark.parametrize("written", [TOLVAN, "191212121212", "E34679ACD", "P1", "Pö", "<b>", "P34679ACDE"])
def test_what_is_no_system_id_is_refused_and_looks_at_nothing(place: Country, written: str) -> None:
    page = Browser.at_the_log(ERIK).get("/loggen", {"patient": written})
    assert page.status_code == 422
    assert "Skriv patientens beteckning, till exempel P7KM4QXDR. Aldrig ett personnummer." in text_of(page)
    assert log("log.read") == ()


def test_only_a_log_reviewer_filters_by_patient(patient: str, now: datetime) -> None:
    for who in (ANNA, BERTIL, DORIS, GRETA):
        browser = Browser.of(who)
        assert browser.get("/loggen", {"patient": patient}).status_code == 403
        assert browser.post("/loggen/exportera", {"form": "csv", "patient": patient}).status_code == 403
        assert browser.post("/loggen/granskningar/riktad", directed(patient)).status_code == 403
    assert not Review.objects.exists()


def test_the_log_asks_as_often_for_a_hundred_patients_as_for_one(patient: str, now: datetime) -> None:
    erik = Browser.at_the_log(ERIK)
    by = By(hsa_id=ANNA.card.hsa_id, name=ANNA.name, account_id=cast.account_of(ANNA).id)
    record(event=Event.PATIENT_OPENED, by=by, at=now, about_patient_id=id_in_the_log(patient, now))
    erik.get("/loggen?event=patient.opened")
    with CaptureQueriesContext(connection) as few:
        erik.get("/loggen?event=patient.opened")
    for other in range(100):
        record(event=Event.PATIENT_OPENED, by=by, at=now, about_patient_id=10**6 + other)
    with CaptureQueriesContext(connection) as many:
        erik.get("/loggen?event=patient.opened")
    assert len(many) == len(few)


def test_the_filter_has_an_index_in_every_month(place: Country) -> None:
    asked = Entry.objects.filter(about_patient_id__in=(1, 2), id__lt=10**9).order_by("-id")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = asked.explain()
    assert "about_patient" in plan
    assert "Seq Scan" not in plan


def listed(place: Country, now: datetime) -> None:
    """Anna opens the start page, which lists her patient."""
    Browser.of(ANNA).get("/start")
    (entry,) = log("work.listed")
    assert len(entry.shown_patient_ids or ()) == 1


def test_a_list_says_whom_it_showed_in_the_log_and_its_file_until_they_opt_out(
    place: Country, patient: str, now: datetime
) -> None:
    listed(place, now)
    erik = Browser.at_the_log(ERIK)
    page = text_of(erik.get("/loggen", {"patient": patient, "event": "work.listed"}))
    assert f"Visade 1 patient {patient}" in page
    assert [row["shown_patients"] for row in rows(erik, event="work.listed")] == [patient]
    opt_out(actor=greta(now), case=case(), at=now)
    page = text_of(erik.get("/loggen", {"event": "work.listed"}))
    assert "Visade 1 patient" in page
    assert patient not in page
    assert [row["shown_patients"] for row in rows(erik, event="work.listed")] == [""]


def test_who_was_merged_is_found_in_the_lists_that_showed_them_before(
    place: Country, patient: str, now: datetime
) -> None:
    report(now, RESERVE)
    gone = system_id_of(RESERVE)
    Browser.of(ANNA).get("/start")
    identity_cases.merge(
        actor=greta(now), case=case(RESERVE), number=number(TOLVAN), expected=shown(RESERVE, TOLVAN), reason="x", at=now
    )
    erik = Browser.at_the_log(ERIK)
    page = text_of(erik.get("/loggen", {"patient": gone, "event": "work.listed"}))
    assert "Visade 2 patienter" in page
    assert {row["shown_patients"] for row in rows(erik, event="work.listed")} == {patient}


# A review about a patient


def test_a_review_about_a_patient_is_drawn_read_and_listed_by_system_id(patient: str, now: datetime) -> None:
    erik = Browser.at_the_log(ERIK)
    review = erik.post("/loggen/granskningar/riktad", directed(patient.lower()))["Location"]
    text = text_of(erik.get(review))
    for words in (f"Patient {patient}", "Riktad granskning", "Anmälan", "Anna Berg", "Började en vårdepisod"):
        assert words in text
    assert f"Patient {patient} Riktad granskning" in text_of(erik.get("/loggen/granskningar"))
    opt_out(actor=greta(now), case=case(), at=now)
    for address in (review, "/loggen/granskningar", "/start"):
        text = text_of(erik.get(address))
        assert GONE in text
        assert patient not in text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"patient": ""}, "Skriv ett HSA-id eller en patients beteckning, inte båda"),
        ({"hsa_id": BERTIL.hsa_id}, "Skriv ett HSA-id eller en patients beteckning, inte båda"),
        ({"patient": TOLVAN}, "Aldrig ett personnummer"),
        ({"hsa_id": "x", "patient": ""}, "Skriv hela HSA-id:t"),
        ({"patient": "P34679ACD"}, "Loggen har inga sådana poster under perioden"),
        ({"reason": ""}, "Skriv varför"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(patient: str, changes: dict[str, str], says: str) -> None:
    page = Browser.at_the_log(ERIK).post("/loggen/granskningar/riktad", directed(patient) | changes)
    assert page.status_code == 422
    assert text_of(page).count(says) == 2, "in the summary and at the field"
    assert not Review.objects.exists()
