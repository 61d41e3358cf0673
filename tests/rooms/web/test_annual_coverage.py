"""Täckningsgrad in the annual report: on the page, on paper, and to attackers who know the file and two editions."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from registret.kernel.sweden import day_of, months_later
from registret.reports.editions import make_edition
from registret.reports.models import REGISTERED, Cell, Edition, EditionCell
from registret.reports.publishing import decide_publication, subject_of_year
from tests import cast
from tests.cast import DORIS, Country
from tests.pdf import read
from tests.rooms.reports.test_coverage_told import Region, bring, norrvik_and_sydvik, pinned, registered
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

INDICATOR = "antibiotic_within_4_hours"
CODES = (cast.INFECTION, cast.MEDICINE, cast.SYDVIK)
AREAS = {"Riket": (0, 1, 2), "Region Norrvik": (0, 1), "Region Sydvik": (2,)}


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(timezone.now() - timedelta(days=30))


@pytest.fixture
def year(place: Country, now: datetime) -> int:
    """A year that an edition of the first of May after it tells of: an indicator is open, and the annual report."""
    found = months_later(day_of(now), -4).year - 1
    for clinic in (place.infection, place.medicine, place.sydvik):
        Cell.objects.create(
            sub_registry="pneumoni", indicator=INDICATOR, version=1, clinic_id=clinic, month=f"{found}-12-01",
            reached=30, not_reached=20,
        )  # fmt: skip
    by = cast.actor(DORIS, at=now).by
    for subject in (f"pneumoni.{INDICATOR}", subject_of_year(found)):
        decide_publication(subject=subject, is_published=True, reason="Styrgruppens beslut", by=by, at=now)
    return found


def in_may(year: int) -> datetime:
    return datetime(year + 1, 5, 1, 12, tzinfo=UTC)


def shown(year: int) -> dict[str, tuple[int, int]]:
    """What the public page says of coverage, by area."""
    page = Browser().get(f"/statistik/arsrapport/{year}").content.decode()
    section = page.partition('id="r-pneumoni-t"')[2].partition("</section>")[0]
    told = re.findall(rf"({'|'.join(AREAS)}) \d+ % \d+–\d+ %, (\d+) av (\d+)", text_in(section.partition("<table")[2]))
    assert section.count("%, ") == 0 or told
    return {name: (int(x), int(n)) for name, x, n in told}


def text_in(written: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", written).split())


def test_the_report_tells_of_country_and_regions_with_interval_picture_and_edition(place: Country, year: int) -> None:
    norrvik_and_sydvik(place, year=year)
    make_edition(at=in_may(year))
    page = Browser().get(f"/statistik/arsrapport/{year}")
    said = text_of(page)
    assert "Riket 72 % 65–78 %, 129 av 180 Region Norrvik 72 % 63–79 %, 79 av 110" in said
    assert f"{year}, ur utgåva 1 från {year + 1}-05-01. De regioner som visas är inget rättvist urval:" in said
    assert "när varje klinik som har registrerat har ett antal" in said
    assert "Täckningsgrad i riket och regionerna" in page.content.decode()
    assert "Coverage" in text_of(Browser().get(f"/statistics/arsrapport/{year}"))


def test_a_year_without_told_coverage_says_so(place: Country, year: int) -> None:
    make_edition(at=in_may(year))
    said = text_of(Browser().get(f"/statistik/arsrapport/{year}"))
    assert "Ingen utgåva säger än hur många av årets patienter som är registrerade." in said


def test_the_paper_says_the_same_to_a_screen_reader(place: Country, year: int) -> None:
    norrvik_and_sydvik(place, year=year)
    make_edition(at=in_may(year))
    found = read(Browser.of(DORIS).get(f"/kansliet/arsrapport/{year}.pdf").content)
    assert (found.standard, found.untagged) == ("PDF/UA-1", 0)
    assert [text for _level, text in found.headings][:2] == ["Pneumoni", "Täckningsgrad"]
    assert found.heard("TD")[:3] == ["Riket", "72 %", "65–78 %, 129 av 180"]


@pytest.mark.parametrize("seed", range(5))
def test_two_editions_and_two_files_tell_nobody_of_few(place: Country, now: datetime, year: int, seed: int) -> None:
    dice = random.Random(seed)
    clinics = register(place, dice, year=year)
    make_edition(at=in_may(year))
    before = shown(year)
    assert_told_of_none(before, clinics)
    later = register(place, dice, year=year)
    make_edition(at=now)
    if before:
        assert shown(year) == before, "a year is told once"
    else:
        assert_told_of_none(shown(year), later)


def test_the_attackers_find_a_clinic_where_a_coverage_is_told_that_should_not_be(place: Country, year: int) -> None:
    make_edition(at=in_may(year))
    edition = Edition.objects.get()
    clinics: Region = {0: (26, 30), 1: (3, 3), 2: (30, 60)}
    for region, counted in ((None, (59, 93)), (cast.region_of(place.infection), (29, 33))):
        EditionCell.objects.create(
            edition=edition, sub_registry="pneumoni", indicator=REGISTERED, version=1, region_id=region, is_public=True,
            first=f"{year}-01-01", last=f"{year}-12-01", reached=counted[0], not_reached=counted[1] - counted[0] + 1,
        )  # fmt: skip
    told = {frozenset(AREAS[name]) for name in shown(year)}
    assert list(pinned([clinics], told)) != []


def register(place: Country, dice: random.Random, *, year: int) -> Region:
    """As the clinics registered, and as a newer file counts."""
    most = dice.choice([8, 20, 60])
    found: Region = {}
    for number, clinic in enumerate((place.infection, place.medicine, place.sydvik)):
        counted = dice.choice([3, dice.randint(5, most)])
        found[number] = dice.choice([counted, dice.randint(0, counted)]), counted
        registered(clinic, max(found[number][0], 1), year=year)
        found[number] = max(found[number][0], 1), counted
    bring({code: found[number][1] for number, code in enumerate(CODES)}, year=year)
    return found


def assert_told_of_none(told: dict[str, tuple[int, int]], clinics: Region) -> None:
    for name, (x, n) in told.items():
        assert (x, n) == tuple(sum(clinics[one][i] for one in AREAS[name]) for i in (0, 1))
    assert list(pinned([clinics], {frozenset(AREAS[name]) for name in told})) == []
