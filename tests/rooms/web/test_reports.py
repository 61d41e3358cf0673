"""Rapporter: the own figure live, others where they may be told, and the own patients behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.kernel.sweden import day_of, months_later
from registret.ledger.queries import Wanted, entries
from registret.registries.queries import indicators_of
from registret.reports.editions import make_edition
from registret.reports.making import refresh
from registret.reports.models import Cell
from registret.reports.periods import complete_periods, last_complete, next_edition_day, own_months, this_month
from registret.reports.role import ROLE
from registret.web.reports.patient_pages import OUTCOMES, chosen_outcome
from tests import cast
from tests.cast import ANNA, CECILIA, DORIS, Country, person
from tests.rooms.records.scene import SAMORDNAD, TOLVAN, case, handler, opt_out
from tests.rooms.reports.scene import signed
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

RUNE = person("Rune", "Lind", "SE2321009991-E00R7L2")
"""Reads reports, and no patients."""
MOA = person("Moa", "Lind", "SE2321009991-E00M5N9")
WITHIN_4 = "antibiotic_within_4_hours"
PAGE = f"/rapporter/pneumoni/{WITHIN_4}"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    then = now - timedelta(days=20)
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=then)
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=place.sydvik, at=then)
    cast.appoint_by_program(RUNE, Role.REPORT_READER, clinic_id=place.infection, at=then)
    return place


@pytest.fixture
def anna(place: Country, now: datetime) -> Actor:
    return cast.actor(ANNA, at=now - timedelta(hours=1))


def arrive(actor: Actor, *, at: datetime, minutes: int, patient: str = TOLVAN, days_ago: int = 3) -> str:
    """A signed pneumonia whose first antibiotic came after so many minutes; the reports know it."""
    arrived = timezone.localtime(at - timedelta(days=days_ago))
    then = {"antibiotic_at": arrived + timedelta(minutes=minutes), "blood_cultured_at": arrived + timedelta(minutes=5)}
    written: Mapping[str, list[str]] = {name: [f"{when:%Y-%m-%dT%H:%M}"] for name, when in then.items()}
    episode = signed(actor, patient=patient, at=at, arrived_at=f"{arrived:%Y-%m-%dT%H:%M}", **written)
    refresh()
    return episode


def others(clinic_id: int, *, month: date, reached: int, not_reached: int, stratum: str = "") -> None:
    """Cells of another clinic, as if it had reported so many."""
    Cell.objects.create(
        sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic_id, month=month,
        stratum=stratum, reached=reached, not_reached=not_reached,
    )  # fmt: skip


def complete(now: datetime) -> date:
    """A month that the next edition tells of."""
    return complete_periods(6, until=last_complete(1, at=now), after=None)[-1].last


def test_a_signature_is_in_the_report_of_the_own_clinic(anna: Actor, now: datetime) -> None:
    arrive(anna, at=now, minutes=75)
    arrive(anna, at=now, minutes=300, patient=SAMORDNAD)
    said = text_of(Browser.of(ANNA).get("/rapporter"))
    assert "Antibiotika inom 4 timmar 50 % 9–91 %, 1 av 2 bedöms inte" in said
    months = own_months(3, closed=None, at=now)
    assert f"Döda inom 30 dagar, mot väntat {months.first:%Y-%m}–{months.last:%Y-%m} ingen" in said
    assert "Sepsis" in said
    assert f"Din kliniks siffror är som de var {day_of(now)}." in said, "on paper, too"


def test_the_page_of_an_indicator_says_what_is_measured_and_how_sure_it_is(anna: Actor, now: datetime) -> None:
    arrive(anna, at=now, minutes=75)
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert (
        "Bland patienter som fick antibiotika på sjukhuset och inte före det: andelen som fick den första dosen" in said
    )
    assert "100 % 21–100 %, 1 av 1" in said
    assert said.count("1 av 1") == 4, "of all, large and in a table, and in a group of each of two strata"
    assert "Indikatorn är ett förslag" in said
    with translation.override("en"):
        english = Browser.of(ANNA)
        english.get("/sprak/en")
        assert "were given the first dose within 4 hours of arrival" in text_of(english.get(PAGE))


def test_others_are_told_by_an_edition_and_it_says_which(place: Country, anna: Actor, now: datetime) -> None:
    month = complete(now)
    others(place.sydvik, month=month, reached=60, not_reached=20)
    others(place.medicine, month=month, reached=20, not_reached=10)
    before = text_of(Browser.of(ANNA).get(PAGE))
    assert "Ingen utgåva har andras siffror här." in before
    assert "80 av 110" not in before
    make_edition(at=now)
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "Riket 2" in said
    assert "73 % 64–80 %, 80 av 110" in said
    assert "67 % 49–81 %, 20 av 30" in said
    assert f"Andras siffror är ur utgåva 1, från {day_of(now)}, och ändras inte av det som signeras sedan." in said
    assert f"Nästa utgåva kommer {next_edition_day(at=now)}." in said


def test_a_line_says_whether_the_own_figure_differs_and_the_worse_stand_first(
    place: Country, anna: Actor, now: datetime
) -> None:
    month = complete(now)
    others(place.infection, month=month, reached=30, not_reached=30)
    others(place.medicine, month=month, reached=80, not_reached=20)
    others(place.sydvik, month=month, reached=85, not_reached=20)
    make_edition(at=now)
    others(place.infection, month=this_month(now), reached=60, not_reached=0)
    page = Browser.of(ANNA).get("/rapporter")
    said = text_of(page)
    assert "50 % 38–62 %, 30 av 60 Mycket sämre än riket" in said
    assert "Nu 75 % (67–82 %, 90 av 120)" in said, "what is judged is not the figure to this day"
    assert "8 indikatorer: 1 sämre än riket" in said
    assert (
        "1 siffra bedöms mot riket. I genomsnitt skiljer sig högst 0,05 av ren slump, och högst 0,002 mycket." in said
    )
    lines = re.findall(r"/rapporter/pneumoni/(\w+)\"", page.content.decode())
    assert lines[0] == WITHIN_4
    own = text_of(Browser.of(ANNA).get(PAGE))
    assert re.search(r"75 % 67–82 %, 90 av 120 50 % i \S+ 38–62 %, 30 av 60 Mycket sämre än riket", own)
    assert "Mycket bättre än riket" not in text_of(Browser.of(CECILIA).get("/rapporter"))


def test_what_is_not_signed_is_a_click_away_for_those_who_may_read_it(anna: Actor) -> None:
    page = Browser.of(ANNA).get("/rapporter").content.decode()
    assert "Det som inte är signerat räknas inte än:" in page
    assert "lage=paborjade" in page
    assert "sena=on" in page
    assert "Det som inte är signerat" not in text_of(Browser.of(RUNE).get("/rapporter"))


@pytest.mark.parametrize(
    ("asked", "unfolded"), [("", "pneumoni"), ("?delregister=sepsis", "sepsis"), ("?delregister=malaria", "pneumoni")]
)
def test_one_sub_registry_at_a_time_stands_open(place: Country, asked: str, unfolded: str) -> None:
    page = Browser.of(ANNA).get(f"/rapporter{asked}").content.decode()
    panels = dict(re.findall(r'id="r-(\w+)".*?<details( open|)>', page, re.DOTALL))
    assert len(panels) > 2
    assert [code for code, is_open in panels.items() if is_open] == [unfolded]


def test_what_changes_after_an_edition_shows_in_the_own_figure_only(place: Country, anna: Actor, now: datetime) -> None:
    month = complete(now)
    for clinic in (place.infection, place.medicine, place.sydvik):
        others(clinic, month=month, reached=20, not_reached=10)
    make_edition(at=now)
    Cell.objects.update(reached=21)
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "21 av 31" in said
    assert "40 av 60" in said
    assert "60 av 90" in said


def test_the_dead_do_not_count_before_those_who_live_are_known(place: Country, anna: Actor, now: datetime) -> None:
    last = last_complete(3, at=now)
    for month, reached, not_reached in ((last, 2, 18), (months_later(last, 1), 5, 0)):
        Cell.objects.create(
            sub_registry="pneumoni", indicator="died_within_30_days", version=1, clinic_id=place.infection, month=month,
            reached=reached, not_reached=not_reached,
        )  # fmt: skip
    said = text_of(Browser.of(ANNA).get("/rapporter/pneumoni/died_within_30_days"))
    assert "2 av 20" in said
    assert "7 av 25" not in said
    assert "så här långt" not in said
    assert "så här långt" in text_of(Browser.of(ANNA).get(PAGE))
    assert "2 av 20" in text_of(Browser.of(ANNA).get("/rapporter"))


def test_crude_deaths_are_called_neither_better_nor_worse_and_now_is_of_the_months_it_says(
    place: Country, now: datetime
) -> None:
    month = complete_periods(6, until=last_complete(2, at=now), after=None)[-1].last
    for clinic, reached, not_reached in ((place.infection, 40, 60), (place.medicine, 10, 90), (place.sydvik, 10, 90)):
        Cell.objects.create(
            sub_registry="meningit", indicator="died_in_hospital", version=1, clinic_id=clinic, month=month,
            reached=reached, not_reached=not_reached,
        )  # fmt: skip
    make_edition(at=now)
    browser, months = Browser.of(ANNA), own_months(2, closed=None, at=now)
    overview = text_of(browser.get("/rapporter"))
    assert "40 av 100 Mycket högre än riket" in overview
    assert f"Nu, {months.first:%Y-%m}–{months.last:%Y-%m}: 40 % (31–50 %, 40 av 100)" in overview
    page = text_of(browser.get("/rapporter/meningit/died_in_hospital"))
    assert "mycket mer än slumpen gör" in page
    assert "Siffran säger inte i sig om vården är bra eller dålig." in page
    assert not [
        word for word in ("sämre än riket", "är bättre") if word in overview.partition("slumpen gör.")[2] + page
    ]


def test_few_of_others_are_hidden_though_the_country_is_large(place: Country, anna: Actor, now: datetime) -> None:
    month = complete(now)
    others(place.infection, month=month, reached=20, not_reached=10)
    others(place.medicine, month=month, reached=2, not_reached=2)
    others(place.sydvik, month=month, reached=60, not_reached=20)
    make_edition(at=now)
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "82 av 114" in said
    assert re.search(r"Region Norrvik \S+ visas inte visas inte", said)
    assert not [number for number in ("22 av 34", "62 av 82", "60 av 80") if number in said]


def test_nothing_that_is_hidden_stands_anywhere_in_the_page(place: Country, anna: Actor, now: datetime) -> None:
    others(place.sydvik, month=complete(now), reached=3, not_reached=34)
    make_edition(at=now)
    page = Browser.of(ANNA).get(PAGE).content.decode()
    assert "inte i någon utgåva" in page
    assert not [number for number in ("34", "37", "8 %", "8,1") if f">{number}" in page or f" {number} " in page]


def test_the_file_has_the_figures_of_the_page_and_no_number_that_it_hides(
    place: Country, anna: Actor, now: datetime
) -> None:
    arrive(anna, at=now, minutes=75)
    others(place.infection, month=complete(now), reached=20, not_reached=10)
    others(place.medicine, month=complete(now), reached=3, not_reached=34)
    others(place.sydvik, month=complete(now), reached=60, not_reached=20)
    make_edition(at=now)
    answer = Browser.of(ANNA).get("/rapporter/pneumoni.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rapport-pneumoni.csv"'
    rows = [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()]
    now_, own, region, country = [row for row in rows if row[0] == WITHIN_4]
    assert now_[7:9] == ["21", "31"]
    assert own[7:9] == ["20", "30"]
    assert region[4:] == ["1", *own[5:7], "", "visas inte", "", "", "", "", "", ""]
    assert country[4:9] == ["1", *own[5:7], "83", "147"]
    assert Browser.of(ANNA).get("/rapporter/malaria.csv").status_code == 404


def test_who_perhaps_belongs_is_said_to_stand_outside(anna: Actor, now: datetime) -> None:
    arrived = timezone.localtime(now - timedelta(days=3))
    unknown = {code: ["missing:unknown"] for code in ("confusion", "antibiotic_before")}
    times = {code: [f"{arrived:%Y-%m-%dT%H:%M}"] for code in ("antibiotic_at", "blood_cultured_at")}
    signed(anna, patient=TOLVAN, at=now, arrived_at=f"{arrived:%Y-%m-%dT%H:%M}", **unknown, **times)
    refresh()
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "För 1 vårdepisod på din klinik är det inte känt om den hör hit." in said
    assert "1 av 1" not in said


def test_who_they_are_leads_from_the_number_to_the_episodes_and_the_log_tells_of_it(anna: Actor, now: datetime) -> None:
    late = arrive(anna, at=now, minutes=300)
    soon = arrive(anna, at=now, minutes=75, patient=SAMORDNAD)
    browser = Browser.of(ANNA)
    page = browser.get(PAGE).content.decode()
    assert f"{PAGE}/patienter?utfall=ej" in page
    listed = browser.get(f"{PAGE}/patienter?utfall=ej").content.decode()
    assert late in listed
    assert soon not in listed
    assert "19121212-••••" in listed
    newest = entries(wanted=Wanted(event="episodes.listed")).rows[0]
    assert len(newest.shown_patient_ids or ()) == 1
    assert soon in browser.get(f"{PAGE}/patienter?utfall=ja").content.decode()


def test_who_waited_longest_stands_first_behind_a_median(anna: Actor, now: datetime) -> None:
    late = arrive(anna, at=now, minutes=300, days_ago=4)
    soon = arrive(anna, at=now, minutes=75, patient=SAMORDNAD)
    listed = Browser.of(ANNA).get("/rapporter/pneumoni/time_to_antibiotic/patienter")
    assert re.findall(f"{late}|{soon}|300 min|75 min", listed.content.decode()) == [late, "300 min", soon, "75 min"]
    assert "2 vårdepisoder" in text_of(listed)
    assert "Högst värde först." in text_of(listed)


def test_the_patients_behind_a_median_are_those_who_count_in_it() -> None:
    median, share = (next(one for one in indicators_of("pneumoni") if one.is_median is so) for so in (True, False))
    asked = ("", "ej", "ja", "saknas", "annat")
    assert [chosen_outcome(one, median) for one in asked] == ["ja", "ja", "ja", "saknas", "ja"]
    assert [chosen_outcome(one, share) for one in asked] == ["ej", "ej", "ja", "saknas", "ej"]


def test_a_report_reader_sees_figures_and_no_patients(anna: Actor, now: datetime) -> None:
    late = arrive(anna, at=now, minutes=300)
    browser = Browser.of(RUNE)
    page = browser.get(PAGE)
    assert "0 av 1" in text_of(page)
    assert "patienter?utfall" not in page.content.decode()
    refused = browser.get(f"{PAGE}/patienter?utfall=ej")
    assert refused.status_code == 403
    assert late not in refused.content.decode()


def test_another_clinic_sees_none_of_it(anna: Actor, now: datetime) -> None:
    late = arrive(anna, at=now, minutes=300)
    browser = Browser.of(CECILIA)
    said = text_of(browser.get(PAGE))
    assert re.search(r"\d{4}-\d\d ingen\b|så här långt ingen\b", said)
    assert "ingen ännu" not in said, "the months may be over"
    assert "0 av 1" not in said
    listed = browser.get(f"{PAGE}/patienter?utfall=ej")
    assert "Inga vårdepisoder." in text_of(listed)
    assert late not in listed.content.decode()


def test_nobody_elsewhere_finds_the_patients_by_any_address_or_file(place: Country, anna: Actor, now: datetime) -> None:
    """Nor does a reader at another clinic of the same care provider, in the own clinic's figures."""
    cast.appoint_by_program(MOA, Role.READER, clinic_id=place.medicine, at=now - timedelta(days=20))
    episodes = {arrive(anna, at=now, minutes=300), arrive(anna, at=now, minutes=75, patient=SAMORDNAD)}
    pages = [f"/rapporter/pneumoni/{one.code}" for one in indicators_of("pneumoni")]
    lists = [f"{page}/patienter?utfall={outcome}" for page in pages for outcome in OUTCOMES]
    annas = Browser.of(ANNA)
    assert {one for address in lists for one in episodes if one in said(annas, address)} == episodes
    theirs = (*episodes, "19121212", "1 av", "2 av")
    for who in (CECILIA, MOA):
        browser = Browser.of(who)
        for address in ("/rapporter", "/rapporter/pneumoni.csv", *pages, *lists):
            told = said(browser, address)
            assert not [word for word in theirs if word in told], address


def said(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_an_opt_out_is_gone_from_the_page_at_once(anna: Actor, now: datetime) -> None:
    arrive(anna, at=now, minutes=300)
    opt_out(actor=handler(now), case=case(), at=now)
    assert "0 av 1" not in text_of(Browser.of(ANNA).get(PAGE))


def test_the_page_asks_no_more_of_many_clinics_and_values_than_of_few(
    place: Country, anna: Actor, now: datetime
) -> None:
    browser = Browser.of(ANNA)
    browser.get("/rapporter")
    few = asked(browser)
    for clinic in (place.infection, place.medicine, place.sydvik):
        others(clinic, month=complete(now), reached=9, not_reached=9)
        for minutes in range(30, 130):
            Cell.objects.create(
                sub_registry="pneumoni", indicator="time_to_antibiotic", version=1, clinic_id=clinic,
                month=complete(now), value=minutes, valued=1,
            )  # fmt: skip
    make_edition(at=now)
    assert asked(browser) <= few
    assert "79,5 min" in text_of(browser.get("/rapporter"))


def asked(browser: Browser) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get("/rapporter").status_code == 200
    return len(captured.captured_queries)


@pytest.mark.parametrize("address", ["/start", "/rapporter", PAGE, "/rapporter/pneumoni.csv"])
def test_counts_are_read_under_a_role_that_has_no_right_to_patients(place: Country, address: str) -> None:
    assert roles_that_read(Browser.of(ANNA), address, "reports_") == {ROLE}


def roles_that_read(browser: Browser, address: str, *tables: str) -> set[str]:
    """As whom the page asks the database about tables and functions with such names."""

    def notice(run: Callable[..., object], sql: str, *rest: object) -> object:
        if any(one in sql for one in tables) and "set_config" not in sql:
            with connection.connection.cursor() as cursor:
                roles.update(cursor.execute("SELECT current_user").fetchone())
        return run(sql, *rest)

    roles: set[str] = set()
    with connection.execute_wrapper(notice):
        assert browser.get(address).status_code == 200
    return roles


@pytest.mark.parametrize("address", ["/rapporter/pneumoni/x", "/rapporter/malaria/x", "/rapporter/led-nativ/x"])
def test_what_is_not_measured_is_not_found(place: Country, address: str) -> None:
    assert Browser.of(ANNA).get(address).status_code == 404


def test_an_indicator_is_drawn_beside_others_and_over_time(place: Country, now: datetime) -> None:
    last = months_later(day_of(now).replace(day=1), -8)
    for number in range(6):
        others(place.infection, month=months_later(last, -3 * number), reached=7, not_reached=3)
    page = Browser.of(ANNA).get(PAGE)
    said, drawn = text_of(page), page.content.decode()
    assert "För få patienter för att säga om nivån har ändrats: det behövs 10 kvartal med minst 5." in said
    assert "70 % 40–89 %, 7 av 10" in said
    assert drawn.count('class="chart"') == 2
    assert drawn.count('class="d-own"') == 1 + 6


def test_the_start_page_says_what_registering_gave(place: Country, now: datetime) -> None:
    assert "Än har för få av klinikens patienter räknats" in text_of(Browser.of(ANNA).get("/start"))
    others(place.infection, month=complete(now), reached=8, not_reached=2)
    for who in (ANNA, RUNE):
        said = text_of(Browser.of(who).get("/start"))
        figure = "Antibiotika inom 4 timmar 80 % 49–94 %, 8 av 10 För få patienter"
        assert re.search(rf"Pneumoni, \d{{4}}-\d\d–{now:%Y-%m} {figure}", said)


def test_the_start_page_of_who_reads_no_reports_says_nothing_of_them(place: Country, now: datetime) -> None:
    others(place.infection, month=complete(now), reached=8, not_reached=2)
    assert "Det här ger registreringen" not in text_of(Browser.of(DORIS).get("/start"))
