"""Alla kliniker on the page of an indicator: a funnel and bars, each with its table; a sentence where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from registret import web
from registret.access.roles import Role
from registret.registries.indicators import Better, Levels
from registret.registries.loading.catalogue import DEFINITIONS
from registret.registries.queries import catalogue
from registret.reports.comparing.clinics import clinics_beside
from registret.reports.comparing.figures import one_indicator
from registret.reports.editions import make_edition
from registret.reports.models import Cell
from registret.reports.periods import complete_periods, last_complete
from registret.web.reports.clinic_parts import clinics_part
from registret.web.reports.downloads import STYLE
from tests import cast
from tests.cast import ANNA, CECILIA, Country, person
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

RUNE = person("Rune", "Lind", "SE2321009991-E00R7L2")
"""Reads reports, and no patients."""
WITHIN_4 = "antibiotic_within_4_hours"
PAGE = f"/rapporter/pneumoni/{WITHIN_4}"
MEDIAN = "/rapporter/pneumoni/time_to_antibiotic"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    then = now - timedelta(days=20)
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=then)
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=place.sydvik, at=then)
    cast.appoint_by_program(RUNE, Role.REPORT_READER, clinic_id=place.infection, at=then)
    return place


def month(now: datetime) -> date:
    """One that the next edition tells of."""
    return complete_periods(6, until=last_complete(1, at=now), after=None)[-1].last


def count(clinic_id: int, now: datetime, reached: int, not_reached: int) -> None:
    Cell.objects.create(
        sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic_id, month=month(now),
        reached=reached, not_reached=not_reached,
    )  # fmt: skip


def told(place: Country, now: datetime, *, own: tuple[int, int] = (20, 10)) -> None:
    count(place.infection, now, *own)
    count(place.medicine, now, 25, 15)
    count(place.sydvik, now, 60, 40)
    make_edition(at=now)


def page_of(who: cast.Person = ANNA, address: str = PAGE) -> str:
    return Browser.of(who).get(address).content.decode()


def said_to(who: cast.Person = ANNA, address: str = PAGE) -> str:
    return text_of(Browser.of(who).get(address))


def pictures(page: str) -> dict[str, str]:
    """By name, but for that of the own clinic over time."""
    found = re.findall(r'(?s)<svg[^>]*class="chart".*?</svg>', page)
    named = {re.findall('aria-label="([^"]*)"', one)[0]: one for one in found}
    return {name: one for name, one in named.items() if name != "Din klinik, kvartal för kvartal"}


BESIDE, FUNNEL, BARS = "Din klinik, regionen och riket", "Kliniker efter antal patienter", "Kliniker sida vid sida"


def test_a_clinic_sees_where_it_lies_among_the_others_and_only_its_own_name(place: Country, now: datetime) -> None:
    told(place, now)
    said = said_to()
    assert "Din klinik skiljer sig inte från riket mer än slumpen gör." in said
    assert "Av 3 kliniker hamnar i genomsnitt högst 0,15 utanför 95 % och 0,006 utanför 99,8 % av ren slump." in said
    assert "Infektionskliniken, Norrviks sjukhus 67 % 49–81 %, 20 av 30 innanför gränserna" in said
    assert "Klinik 3 60 % 50–69 %, 60 av 100 innanför gränserna" in said
    assert "Sydviks sjukhus" not in said
    drawn = pictures(page_of())
    funnel, bars = drawn[FUNNEL], drawn[BARS]
    assert (funnel.count('class="d-own"'), funnel.count('class="d-dot"')) == (1, 2)
    assert (bars.count('class="b-own"'), bars.count('class="b-dot"')) == (1, 2)


def test_a_clinic_that_is_much_better_or_worse_than_the_country_reads_so(place: Country, now: datetime) -> None:
    told(place, now, own=(5, 25))
    said = said_to()
    assert "Din klinik ligger lägre än riket, mycket mer än slumpen gör (utanför 99,8 %): ett larm att utreda." in said
    assert "Det är sämre än riket." in said
    Cell.objects.filter(clinic_id=place.infection).update(reached=40, not_reached=0)
    assert "högre än riket, mycket mer än slumpen gör" in said_to()
    assert "Det är bättre än riket." in said_to()


def test_a_clinic_that_others_may_see_because_it_is_unusual_is_not_judged(place: Country, now: datetime) -> None:
    """Had one to four of its ten patients had the outcome, it would have been hidden."""
    count(place.infection, now, 20, 10)
    count(place.medicine, now, 0, 10)
    count(place.sydvik, now, 60, 40)
    make_edition(at=now)
    said = said_to()
    assert "0 av 10 bedöms inte" in said
    assert "1 klinik bedöms inte: så få väntas med eller utan utfallet att siffran kan visas just för att" in said
    assert "Av 2 kliniker hamnar i genomsnitt högst 0,1 utanför 95 % och 0,004 utanför 99,8 % av ren slump." in said
    drawn = pictures(page_of())
    assert (drawn[FUNNEL].count('class="d-dot"'), drawn[FUNNEL].count('class="d-out"')) == (1, 0)
    assert drawn[BARS].count('class="b-dot"') == 2


def test_names_are_shown_if_that_was_decided(
    place: Country, now: datetime, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rules = (DEFINITIONS / "editions.toml").read_text(encoding="utf-8")
    (tmp_path / "editions.toml").write_text(rules.replace("named = false", "named = true"), encoding="utf-8")
    settings.DEFINITIONS_DIR = tmp_path
    request.addfinalizer(catalogue.cache_clear)
    catalogue.cache_clear()
    told(place, now)
    assert "Sydviks sjukhus 60 % 50–69 %, 60 av 100" in said_to()


def test_a_clinic_whose_figure_others_may_not_see_sees_it_itself(place: Country, now: datetime) -> None:
    cast.bring_clinics(["Sjukhus A", "Sjukhus B"], at=now)
    count(cast.clinic_id("infektion-0"), now, 50, 50)
    count(cast.clinic_id("infektion-1"), now, 60, 60)
    told(place, now, own=(30, 2))
    said = said_to()
    assert "30 av 32" in said
    assert "60 av 120" in said
    assert "Andra kliniker ser inte din kliniks siffra" in said
    assert "2 andra kliniker visas inte" in said, "those that it disappears among"
    assert "30 av 32" not in said_to(CECILIA)
    assert "3 andra kliniker visas inte" in said_to(CECILIA)


def test_where_no_other_clinic_can_be_shown_there_is_a_sentence_and_no_picture(place: Country, now: datetime) -> None:
    told(place, now, own=(30, 2))
    assert "Ingen annan klinik kan visas" in said_to(CECILIA)
    assert set(pictures(page_of(CECILIA))) == {BESIDE}


def test_before_an_edition_there_is_a_sentence_and_no_picture(place: Country, now: datetime) -> None:
    count(place.infection, now, 20, 10)
    assert "Klinikerna jämförs när en utgåva har andras siffror." in said_to()
    assert set(pictures(page_of())) == {BESIDE}
    for part in ("tratt", "kliniker"):
        assert Browser.of(ANNA).get(f"{PAGE}/{part}.svg").status_code == 404


def test_a_clinic_where_nobody_was_counted_sees_the_others(place: Country, now: datetime) -> None:
    told(place, now)
    Cell.objects.filter(clinic_id=place.infection).delete()
    said = said_to()
    assert "På din klinik har ingen räknats i de här månaderna." in said
    assert "60 av 100" in said
    drawn = pictures(page_of())[FUNNEL]
    assert ("d-own" in drawn, drawn.count("d-dot"), "nan" in drawn) == (False, 2, False)


def test_where_all_have_the_outcome_there_is_no_funnel(place: Country, now: datetime) -> None:
    for clinic in (place.infection, place.medicine, place.sydvik):
        count(clinic, now, 30, 0)
    make_edition(at=now)
    assert "Alla i riket har samma utfall: det finns ingen skillnad att visa." in said_to()
    assert set(pictures(page_of())) == {BESIDE, BARS}


def test_where_no_outcome_is_known_there_is_no_edition_and_a_sentence(place: Country, now: datetime) -> None:
    for clinic in (place.infection, place.medicine, place.sydvik):
        Cell.objects.create(
            sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic, month=month(now), missing=30
        )
    make_edition(at=now)
    assert "Klinikerna jämförs när en utgåva har andras siffror." in said_to()
    assert pictures(page_of()) == {}


def test_medians_are_bars_without_a_funnel(place: Country, now: datetime) -> None:
    for clinic in (place.infection, place.medicine, place.sydvik):
        for minutes in range(30, 90):
            Cell.objects.create(
                sub_registry="pneumoni", indicator="time_to_antibiotic", version=1, clinic_id=clinic, month=month(now),
                value=minutes + clinic, valued=1,
            )  # fmt: skip
    make_edition(at=now)
    said = said_to(address=MEDIAN)
    assert "En median har ingen tratt" in said
    assert "av ren slump" not in said
    drawn = pictures(page_of(address=MEDIAN))
    assert set(drawn) == {BESIDE, BARS}
    assert drawn[BARS].count('class="b-dot"') == 2


def test_a_clinic_that_has_closed_is_told_of_its_time_and_not_missed(place: Country, now: datetime) -> None:
    told(place, now)
    cast.close_clinic(cast.SYDVIK, at=now)
    assert "60 av 100" in said_to()
    assert "visas inte:" not in said_to()


@pytest.mark.parametrize(
    ("other", "said", "wide"),
    [
        (60, "Bortsett från de yttersta skiljer klinikerna sig inte åt mer än slumpen gör (φ = ", 0),
        (90, "Klinikerna skiljer sig åt mer än slumpen gör (φ = ", 4),
    ],
)
def test_twenty_clinics_say_whether_they_differ_by_more_than_chance(
    place: Country, now: datetime, other: int, said: str, wide: int
) -> None:
    cast.bring_clinics([f"Sjukhus {number}" for number in range(20)], at=now)
    for number in range(20):
        reached = other if number % 2 else 60
        count(cast.clinic_id(f"infektion-{number}"), now, reached, 100 - reached)
    told(place, now)
    assert said in said_to()
    assert pictures(page_of())[FUNNEL].count('class="c-wide"') == wide


@pytest.mark.parametrize(
    ("better", "high", "middle", "bands"),
    [("more", "0.9", "0.8", [(90, 100), (80, 90)]), ("less", "0.1", "0.2", [(0, 10), (10, 20)])],
)
def test_what_is_aimed_at_stands_behind_the_bars(
    place: Country, now: datetime, better: str, high: str, middle: str, bands: list[tuple[int, int]]
) -> None:
    told(place, now)
    actor = cast.actor(ANNA, at=now)
    found = one_indicator(actor=actor, sub_registry="pneumoni", code=WITHIN_4, at=now).figures
    levels = Levels(high=Decimal(high), middle=Decimal(middle))
    definition = found.indicator.definition.model_copy(update={"levels": levels, "better": Better(better)})
    aimed = replace(found, indicator=replace(found.indicator, definition=definition))
    drawn = clinics_part(aimed, clinics_beside(aimed, actor=actor)).bars
    picture = ElementTree.fromstring(str(drawn))  # noqa: S314
    ticks = [float(one.attrib["d"].split()[1]) for one in picture.iter("path") if "class" not in one.attrib]
    scale = (max(ticks) - min(ticks)) / 100
    lows = [(float(one.attrib["x"]) - min(ticks), float(one.attrib["width"])) for one in picture.iter("rect")][:2]
    assert [(round(low / scale), round((low + width) / scale)) for low, width in lows] == bands
    assert f"mål {float(high):.0%}".replace("%", " %") in drawn
    assert f"godtagbart {float(middle):.0%}".replace("%", " %") in drawn


# --- files ------------------------------------------------------------------------------------------------------


def downloaded(place: Country, now: datetime) -> Iterator[tuple[str, ElementTree.Element]]:
    told(place, now)
    for part in ("jamforelse", "tratt", "kliniker"):
        answer = Browser.of(RUNE).get(f"{PAGE}/{part}.svg")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{part}-{WITHIN_4}.svg"'
        yield part, ElementTree.fromstring(answer.content)  # noqa: S314


def test_a_picture_is_taken_along_for_slides_with_its_words(place: Country, now: datetime) -> None:
    told(place, now)
    answer = Browser.of(RUNE).get(f"{PAGE}/tratt.png")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="tratt-{WITHIN_4}.png"'
    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.width > 1000
        assert len(picture.convert("RGB").getcolors(maxcolors=2**16) or ()) > 20, "drawn, and no empty page"


def test_a_picture_is_taken_along_with_its_style(place: Country, now: datetime) -> None:
    for part, picture in downloaded(place, now):
        assert picture.tag == f"{SVG}svg", part
        [title] = [one.text or "" for one in picture.iter(f"{SVG}title")]
        assert re.fullmatch(
            r"Antibiotika inom 4 timmar\. Infektionskliniken, Norrviks sjukhus, \S+–\S+, utgåva 1 från \S+\.", title
        )
        below = [one.text or "" for one in picture.iter(f"{SVG}text")][-3:]
        assert title.endswith(" ".join(below[1:])), "written into the picture"
        assert len(list(picture.iter(f"{SVG}desc"))) == 1
        assert title in text_of(Browser.of(RUNE).get(PAGE))
        styles = [one.text for one in picture.iter(f"{SVG}style")]
        assert styles == ["".join(f"{what}{{{how}}}" for what, how in STYLE.items())]
        used = {css for one in picture.iter() for css in one.attrib.get("class", "").split()}
        assert {f".{css}" for css in used} - {".chart"} <= set(STYLE), part


def test_the_style_of_a_file_has_the_light_colours_of_the_page() -> None:
    tokens = (Path(web.__file__).parent / "static/css/tokens.css").read_text().partition("@media")[0]
    light = set(re.findall(r"#[0-9a-f]{3,6}", tokens))
    assert {colour for how in STYLE.values() for colour in re.findall(r"#[0-9a-f]{3,6}", how)} <= light


def test_tables_are_taken_along_as_the_page_has_them(place: Country, now: datetime) -> None:
    told(place, now)
    rows = in_file("kliniker")
    assert [row[0] for row in rows] == ["Infektionskliniken, Norrviks sjukhus", "Klinik 2", "Klinik 3"]
    assert [row[1:4] for row in rows] == [["innanför gränserna", reached, n] for reached, n in
                                          (("20", "30"), ("25", "40"), ("60", "100"))]  # fmt: skip
    assert len(in_file("tid")) == 12
    assert [row[3] for row in in_file("jamforelse")][2:] == ["Regionen", "Riket"]
    assert {row[0] for row in in_file("grupper")} == {"Kön", "CRB-65 vid ankomsten"}


def in_file(part: str) -> list[list[str]]:
    answer = Browser.of(RUNE).get(f"{PAGE}/{part}.csv")
    assert answer.status_code == 200
    return [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()][1:]


@pytest.mark.parametrize("part", ["x.svg", "x.png", "x.csv", "tratt.csv", "grupper.svg", "tratt.gif"])
def test_what_the_page_does_not_have_is_not_found(place: Country, part: str) -> None:
    assert Browser.of(ANNA).get(f"{PAGE}/{part}").status_code == 404
