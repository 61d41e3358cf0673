"""Datakvalitet: what the own clinic's registrations lack, counted; nobody is named, and no other clinic is in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.records.models import Episode, Step
from registret.records.reporting import moving, writing
from registret.records.scope import all_providers
from registret.reports.completeness import Completeness, completeness
from registret.reports.making import refresh
from registret.reports.role import ROLE
from registret.web.reports.quality_pages import counted_since, days_text
from tests import cast
from tests.cast import ANNA, CECILIA, Country
from tests.rooms.records.scene import DISCHARGE, RESERVE, SAMORDNAD, TOLVAN, begun, case, handler, opt_out
from tests.rooms.reports.scene import sign, signed, version_of
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.test_reports import MOA, RUNE, anna, place, roles_that_read

__all__ = ["anna", "place"]

pytestmark = pytest.mark.django_db

PAGE = "/rapporter/pneumoni/datakvalitet"


def arrived(now: datetime, days_ago: int) -> str:
    return f"{timezone.localtime(now - timedelta(days=days_ago)):%Y-%m-%dT%H:%M}"


def counted(actor: Actor, now: datetime) -> Completeness:
    return completeness(actor=actor, sub_registry="pneumoni", since=counted_since("pneumoni", at=now), at=now)


def a_pneumonia(actor: Actor, patient: str, *, now: datetime, days_ago: int = 4, confusion: str = "no") -> str:
    when = timezone.localtime(now - timedelta(days=days_ago))
    times = {code: [f"{when:%Y-%m-%dT%H:%M}"] for code in ("antibiotic_at", "blood_cultured_at")}
    told = {"confusion": [confusion], **times}
    return signed(actor, patient=patient, at=now, arrived_at=arrived(now, days_ago), **told)


def test_it_says_which_questions_are_unknown_most_often(anna: Actor, now: datetime) -> None:
    a_pneumonia(anna, TOLVAN, now=now)
    a_pneumonia(anna, SAMORDNAD, now=now, confusion="missing:unknown")
    a_pneumonia(anna, RESERVE, now=now, confusion="missing:not_done")
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "Oftast okänt eller inte utfört Fråga Steg Besvarad Okänt Ej utfört" in said
    assert "Nytillkommen förvirring Akut vård 1 av 3 (33 %) 1 1" in said
    assert "Andningsfrekvens 3 av 3 (100 %) – – –" in said


def test_a_question_that_was_not_asked_is_not_lacking(anna: Actor, now: datetime) -> None:
    a_pneumonia(anna, TOLVAN, now=now)
    with all_providers():
        (answers,) = Step.objects.filter(code="acute").values_list("answers", flat=True)
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "oxygen_flow" not in answers
    assert "0 av 0" not in said


def test_steps_that_are_begun_are_counted_with_how_long_they_lie(anna: Actor, now: datetime) -> None:
    a_pneumonia(anna, TOLVAN, now=now)
    lying = begun(anna, patient=SAMORDNAD, at=now - timedelta(days=3), arrived_at=[arrived(now, 4)])
    base = version_of(anna, lying, "acute")
    written = {"systolic": ["118"]}
    writing.write(actor=anna, episode=lying, step="acute", base=base, written=written, at=now - timedelta(days=3))
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "Akut vård 1 av 2 (50 %) 1 3 dygn" in said
    assert "delregister=pneumoni&amp;lage=paborjade" in Browser.of(ANNA).get(PAGE).content.decode()


def test_days_from_discharge_to_signature_are_a_median_in_swedish_days(anna: Actor, now: datetime) -> None:
    for patient, days in ((TOLVAN, 1), (SAMORDNAD, 2), (RESERVE, 6)):
        episode = a_pneumonia(anna, patient, now=now, days_ago=9)
        left = {**DISCHARGE, "discharged_at": [f"{timezone.localtime(now - timedelta(days=days)):%Y-%m-%dT%H:%M}"]}
        sign(anna, episode, "discharge", left, at=now)
    counts = counted(anna, now).steps
    assert (counts["discharge"].signed, counts["discharge"].days) == (3, [1, 2, 6])
    assert counts["acute"].days == []
    assert "Utskrivning 3 av 3 (100 %) 0 – – för få för en median n 3" in text_of(Browser.of(ANNA).get(PAGE))


def test_the_median_of_days_has_its_interval_and_n() -> None:
    told = days_text([1, 2, 2, 3, 4, 4, 5, 6, 30])
    assert (told.value, told.about) == ("4", "2–6, n 9")


def test_follow_ups_are_in_time_until_their_last_day_has_gone(anna: Actor, now: datetime) -> None:
    episode = a_pneumonia(anna, TOLVAN, now=now)
    sign(anna, episode, "discharge", {**DISCHARGE, "discharged_at": [arrived(now, 1)]}, at=now)
    today = timezone.localdate(now)
    last_day_of_follow_up(today)
    assert counts_of_follow_up(anna, now) == (0, 0), "its last day is today"
    last_day_of_follow_up(today - timedelta(days=1))
    assert counts_of_follow_up(anna, now) == (1, 0)


def last_day_of_follow_up(day: date) -> None:
    with all_providers():
        moved = Step.objects.filter(due_to__isnull=False).update(due_from=day - timedelta(days=9), due_to=day)
    assert moved == 1


def counts_of_follow_up(actor: Actor, now: datetime) -> tuple[int, int]:
    counts = counted(actor, now).steps
    (found,) = [one for one in counts.values() if one.step.startswith("follow_up")]
    return found.due, found.in_time


def test_a_step_that_was_moved_counts_where_it_is_now(place: Country, anna: Actor, now: datetime) -> None:
    episode = a_pneumonia(anna, TOLVAN, now=now)
    moving.move(actor=anna, episode=episode, step="acute", clinic_id=place.medicine, reason="Flyttad", at=now)
    cast.appoint_by_program(MOA, Role.READER, clinic_id=place.medicine, at=now - timedelta(days=20))
    left, came = counted(anna, now), counted(cast.actor(MOA, at=now), now)
    assert "acute" not in left.steps
    assert "confusion" not in left.answers
    assert set(came.steps) == {"acute"}
    assert came.answers["confusion"].answered == 1


def test_only_episodes_of_a_year_count(anna: Actor, now: datetime) -> None:
    a_pneumonia(anna, TOLVAN, now=now)
    with all_providers():
        Episode.objects.update(began_at=counted_since("pneumoni", at=now) - timedelta(seconds=1))
    assert "Kliniken har inga vårdepisoder från den tiden." in text_of(Browser.of(ANNA).get(PAGE))


def test_a_report_reader_sees_it_and_is_led_to_no_patients(anna: Actor, now: datetime) -> None:
    episode = a_pneumonia(anna, TOLVAN, now=now)
    page = Browser.of(RUNE).get(PAGE)
    assert "Akut vård 1 av 1 (100 %)" in text_of(page)
    for word in (episode, "19121212", "/registreringar?"):
        assert word not in page.content.decode()


def test_nothing_of_it_is_read_as_a_role_that_could_read_a_patient(anna: Actor, now: datetime) -> None:
    a_pneumonia(anna, TOLVAN, now=now)
    assert roles_that_read(Browser.of(RUNE), PAGE, "reports_", "records_") == {ROLE}


def test_another_clinic_and_an_opt_out_leave_nothing_of_it(anna: Actor, now: datetime) -> None:
    a_pneumonia(anna, TOLVAN, now=now)
    assert "Kliniken har inga vårdepisoder från den tiden." in text_of(Browser.of(CECILIA).get(PAGE))
    opt_out(actor=handler(now), case=case(), at=now)
    assert "Kliniken har inga vårdepisoder från den tiden." in text_of(Browser.of(ANNA).get(PAGE))


def test_many_episodes_take_no_more_statements_than_one(anna: Actor, now: datetime) -> None:
    browser = Browser.of(ANNA)
    a_pneumonia(anna, TOLVAN, now=now)
    browser.get(PAGE)
    one = asked(browser)
    a_pneumonia(anna, SAMORDNAD, now=now)
    a_pneumonia(anna, RESERVE, now=now)
    assert asked(browser) == one


def asked(browser: Browser) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(PAGE).status_code == 200
    return len(captured.captured_queries)


def test_a_sub_registry_that_is_not_there_is_not_found(place: Country) -> None:
    assert Browser.of(ANNA).get("/rapporter/malaria/datakvalitet").status_code == 404


def test_the_list_that_it_leads_to_has_what_it_counts(anna: Actor, now: datetime) -> None:
    lying = begun(anna, patient=SAMORDNAD, at=now, arrived_at=[arrived(now, 4)])
    base = version_of(anna, lying, "acute")
    writing.write(actor=anna, episode=lying, step="acute", base=base, written={"systolic": ["118"]}, at=now)
    browser = Browser.of(ANNA)
    assert lying in browser.get("/registreringar?delregister=pneumoni&lage=paborjade").content.decode()


def test_remarks_lead_to_their_episodes_and_a_report_reader_sees_only_how_many(anna: Actor, now: datetime) -> None:
    late = timezone.localtime(now - timedelta(hours=2))
    times = {"antibiotic_at": [f"{late:%Y-%m-%dT%H:%M}"], "blood_cultured_at": [arrived(now, 6)]}
    episode = signed(anna, patient=TOLVAN, at=now, arrived_at=arrived(now, 6), **times)
    refresh()
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "Mer än tre dygn mellan ankomst och första dos. Stämmer det? Akut vård 1" in said
    address = f"{PAGE}/acute/antibiotic_within_days"
    assert f'href="{address}"' in Browser.of(ANNA).get(PAGE).content.decode()
    assert episode in Browser.of(ANNA).get(address).content.decode()
    assert "Mer än tre dygn" in text_of(Browser.of(RUNE).get(PAGE))
    assert address not in Browser.of(RUNE).get(PAGE).content.decode()
    assert Browser.of(RUNE).get(address).status_code == 403
    assert episode not in Browser.of(CECILIA).get(address).content.decode()
    assert Browser.of(ANNA).get(f"{PAGE}/acute/no_such_rule").status_code == 404
