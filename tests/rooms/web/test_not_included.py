"""Ej inkluderade on pages: counted and taken back, beside coverage, and of few not told the office."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.ledger.queries import Wanted, entries
from registret.records.models import Patient
from registret.records.scope import all_providers
from registret.reports.coverage.not_included import count_not_included
from registret.reports.periods import half_years
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, Country
from tests.rooms.records.scene import TOLVAN
from tests.rooms.web.client import Browser, Page, text_of
from tests.rooms.web.test_coverage import QUALITY, registered
from tests.rooms.web.test_reports import RUNE, anna, place

__all__ = ["anna", "place"]

pytestmark = pytest.mark.django_db

PAGE, OFFICE = "/registreringar/ej-inkluderade", "/kansliet/tackningsgrad"


def filled_in(browser: Browser, now: datetime, *, what: str = "rakna") -> dict[str, str]:
    """The form of a page that is opened now."""
    form_id = form_ids(browser.get(PAGE))[-1]
    return {"orsak": "missed", "halvar": str(half_years(at=now)[0]), "antal": "2", "vad": what, "en_gang": form_id}


def form_ids(page: Page) -> list[str]:
    """Of "Ångra" first, if there is one."""
    return re.findall(r'name="en_gang" value="([^"]+)"', page.content.decode())


def sent(browser: Browser, form: dict[str, str]) -> Any:
    answer = browser.post(f"{PAGE}?delregister=pneumoni", form)
    assert answer.status_code == 200, "no address says what was counted"
    return answer


def counts(browser: Browser, now: datetime, *, what: str = "rakna") -> str:
    """The page after something was counted."""
    return text_of(sent(browser, filled_in(browser, now, what=what)))


def counted(actor: Actor, number: int, *, at: datetime) -> None:
    half = half_years(at=at)[0]
    count_not_included(actor=actor, sub_registry="pneumoni", reason="missed", half=half, number=number, at=at)


def test_a_search_leads_there_and_takes_nothing_of_the_patient_along(anna: Actor) -> None:
    page = Browser.of(ANNA).post("/patienter", {"q": TOLVAN}).content.decode()
    assert 'href="/registreringar/ej-inkluderade"' in page
    said = Browser.of(ANNA).get(PAGE).content.decode()
    assert TOLVAN[:8] not in said


def test_what_is_counted_is_said_and_can_be_taken_back(anna: Actor, now: datetime) -> None:
    browser = Browser.of(ANNA)
    said = counts(browser, now)
    assert "Räknat: Missad: upptäckt för sent," in said
    assert "Ångra" in said
    assert "Missad: upptäckt för sent 2 – – –" in said
    assert "Alla 2 – – –" in said
    back = counts(browser, now, what="dra-av")
    assert "Draget från antalet" in back
    assert "Ingen är räknad som ej inkluderad." in back
    assert "Inget är ändrat. Så många finns inte att dra av" in counts(browser, now, what="dra-av")


@pytest.mark.parametrize(("what", "left"), [("rakna", 4), ("dra-av", 5)])
def test_a_form_that_is_sent_again_counts_once(anna: Actor, now: datetime, what: str, left: int) -> None:
    counted(anna, 7 if what == "dra-av" else 2, at=now)
    browser = Browser.of(ANNA)
    form = filled_in(browser, now, what=what)
    sent(browser, form)
    again = text_of(sent(browser, form))
    assert "Inget mer är räknat" in again
    assert f"Missad: upptäckt för sent {left} – – –" in again
    assert "Ångra" not in again


def test_undoing_twice_takes_nothing_of_a_colleagues(anna: Actor, now: datetime) -> None:
    counted(anna, 3, at=now)
    browser = Browser.of(ANNA)
    form = filled_in(browser, now)
    undo, _ = form_ids(sent(browser, form))
    undone = form | {"vad": "dra-av", "en_gang": undo}
    for _again in range(2):
        assert "Missad: upptäckt för sent 3 – – –" in text_of(sent(browser, undone))


def test_a_form_without_an_id_counts_nothing(anna: Actor, now: datetime) -> None:
    browser = Browser.of(ANNA)
    assert "Ingen är räknad" in text_of(sent(browser, filled_in(browser, now) | {"en_gang": ""}))


def test_counting_leaves_no_patient_and_no_look_at_one(anna: Actor, now: datetime) -> None:
    counts(Browser.of(ANNA), now)
    with all_providers():
        assert not Patient.objects.exists()
    (entry,) = entries(wanted=Wanted(event="not_included.counted")).rows
    assert entry.facts == {}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"orsak": ""}, "Välj en orsak"),
        ({"antal": "0"}, "Skriv ett antal från 1 till 99"),
        ({"antal": "x"}, "Skriv ett"),
    ],
)
def test_what_is_left_out_or_impossible_is_said_beside_its_field(
    anna: Actor, now: datetime, wrong: dict[str, str], told: str
) -> None:
    sent = {"orsak": "missed", "halvar": str(half_years(at=now)[0]), "antal": "2", "vad": "rakna"} | wrong
    answer = Browser.of(ANNA).post(PAGE, sent)
    assert answer.status_code == 422
    assert told in text_of(answer)


def test_datakvalitet_says_how_many_of_those_who_fitted_are_included_and_why_not(
    place: Country, anna: Actor, now: datetime
) -> None:
    registered(place.infection, 8, year=half_years(at=now)[0].year)
    assert "Ingen är räknad som ej inkluderad. Räkna ej inkluderade" in text_of(Browser.of(ANNA).get(QUALITY))
    counted(anna, 2, at=now)
    said = text_of(Browser.of(ANNA).get(QUALITY))
    assert "80 % 49–94 %, 8 av 10 2 Missad: upptäckt för sent: 2" in said


def test_who_reads_reports_sees_the_own_counts_and_counts_none(place: Country, anna: Actor, now: datetime) -> None:
    counted(anna, 2, at=now)
    browser = Browser.of(RUNE)
    said = text_of(browser.get(QUALITY))
    assert "Missad: upptäckt för sent: 2" in said
    assert "Räkna ej inkluderade" not in said
    assert browser.get(PAGE).status_code == 403


def test_another_clinic_and_who_gives_rights_see_none_of_it(place: Country, anna: Actor, now: datetime) -> None:
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=place.sydvik, at=now - timedelta(days=2))
    counted(anna, 7, at=now)
    assert "Ingen är räknad som ej inkluderad." in text_of(Browser.of(CECILIA).get(f"{PAGE}?delregister=pneumoni"))
    assert "upptäckt för sent: 7" not in text_of(Browser.of(CECILIA).get(QUALITY))
    assert Browser.of(BERTIL).get(PAGE).status_code == 403


@pytest.mark.parametrize(("number", "told"), [(4, "1–4"), (5, "5")])
def test_the_office_is_told_of_few_only_that_there_are_some(
    place: Country, anna: Actor, now: datetime, number: int, told: str
) -> None:
    year = half_years(at=now)[0].year
    counted(anna, number, at=now)
    registered(place.infection, 20, year=year)
    browser = Browser.of(DORIS)
    asked = f"?delregister=pneumoni&ar={year}"
    page = text_of(browser.get(OFFICE + asked))
    assert f"20 ingen fil har kommit – – – {told}" in page
    assert f";{told};" in browser.get(f"{OFFICE}.csv{asked}").content.decode()
    assert "upptäckt för sent" not in page
