"""Observed against expected on the pages: in words, in pictures and in files; and an attack on all that they show.

The attackers are all clinics together, each of which knows its own patients, the rates of the country, and how an
edition makes what is expected. They take it from tables, files and the coordinates of pictures, after two editions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import product
from typing import Final

import pytest
from django.utils import timezone

from registret.access.roles import Role
from registret.kernel.sweden import midnight, months_later
from registret.registries.queries import indicators_of
from registret.reports.editions import make_edition
from registret.reports.expecting import nearest
from registret.reports.models import Cell, EditionCell
from registret.reports.periods import Months, complete_periods, last_complete
from registret.reports.publishing import decide_publication
from tests import cast
from tests.cast import ANNA, CECILIA, DORIS, Country, Person, person
from tests.rooms.web.client import Browser, Page, text_of

pytestmark = pytest.mark.django_db

MAX: Final = person("Max", "Holm", "SE2321009991-E00M8H3")
MORTALITY = "died_within_30_days"
PAGE = f"/rapporter/pneumoni/{MORTALITY}"
FEW = {1, 2, 3, 4}


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    place = cast.country(timezone.now() - timedelta(days=30))
    then = timezone.now() - timedelta(days=20)
    for who, clinic in ((ANNA, place.infection), (MAX, place.medicine), (CECILIA, place.sydvik)):
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=clinic, at=then)
    return place


def years(now: datetime) -> tuple[Months, Months]:
    """The last that can be told of deaths, and the one before."""
    (later,) = complete_periods(12, until=last_complete(3, at=now), after=None)
    return Months(first=months_later(later.first, -12), last=months_later(later.last, -12)), later


def count(clinic_id: int, month: date, **by_risk: tuple[int, int]) -> None:
    """How many died and lived where the risk was low, middle and high."""
    names = ["expected:low.below_65.female", "expected:middle.from_65.male", "expected:high.from_80.male"]
    named = list(zip(names, (by_risk[risk] for risk in ("low", "middle", "high")), strict=True))
    every = sum(died for _name, (died, _lived) in named), sum(lived for _name, (_died, lived) in named)
    for stratum, (died, lived) in [("", every), *(one for one in named if any(one[1]))]:
        Cell.objects.create(
            sub_registry="pneumoni", indicator=MORTALITY, version=1, clinic_id=clinic_id, month=month, stratum=stratum,
            reached=died, not_reached=lived,
        )  # fmt: skip


def country(place: Country, month: date) -> None:
    """10 % die of low risk, 20 % of middle and 50 % of high: by groups of fives, so that all is as by hand."""
    count(place.infection, month, low=(20, 80), middle=(8, 32), high=(14, 6))
    count(place.medicine, month, low=(5, 95), middle=(8, 32), high=(10, 10))
    count(place.sydvik, month, low=(5, 95), middle=(8, 32), high=(6, 14))


def test_the_page_says_how_many_died_and_how_many_were_expected_to(place: Country, now: datetime) -> None:
    _earlier, later = years(now)
    country(place, later.last)
    make_edition(at=now)
    said = text_of(Browser.of(ANNA).get(PAGE))
    # Each CRB-65 has one age and sex here, so the country has no rates by these.
    assert (
        "hur många som dog inom 30 dagar från ankomsten, mot det antal som väntas efter CRB-65 vid ankomsten." in said
    )
    assert "om varje grupp av patienter (CRB-65 vid ankomsten) hade haft rikets andel" in said
    # 100 · 0.1 + 40 · 0.2 + 20 · 0.5 = 28; 20 + 8 + 14 = 42.
    assert "1,50 1,08–2,03; 42 av 160, väntat 28" in said
    assert "1,00 84 av omkring 480, väntat 84" in said, "the country is what others are compared with: no interval"
    assert "Din klinik har fler än väntat, mer än slumpen brukar göra (utanför 95 %): en fråga att ställa." in said
    assert "Det är sämre än riket." in said
    assert "CRB-65 vid ankomsten 3–4 20 14 10 50 %" in said, "the group, its patients, deaths, expected, and the rate"
    assert "Rikets andelar är utgåvans" in said
    table = text_of(Browser.of(ANNA).get("/rapporter"))
    assert "1,50 1,08–2,03; 42 av 160, väntat 28 Sämre än väntat" in table
    assert "1,00 84 av omkring 480, väntat 84" in table


def test_the_funnel_is_on_the_expected_number(place: Country, now: datetime) -> None:
    country(place, years(now)[1].last)
    make_edition(at=now)
    page = Browser.of(ANNA).get(PAGE)
    picture = svg(page, "efter väntat antal")
    assert "Väntat antal" in picture
    assert "Kliniker efter väntat antal som tabell" in text_of(page)
    assert "efter antal patienter" not in page.content.decode()
    assert len(dots(picture)) == 2
    assert "NaN" not in page.content.decode()
    for part in ("jamforelse", "tratt", "kliniker", "tid"):
        assert Browser.of(ANNA).get(f"{PAGE}/{part}.svg").status_code == 200
    csv = Browser.of(ANNA).get(f"{PAGE}/jamforelse.csv").content.decode("utf-8-sig").splitlines()
    assert csv[0].endswith(";Väntat antal")
    assert [line.split(";")[-1] for line in csv[1:]] == ["28", "28", "56", "84"]
    assert ";84;480;1;;;" in csv[-1]
    groups = Browser.of(ANNA).get(f"{PAGE}/grupper.csv").content.decode("utf-8-sig")
    assert "CRB-65 vid ankomsten 3–4;20;14;10;50 %" in groups


def test_in_english_too(place: Country, now: datetime) -> None:
    country(place, years(now)[1].last)
    make_edition(at=now)
    browser = Browser.of(ANNA)
    browser.get("/sprak/en")
    said = text_of(browser.get(PAGE))
    assert "1.50 1.08–2.03; 42 of 160, expected 28" in said
    assert "against the number that is expected by CRB-65 on arrival." in said
    assert "99.8 %" in said
    assert "99,8 %" not in said


def test_a_clinic_where_too_few_are_expected_reads_a_sentence(place: Country, now: datetime) -> None:
    month = years(now)[1].last
    count(place.infection, month, low=(1, 5), middle=(0, 0), high=(0, 0))
    for clinic in (place.medicine, place.sydvik):
        count(clinic, month, low=(10, 90), middle=(8, 32), high=(10, 10))
    said = text_of(Browser.of(ANNA).get(PAGE))
    assert "inget att jämföra med 1 av 6" in said
    assert "väntas efter CRB-65 vid ankomsten, ålder och kön." in said, "as defined, before an edition has rates"
    assert "I inget kvartal väntades så många att en kvot säger något." in said
    make_edition(at=now)
    page = Browser.of(ANNA).get(PAGE)
    said = text_of(page)
    assert "för få väntade 1 av 6, väntat 0,6" in said
    assert "På din klinik väntades färre än en i de här månaderna" in said
    assert "NaN" not in page.content.decode()


def test_the_public_cannot_be_told_a_ratio(place: Country, now: datetime) -> None:
    country(place, years(now)[1].last)
    make_edition(at=now)
    assert MORTALITY not in text_of(Browser.of(DORIS).get("/kansliet/offentligt"))
    by = cast.actor(DORIS, at=now).by
    decide_publication(subject=f"pneumoni.{MORTALITY}", is_published=True, reason="Prov", by=by, at=now)
    for end in ("", ".csv", ".json", ".fhir.json"):
        assert Browser().get(f"/statistik/pneumoni/{MORTALITY}{end}").status_code == 404
    assert "mot väntat" not in text_of(Browser().get("/statistik"))


# --- an attack ------------------------------------------------------------------------------------------------


def svg(page: Page, name: str) -> str:
    found = next(one for one in page.content.decode().split("<svg") if name in one[:300])
    return found.partition("</svg>")[0]


def dots(picture: str) -> list[tuple[float, float]]:
    """How many were expected, and the ratio, of the other clinics: solved from where they are drawn."""
    places = [(float(x), float(y)) for x, y in re.findall(r'class="d-dot" cx="([\d.]+)" cy="([\d.]+)"', picture)]
    outside = re.findall(r'<path class="d-out" d="M ?([\d.]+)[ ,]([\d.]+) L ?[\d.]+[ ,]([\d.]+)', picture)
    places += [(float(x), (float(tip) + 2 * float(foot)) / 3) for x, tip, foot in outside]
    along, up = ticks(picture, "m", "x"), ticks(picture, "e", "y")
    return [(solved(along, x), solved(up, y + 5)) for x, y in places]


def solved(ends: Sequence[tuple[float, float]], at: float) -> float:
    (first, low), (last, high) = ends[0], ends[-1]
    return low + (at - first) * (high - low) / (last - first)


def ticks(picture: str, css: str, axis: str) -> list[tuple[float, float]]:
    return [
        (float(where.group(1)), float(number.replace(",", ".")))
        for about, number in re.findall(r"<text([^>]*)>([\d,]+)</text>", picture)
        if f'class="{css}"' in about and (where := re.search(rf'\b{axis}="([\d.]+)"', about))
    ]


def clinics_shown(who: Person) -> list[tuple[int, int, float]]:
    """Of each other clinic that is shown: deaths, patients and expected, in the file, which page and picture repeat."""
    lines = Browser.of(who).get(f"{PAGE}/kliniker.csv").content.decode("utf-8-sig").splitlines()[1:]
    rows = [line.split(";") for line in lines]
    others = [row for row in rows if row[0].startswith("Klinik ")]
    found = [(int(row[2]), int(row[3]), float(row[-1].replace(",", "."))) for row in others]
    page = Browser.of(who).get(PAGE)
    said = text_of(page)
    for died, patients, expected in found:
        assert f"{died} av omkring {patients}, väntat {expected:.1f}".replace(".", ",").replace(",0", "") in said
    if found:
        drawn = sorted(dots(svg(page, "efter väntat antal")))
        for (x, y), (died, _patients, expected) in zip(drawn, sorted(found, key=lambda one: one[2]), strict=True):
            assert abs(x - expected) < 1
            assert abs(y - died / expected) < 0.1
    return found


def rates(first: date) -> list[float]:
    """As every clinic reads them; here exactly, which is more than it does."""
    cells = EditionCell.objects.filter(indicator=MORTALITY, first=first, stratum__startswith="expected:")
    by_name = {cell.stratum: cell.reached / (cell.patients or 1) for cell in cells}
    return [by_name[f"expected:{risk}"] for risk in ("low", "middle", "high")]


def possible(
    expected: float, rates: Sequence[float], most: Sequence[int], *, step: int, within: float
) -> Iterator[tuple[int, ...]]:
    """All sizes of groups of which an edition, by rounding to `step`, would make what is seen."""
    for sizes in product(*(range(one + 8) for one in most)):
        made = sum(nearest(n, step) * rate for n, rate in zip(sizes, rates, strict=True))
        if abs(made - expected) < within:
            yield sizes


def few_learnt(
    shown: Mapping[int, float],
    sizes: Mapping[int, Sequence[int]],
    first: date,
    *,
    step: int = 5,
    within: float = 1e-9,
) -> list[int]:
    """The clinics of which the attackers learn that a group is of one to four patients. `within`: how far what they see
    may be from what is expected."""
    learnt = []
    for clinic, expected in shown.items():
        found = list(possible(expected, rates(first), sizes[clinic], step=step, within=within))
        assert found, "what happened is possible"
        learnt += [clinic for group in range(3) if {one[group] for one in found} <= FEW]
    return learnt


def test_two_editions_teach_nobody_that_a_group_is_of_a_few_patients(place: Country, now: datetime) -> None:
    earlier, later = years(now)
    small = {"low": (8, 22), "middle": (7, 12), "high": (1, 1)}
    large = {"low": (6, 24), "middle": (7, 14), "high": (11, 22)}
    clinics = {place.infection: (ANNA, large), place.medicine: (MAX, small), place.sydvik: (CECILIA, large)}
    sizes = {clinic: [sum(of) for of in by_risk.values()] for clinic, (_who, by_risk) in clinics.items()}
    for clinic, (_who, by_risk) in clinics.items():
        count(clinic, earlier.last, **by_risk)
    make_edition(at=midnight(months_later(earlier.last, 5)))
    before = seen_of(clinics, place.medicine)
    for clinic, (_who, by_risk) in clinics.items():
        count(clinic, later.last, **by_risk)
    make_edition(at=now)
    after = seen_of(clinics, place.medicine)
    assert before > 0
    assert after > 0
    for first, expected in ((earlier.first, before), (later.first, after)):
        assert few_learnt({place.medicine: expected}, sizes, first, within=0.02) == []


def seen_of(clinics: Mapping[int, tuple[Person, object]], wanted: int) -> float:
    """What the other clinics see of one: the attackers know which it is by its deaths, which no other has."""
    died = EditionCell.objects.filter(indicator=MORTALITY, clinic_id=wanted).latest("first").reached
    found = {row for clinic, (who, _counts) in clinics.items() if clinic != wanted for row in clinics_shown(who)
             if row[0] == died}  # fmt: skip
    (row,) = found
    return row[2]


def test_the_attack_succeeds_where_sizes_are_told_as_they_are(place: Country, now: datetime) -> None:
    """The same clinics, and what would be expected of the small one by sizes that are not rounded."""
    _earlier, later = years(now)
    sizes = {place.medicine: (30, 19, 2)}
    for clinic in (place.infection, place.sydvik):
        count(clinic, later.last, low=(6, 24), middle=(7, 14), high=(11, 22))
    count(place.medicine, later.last, low=(8, 22), middle=(7, 12), high=(1, 1))
    make_edition(at=now)
    of_country = rates(later.first)
    exact = sum(n * rate for n, rate in zip(sizes[place.medicine], of_country, strict=True))
    assert few_learnt({place.medicine: exact}, sizes, later.first, step=1) != []
    rounded = sum(nearest(n, 5) * rate for n, rate in zip(sizes[place.medicine], of_country, strict=True))
    told = EditionCell.objects.get(indicator=MORTALITY, clinic_id=place.medicine)
    assert told.expected == pytest.approx(rounded)
    assert few_learnt({place.medicine: rounded}, sizes, later.first) == []


def test_every_ratio_of_a_sub_registry_is_told_by_groups_of_its_own_form() -> None:
    assert [one.code for one in indicators_of("sepsis") if one.is_ratio] == ["died_within_28_days"]
