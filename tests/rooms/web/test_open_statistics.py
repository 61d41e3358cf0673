"""Öppen statistik: without logging in, what the office has published and nothing else, the same for all."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from fhir.resources.R4B.bundle import Bundle

from registret.access.roles import Role
from registret.kernel.sweden import day_of, months_later
from registret.registries.queries import indicators_of
from registret.reports.editions import make_edition
from registret.reports.models import Cell, Edition, EditionCell
from registret.reports.periods import Months, complete_periods, last_complete
from registret.reports.publishing import decide_publication, subject_of_year
from tests import cast
from tests.cast import ANNA, DORIS, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

WITHIN_4 = "antibiotic_within_4_hours"
SUBJECT = f"pneumoni.{WITHIN_4}"
PAGE = f"/statistik/pneumoni/{WITHIN_4}"
MEDIAN = "time_to_antibiotic"
FILES = (f"{PAGE}.csv", f"{PAGE}.json", f"{PAGE}.fhir.json")


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    place = cast.country(timezone.now() - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=timezone.now() - timedelta(days=20))
    return place


@pytest.fixture
def halves(now: datetime) -> tuple[Months, Months]:
    earlier, later = complete_periods(6, until=last_complete(1, at=now), after=None)
    return earlier, later


def publish(subject: str = SUBJECT, *, is_published: bool = True) -> None:
    by, at = cast.actor(DORIS, at=timezone.now()).by, timezone.now()
    decide_publication(subject=subject, is_published=is_published, reason="Styrgruppens beslut", by=by, at=at)


def count(clinic_id: int, period: Months, reached: int, not_reached: int) -> None:
    Cell.objects.create(
        sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic_id, month=period.last,
        reached=reached, not_reached=not_reached,
    )  # fmt: skip


def tell(place: Country, halves: tuple[Months, Months], now: datetime) -> None:
    """Both half-years, of two regions."""
    for period in halves:
        count(place.infection, period, 30, 10)
        count(place.medicine, period, 20, 20)
        count(place.sydvik, period, 60, 20)
    make_edition(at=now)


def get(address: str, **headers: str) -> Any:
    return Browser().get(address, headers=headers)


# --- what is open ------------------------------------------------------------------------------------


def test_nothing_is_open_before_the_office_has_decided_so(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    for address in ("/statistik", "/statistics", PAGE, *FILES, f"/statistik/arsrapport/{now.year}"):
        assert get(address).status_code == 404, address
    assert "Öppen statistik" not in text_of(get("/"))


def test_the_front_page_leads_there_once_anything_is_published(place: Country) -> None:
    publish()
    assert 'href="/statistik"' in get("/").content.decode()
    publish(is_published=False)
    assert 'href="/statistik"' not in get("/").content.decode()


def test_what_is_not_published_does_not_exist_and_gets_the_same_answer(place: Country) -> None:
    publish()
    answers = [get(f"/statistik/{there}") for there in (f"pneumoni/{MEDIAN}", "pneumoni/no_such", "no_such/no_such")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({text_of(answer).partition("Referens till supporten")[0] for answer in answers}) == 1
    assert all("public" not in answer.headers["Cache-Control"] for answer in answers)


def test_what_is_taken_back_is_gone_at_once(place: Country, halves: tuple[Months, Months], now: datetime) -> None:
    tell(place, halves, now)
    publish()
    publish("pneumoni.time_to_antibiotic")
    assert get(PAGE).status_code == 200
    publish(is_published=False)
    assert [get(address).status_code for address in (PAGE, *FILES)] == [404] * 4
    assert "Antibiotika inom 4 timmar" not in text_of(get("/statistik"))


# --- what the pages say ------------------------------------------------------------------------------


def test_the_list_says_the_figure_of_the_country(place: Country, halves: tuple[Months, Months], now: datetime) -> None:
    tell(place, halves, now)
    publish()
    said = text_of(get("/statistik"))
    months = f"{halves[0].first:%Y-%m}–{halves[1].last:%Y-%m}"
    assert f"Antibiotika inom 4 timmar {months} 69 % 63–74 %, 220 av 320" in said
    assert "CC0" in said


def test_an_indicator_shows_the_country_the_regions_and_each_half_year(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    publish()
    page = get(PAGE)
    said = text_of(page)
    assert "Riket 69 % 63–74 %, 220 av 320" in said
    assert "Region Norrvik 62 % 55–70 %, 100 av 160" in said
    assert "Region Sydvik 75 % 68–81 %, 120 av 160" in said
    for period in halves:
        assert f"{period.first:%Y-%m}–{period.last:%Y-%m} 69 % 61–75 %, 110 av 160" in said
    assert f"ur utgåva 1 från {day_of(now)}" in said
    assert "färre än 10 patienter" in said
    assert page.content.decode().count("<svg") >= 2
    assert "Infektionskliniken" not in said, "no clinic"


def test_it_is_in_english_at_an_address_of_its_own(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    publish()
    english = get(f"/statistics/pneumoni/{WITHIN_4}")
    assert english.headers["Content-Language"] == "en"
    assert '<html lang="en">' in english.content.decode()
    assert "were given the first dose within 4 hours of arrival" in text_of(english)
    assert f'href="{PAGE}"' in english.content.decode()


def test_before_an_edition_the_page_says_that_nothing_can_be_told(place: Country) -> None:
    publish()
    assert "Ingen utgåva har siffror som kan visas för alla." in text_of(get(PAGE))
    assert "inte i någon utgåva" in text_of(get("/statistik"))
    assert json.loads(get(FILES[1]).content)["figures"] == []
    assert get(FILES[2]).status_code == 200


def test_a_region_of_nine_is_told_to_others_and_not_to_the_public(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    for clinic, reached, not_reached in ((place.infection, 30, 10), (place.medicine, 20, 20), (place.sydvik, 9, 0)):
        count(clinic, halves[1], reached, not_reached)
    make_edition(at=now)
    publish()
    assert EditionCell.objects.filter(indicator=WITHIN_4, reached=9).exists()
    said = text_of(get(PAGE))
    assert "Riket 66 % 56–75 %, 59 av 89" in said
    assert "Region Sydvik" not in said
    assert "Region Norrvik" not in said, "it would be the country without Sydvik"
    assert "för mycket om få patienter i regionen, på en av dess kliniker eller i en annan region" in said
    assert "Det avgörs för 6 månader i taget." in said
    assert "En region som inte visas är liten" not in said, "Norrvik is not"
    assert [row["area_code"] for row in json.loads(get(FILES[1]).content)["figures"]] == ["SE"]


def test_a_region_without_patients_is_not_named(place: Country, halves: tuple[Months, Months], now: datetime) -> None:
    count(place.infection, halves[1], 30, 10)
    count(place.medicine, halves[1], 20, 20)
    make_edition(at=now)
    publish()
    said = text_of(get(PAGE))
    assert "Region Norrvik" in said
    assert "Region Sydvik" not in said
    assert "NaN" not in said


def test_months_of_an_earlier_definition_are_left_out_and_the_page_says_so(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    earlier = Edition.objects.create(number=1, made_at=now - timedelta(days=90), rules={})
    EditionCell.objects.create(
        edition=earlier, sub_registry="pneumoni", indicator=WITHIN_4, version=9, is_public=True,
        first=halves[0].first, last=halves[0].last, reached=77, not_reached=10,
    )  # fmt: skip
    count(place.infection, halves[1], 30, 10)
    make_edition(at=now)
    publish()
    said = text_of(get(PAGE))
    assert "Indikatorn har ändrats: här är version 1." in said
    assert "30 av 40" in said
    assert "77" not in said


# --- files -------------------------------------------------------------------------------------------


def test_the_files_say_the_same_figures_with_licence_edition_and_version(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    publish()
    table = list(csv.DictReader(io.StringIO(get(FILES[0]).content.decode("utf-8-sig")), delimiter=";"))
    told = json.loads(get(FILES[1]).content)
    assert told["licence"] == "CC0-1.0"
    assert [row["area"] for row in told["figures"][:3]] == ["Riket", "Region Norrvik", "Region Sydvik"]
    assert [{name: "" if v is None else str(v) for name, v in row.items()} for row in told["figures"]] == table
    assert [(row["area_code"], row["numerator"], row["denominator"]) for row in told["figures"]] == [
        ("SE", 110, 160), ("98", 50, 80), ("99", 60, 80),
    ] * 2  # fmt: skip
    first = told["figures"][0]
    assert (first["version"], first["edition"], first["edition_date"]) == (1, 1, f"{day_of(now)}")
    assert (first["first_month"], first["value"]) == (f"{halves[0].first:%Y-%m}", 0.6875)


def test_another_system_understands_the_measure_and_its_reports(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    publish()
    answer = get(FILES[2])
    assert answer.headers["Content-Type"] == "application/fhir+json"
    bundle: Any = Bundle.model_validate_json(answer.content)
    measure, *reports = [one.resource for one in bundle.entry]
    assert {one.measure for one in reports} == {f"{measure.url}|{measure.version}"}
    assert len({one.fullUrl for one in bundle.entry}) == len(bundle.entry) == 7
    first = reports[0]
    assert (first.status, first.type, first.subject.identifier.value) == ("complete", "summary", "SE")
    assert (first.period.start, months_later(first.period.end.replace(day=1), 0)) == (halves[0].first, halves[0].last)
    (group,) = first.group
    assert {one.code.coding[0].code: one.count for one in group.population} == {"denominator": 160, "numerator": 110}
    assert float(group.measureScore.value) == 0.6875


def test_a_median_is_reported_in_its_unit(place: Country, halves: tuple[Months, Months], now: datetime) -> None:
    for minutes in range(60):
        Cell.objects.create(
            sub_registry="pneumoni", indicator=MEDIAN, version=1, clinic_id=place.infection, month=halves[1].last,
            value=60 + minutes, valued=1,
        )  # fmt: skip
    make_edition(at=now)
    publish(f"pneumoni.{MEDIAN}")
    bundle: Any = Bundle.model_validate_json(get(f"/statistik/pneumoni/{MEDIAN}.fhir.json").content)
    (group,) = bundle.entry[1].resource.group
    assert (float(group.measureScore.value), group.measureScore.unit) == (89.5, "min")
    assert "89,5 min" in text_of(get(f"/statistik/pneumoni/{MEDIAN}"))


# --- caches ------------------------------------------------------------------------------------------


def test_pages_may_be_kept_by_caches_and_set_no_cookie(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    publish()
    for address in ("/statistik", "/statistics", PAGE, *FILES):
        answer = get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")
        again = get(address, **{"if-none-match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]
        head = Browser().head(address, headers={"if-none-match": '"other"'})
        assert (head.status_code, head.headers["ETag"]) == (200, answer.headers["ETag"])
        assert Browser().head(address, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
        assert Browser().post(address).status_code == 405


def test_the_answer_is_the_same_whoever_is_logged_in_and_in_whatever_language(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    publish()
    anna = Browser.of(ANNA)
    anna.get("/sprak/en")
    for address in ("/statistik", PAGE, *FILES):
        assert anna.get(address).content == get(address).content


def test_a_new_edition_or_decision_is_a_new_answer(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    publish()
    before = get(PAGE).headers["ETag"]
    tell(place, halves, now)
    assert get(PAGE, **{"if-none-match": before}).status_code == 200


def test_a_page_costs_few_statements(place: Country, halves: tuple[Months, Months], now: datetime) -> None:
    tell(place, halves, now)
    publish()
    for one in indicators_of("pneumoni")[:3]:
        publish(f"pneumoni.{one.code}") if one.code != WITHIN_4 else None
    publish(subject_of_year(halves[1].first.year))
    report = f"/statistik/arsrapport/{halves[1].first.year}"
    for address, most in {"/statistik": 4, PAGE: 4, FILES[0]: 4, report: 5}.items():
        with CaptureQueriesContext(connection) as asked:
            assert get(address).status_code == 200
        assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) == most, address


def test_the_annual_report_is_on_paper_for_all_once_it_is_published(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    publish()
    year = halves[1].first.year
    there = f"/statistik/arsrapport/{year}.pdf"
    assert get(there).status_code == 404
    publish(subject_of_year(year))
    assert f'href="{there}"' in get(f"/statistik/arsrapport/{year}").content.decode()
    answer = get(there)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert not answer.cookies
    assert get(there, **{"if-none-match": answer.headers["ETag"]}).status_code == 304
    assert get(f"/statistics/arsrapport/{year}.pdf").content != answer.content
    publish(subject_of_year(year), is_published=False)
    assert get(there).status_code == 404


def test_the_annual_report_has_a_chapter_only_where_something_is_told_of_the_year(
    place: Country, halves: tuple[Months, Months], now: datetime
) -> None:
    tell(place, halves, now)
    year = halves[1].first.year
    for subject in (f"pneumoni.{WITHIN_4}", "led-nativ.agent_found", "sepsis.lactate_within_1_hour"):
        publish(subject)
    publish(subject_of_year(year))
    page = get(f"/statistik/arsrapport/{year}")
    assert re.findall('href="#r-([a-z-]+)"', page.content.decode()) == ["pneumoni"]
    assert "Ett delregister står inte med om ingen utgåva har siffror ur det för året." in text_of(page)
    assert "täckningsgraden gäller hela året." in text_of(page), "the months of the indicators are fewer"


def test_what_is_closed_says_since_when_and_what_is_open_says_nothing(place: Country) -> None:
    publish()
    publish("led-nativ.agent_found")
    sentence = "Stängt för registrering sedan 2015."
    assert text_of(get("/statistik")).count(sentence) == 1
    assert sentence in text_of(get("/statistik/led-nativ/agent_found"))
    assert "Stängt för registrering" not in text_of(get(PAGE))
    assert "Closed for entry since 2015." in text_of(get("/statistics/led-nativ/agent_found"))
