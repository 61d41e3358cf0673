"""The office decides what all may see, with a reason; nobody else does. The annual report is what is published."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.access.roles import Role
from registret.ledger.queries import Wanted, entries
from registret.reports.editions import make_edition
from registret.reports.models import Cell
from registret.reports.periods import Months, complete_periods, last_complete
from registret.reports.publishing import publications, published
from registret.web import typeset
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, Country, Person
from tests.pdf import read
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

LIST = "/kansliet/oppen-statistik"
SUBJECT = "pneumoni.antibiotic_within_4_hours"
OPEN, TAKE_BACK = {"is_published": "ja", "reason": "Styrgruppens beslut"}, {"is_published": "nej", "reason": "Fel"}


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    place = cast.country(timezone.now() - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=timezone.now() - timedelta(days=20))
    return place


@pytest.fixture
def period(place: Country, now: datetime) -> Months:
    """A half-year that an edition tells of."""
    told = complete_periods(6, until=last_complete(1, at=now), after=None)[-1]
    for clinic in (place.infection, place.medicine, place.sydvik):
        Cell.objects.create(
            sub_registry="pneumoni", indicator="antibiotic_within_4_hours", version=1, clinic_id=clinic,
            month=told.last, reached=30, not_reached=10,
        )  # fmt: skip
    make_edition(at=now)
    return told


# --- deciding ----------------------------------------------------------------------------------------


def test_every_indicator_stands_there_and_none_is_open(place: Country) -> None:
    said = text_of(Browser.of(DORIS).get(LIST))
    assert "Antibiotika inom 4 timmar inte öppen aldrig" in said
    assert "Sepsis" in said
    assert "Öppna den öppna statistiken" not in said


def test_an_indicator_is_opened_and_taken_back_each_with_name_and_reason(place: Country) -> None:
    doris = Browser.of(DORIS)
    answer = doris.post(f"{LIST}/{SUBJECT}", OPEN)
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    assert published() == {SUBJECT}
    assert f"Antibiotika inom 4 timmar öppen {timezone.localtime():%Y-%m-%d %H}" in text_of(doris.get(LIST))
    assert Browser().get("/statistik").status_code == 200
    doris.post(f"{LIST}/{SUBJECT}", TAKE_BACK)
    assert published() == frozenset()
    said = text_of(doris.get(f"{LIST}/{SUBJECT}"))
    assert said.index("Tas tillbaka") < said.index("Visas för alla")
    assert said.count(DORIS.name) >= 2
    assert len(entries(wanted=Wanted(event="publication.decided")).rows) == 2


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"is_published": "ja", "reason": "  "}, "Skriv varför"),
        ({"is_published": "ja", "reason": "x" * 501}, "Skriv högst 500 tecken"),
        ({"is_published": "nej", "reason": "skäl"}, "Någon har fattat samma beslut före dig."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_opened(
    place: Country, sent: dict[str, str], says: str
) -> None:
    page = Browser.of(DORIS).post(f"{LIST}/{SUBJECT}", sent)
    assert page.status_code == 422
    assert text_of(page).count(says) == 2, "in the summary and at the field"
    assert publications(SUBJECT) == ()


@pytest.mark.parametrize("sent", [{"reason": "skäl"}, {"is_published": "kanske", "reason": "skäl"}])
def test_a_form_that_does_not_say_what_is_decided_decides_nothing(place: Country, sent: dict[str, str]) -> None:
    assert Browser.of(DORIS).post(f"{LIST}/{SUBJECT}", sent).status_code == 422
    assert published() == frozenset()


@pytest.mark.parametrize("subject", ["pneumoni.no_such", "no_such.no_such", "annual-report.1999", "annual-report.x"])
def test_what_does_not_exist_can_not_be_opened(place: Country, subject: str) -> None:
    assert Browser.of(DORIS).post(f"{LIST}/{subject}", OPEN).status_code == 404
    assert published() == frozenset()


@pytest.mark.parametrize("who", [ANNA, BERTIL, ERIK])
def test_nobody_but_the_office_reads_or_decides(place: Country, who: Person) -> None:
    browser = Browser.of(who)
    for address in (LIST, f"{LIST}/{SUBJECT}", "/kansliet/arsrapport/2025"):
        assert browser.get(address).status_code == 403
    assert browser.post(f"{LIST}/{SUBJECT}", OPEN).status_code == 403
    assert published() == frozenset()


# --- annual report -----------------------------------------------------------------------------------


def test_the_office_reads_the_annual_report_before_all_do(place: Country, period: Months) -> None:
    year = period.first.year
    doris = Browser.of(DORIS)
    doris.post(f"{LIST}/{SUBJECT}", OPEN)
    said = text_of(doris.get(f"/kansliet/arsrapport/{year}"))
    assert f"Årsrapport {year}" in said
    assert "Riket 75 % 67–82 %, 90 av 120" in said
    assert "Region Norrvik 75 %" in said
    assert "Ur utgåva 1 (" in said
    assert "Wilsons" in said
    assert "färre än 10 patienter" in said
    assert Browser().get(f"/statistik/arsrapport/{year}").status_code == 404
    assert "Årsrapport" not in text_of(Browser().get("/statistik"))
    doris.post(f"{LIST}/annual-report.{year}", OPEN)
    public = text_of(Browser().get(f"/statistik/arsrapport/{year}"))
    assert "Riket 75 % 67–82 %, 90 av 120" in public
    assert "Doris" not in public
    assert f"Årsrapport {year}" in text_of(Browser().get("/statistik"))
    assert "were given the first dose" in text_of(Browser().get(f"/statistics/arsrapport/{year}"))


def test_the_annual_report_has_published_indicators_only(place: Country, period: Months) -> None:
    doris = Browser.of(DORIS)
    there = f'href="/kansliet/arsrapport/{period.first.year}"'
    assert there not in doris.get(LIST).content.decode(), "it would be empty"
    doris.post(f"{LIST}/pneumoni.time_to_antibiotic", OPEN)
    answer = doris.get(f"/kansliet/arsrapport/{period.first.year}")
    assert answer.status_code == 404
    assert "Antibiotika inom 4 timmar" not in text_of(answer)
    doris.post(f"{LIST}/{SUBJECT}", OPEN)
    assert there in doris.get(LIST).content.decode()


def test_a_year_to_come_and_one_that_no_edition_tells_of_get_a_sentence_each(
    place: Country, period: Months, now: datetime
) -> None:
    doris = Browser.of(DORIS)
    doris.post(f"{LIST}/{SUBJECT}", OPEN)
    to_come, before = (doris.get(f"/kansliet/arsrapport/{year}") for year in (now.year + 1, 1999))
    assert (to_come.status_code, before.status_code) == (404, 404)
    assert "Det finns ingen årsrapport för ett år som inte har börjat." in text_of(to_come)
    assert "Ingen utgåva har siffror för året" in text_of(before)
    assert Browser().get(f"/statistik/arsrapport/{now.year + 1}").status_code == 404


# --- on paper ----------------------------------------------------------------------------------------


def test_the_annual_report_on_paper_says_what_the_page_says_to_a_screen_reader(place: Country, period: Months) -> None:
    doris = Browser.of(DORIS)
    doris.post(f"{LIST}/{SUBJECT}", OPEN)
    answer = doris.get(f"/kansliet/arsrapport/{period.first.year}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    found = read(answer.content)
    assert (found.standard, found.language, found.untagged) == ("PDF/UA-1", "sv", 0)
    assert [text for _level, text in found.headings][:3] == ["Pneumoni", "Täckningsgrad", "Antibiotika inom 4 timmar"]
    assert found.headings_skip_no_level
    assert found.heard("TD")[:4] == ["Riket", "75 %", "67–82 %, 90 av 120", "0"]


def test_one_that_takes_too_long_is_no_fault_and_nothing_is_written(
    place: Country, period: Months, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doris = Browser.of(DORIS)
    doris.post(f"{LIST}/{SUBJECT}", OPEN)
    monkeypatch.setattr(typeset, "SECONDS", 0.001)
    answer = doris.get(f"/kansliet/arsrapport/{period.first.year}.pdf")
    assert answer.status_code == 503
    assert "Filen tar för lång tid att göra." in text_of(answer)
    said = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("annual_report", tmp_path / "none.pdf", year=period.first.year, stderr=said)
    assert "No file was made." in said.getvalue()
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_it_and_stops_at_a_year_without_any(place: Country, period: Months, tmp_path: Path) -> None:
    Browser.of(DORIS).post(f"{LIST}/{SUBJECT}", OPEN)
    file, year = tmp_path / "report.pdf", period.first.year
    call_command("annual_report", file, year=year, language="en", stdout=io.StringIO())
    assert read(file.read_bytes()).language == "en"
    said = io.StringIO()
    for wrong in (year + 10, 1999):
        with pytest.raises(SystemExit):
            call_command("annual_report", tmp_path / "none.pdf", year=wrong, stderr=said)
    assert "There is no annual report for a year that has not begun." in said.getvalue()
    assert "No edition has figures for the year" in said.getvalue()
    assert list(tmp_path.iterdir()) == [file]
