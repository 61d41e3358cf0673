"""Registreringar, as a page: the filter stands in the address, and the file asks for a card that was just read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.records.reporting import writing
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, Country
from tests.rooms.records.scene import SAMORDNAD, TOLVAN, begun, log
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    return place


@pytest.fixture
def anna(place: Country, now: datetime) -> Actor:
    return cast.actor(ANNA, at=now - timedelta(hours=1))


def arrived(days_ago: int, *, before: datetime) -> list[str]:
    return [f"{timezone.localtime(before - timedelta(days=days_ago)):%Y-%m-%dT%H:%M}"]


def test_the_list_is_filtered_by_its_address_and_masks_the_number(anna: Actor, now: datetime) -> None:
    begun(anna, at=now, arrived_at=arrived(4, before=now))
    draft = begun(anna, patient=SAMORDNAD, at=now, arrived_at=arrived(9, before=now))
    writing.write(actor=anna, episode=draft, step="acute", base=0, written={"confusion": ["no"]}, at=now)
    browser = Browser.of(ANNA)
    page = browser.get("/registreringar")
    said = text_of(page)
    assert "Alla 2" in said
    assert "Påbörjade 1" in said
    assert TOLVAN not in page.content.decode()
    assert "19121212-••••" in said
    drafts = text_of(browser.get("/registreringar?lage=paborjade"))
    assert ("19121272-••••" in drafts, "19121212-••••" in drafts) == (True, False)
    day = f"{timezone.localtime(now - timedelta(days=6)):%Y-%m-%d}"
    newer = text_of(browser.get("/registreringar", {"fran": day}))
    assert ("19121272-••••" in newer, "19121212-••••" in newer) == (False, True)
    assert "Ingen vårdepisod passar" in text_of(browser.get("/registreringar?lage=klara"))


@pytest.mark.parametrize("query", ["fran=2026-13-40", "till=x", "lage=x", "delregister=x", "klinik=0", "ordning=x"])
def test_a_filter_that_is_none_shows_no_list(anna: Actor, now: datetime, query: str) -> None:
    begun(anna, at=now, arrived_at=arrived(4, before=now))
    page = Browser.of(ANNA).get(f"/registreringar?{query}")
    assert page.status_code == 422
    assert "19121212" not in text_of(page)


def test_the_file_has_the_list_that_is_shown_and_wants_a_card_that_was_just_read(anna: Actor, now: datetime) -> None:
    begun(anna, at=now, arrived_at=arrived(4, before=now))
    begun(anna, patient=SAMORDNAD, at=now, arrived_at=arrived(9, before=now))
    day = f"{timezone.localtime(now - timedelta(days=6)):%Y-%m-%d}"
    answer = Browser.of(ANNA).post("/registreringar/registreringar.csv", {"fran": day})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="registreringar.csv"'
    header, *rows = answer.content.decode("utf-8-sig").splitlines()
    assert header.startswith("Patient;Beteckning här;Kön;")
    assert [row.split(";")[0] for row in rows] == ["19121212-••••"]
    long_ago = now - settings.ATTESTING_NEEDS_CARD_WITHIN - timedelta(minutes=1)
    session = cast.log_in(ANNA, at=long_ago)
    cast.stay_awake(session, since=long_ago, until=now)
    late = Browser()
    late.take_session(session)
    assert "Visa kortet igen för att spara listan som fil." in text_of(late.get("/registreringar"))
    assert late.post("/registreringar/registreringar.csv").status_code == 403
    assert Browser.of(ANNA).get("/registreringar/registreringar.csv").status_code == 405
    assert [len(entry.shown_patient_ids or ()) for entry in log("episodes.exported")] == [1]


def test_who_does_not_read_patients_has_no_list_and_another_clinic_sees_none_of_it(anna: Actor, now: datetime) -> None:
    begun(anna, at=now, arrived_at=arrived(4, before=now))
    assert Browser.of(BERTIL).get("/registreringar").status_code == 403
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=cast.clinic_id("infektion-sydvik"), at=now)
    page = Browser.of(CECILIA).get("/registreringar")
    assert "Kliniken har inte registrerat någon vårdepisod" in text_of(page)
