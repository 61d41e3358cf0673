"""Täckningsgrad in editions: each year once, where nobody can compute a clinic of few, not even with the file."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import pytest

from registret.kernel.by import By
from registret.registries.queries import edition_rules
from registret.reports.counts import Counts
from registret.reports.coverage.counted import import_coverage
from registret.reports.coverage.counts_file import read
from registret.reports.coverage.told import public_coverage
from registret.reports.editions import make_edition
from registret.reports.models import REGISTERED, Cell, EditionCell
from registret.reports.public_figures import years_told
from registret.reports.telling import BothSidesLimits, TellingLimits, regions_to_tell, whole
from tests import cast
from tests.cast import Country
from tests.rooms.records.scene import NOW, Ward

pytestmark = pytest.mark.django_db

FEW = 5
LIMITS = BothSidesLimits(patients=10, outcome=FEW)


def registered(clinic_id: int, number: int, *, year: int = 2025) -> None:
    Cell.objects.update_or_create(
        sub_registry="pneumoni", indicator=REGISTERED, version=1, clinic_id=clinic_id, month=f"{year}-03-01",
        defaults={"reached": number},
    )  # fmt: skip


def bring(counts: Mapping[str, int], *, year: int = 2025) -> None:
    lines = [f"{clinic};pneumoni;{year};{number}" for clinic, number in counts.items()]
    rows, faults = read("\n".join(["klinikkod;delregister;år;antal", *lines]).encode())
    done = import_coverage(
        rows=rows, source="Patientregistret", dry_run=False, by=By.of_program("import-coverage"), at=NOW
    )
    assert (faults, done.faults) == ((), ())


def norrvik_and_sydvik(place: Country, *, year: int = 2025) -> None:
    """44 of 60 and 35 of 50 in one region, 50 of 70 in the other."""
    for clinic, number in ((place.infection, 44), (place.medicine, 35), (place.sydvik, 50)):
        registered(clinic, number, year=year)
    bring({cast.INFECTION: 60, cast.MEDICINE: 50, cast.SYDVIK: 70}, year=year)


def told(year: int = 2025) -> dict[str, tuple[int | None, int]]:
    found = public_coverage(year).get("pneumoni")
    if found is None:
        return {}
    regions = {area.name: (figure.x, figure.n) for area, figure in found.regions.items()}
    return {"": (found.country.x, found.country.n)} | regions


def test_an_edition_tells_of_the_country_and_its_regions_and_of_no_clinic(here: Ward) -> None:
    norrvik_and_sydvik(here.place)
    make_edition(at=NOW)
    assert told() == {"": (129, 180), "Region Norrvik": (79, 110), "Region Sydvik": (50, 70)}
    assert not EditionCell.objects.filter(indicator=REGISTERED).exclude(clinic=None).exists()


def test_a_year_is_told_once_whatever_is_signed_or_counted_later(here: Ward) -> None:
    norrvik_and_sydvik(here.place)
    make_edition(at=NOW)
    before = told()
    registered(here.place.sydvik, 51)
    bring({cast.SYDVIK: 72})
    make_edition(at=NOW)
    assert told() == before


@pytest.mark.parametrize(("made", "is_told"), [(datetime(2026, 3, 31, tzinfo=UTC), False), (NOW, True)])
def test_a_year_waits_until_it_is_complete(here: Ward, made: datetime, is_told: bool) -> None:
    norrvik_and_sydvik(here.place)
    make_edition(at=made)
    assert bool(told()) == is_told


def test_the_year_that_is_not_over_is_not_told(here: Ward) -> None:
    norrvik_and_sydvik(here.place, year=2026)
    make_edition(at=NOW)
    assert told(2026) == {}


def test_a_clinic_that_has_registered_and_has_no_count_holds_the_year_back_until_it_has(here: Ward) -> None:
    norrvik_and_sydvik(here.place, year=2024)
    bring({cast.INFECTION: 60, cast.SYDVIK: 70})
    for clinic in (here.place.infection, here.place.medicine, here.place.sydvik):
        registered(clinic, 40)
    make_edition(at=NOW)
    assert (told(2024) != {}, told(2025)) == (True, {})
    bring({cast.MEDICINE: 50})
    make_edition(at=NOW)
    assert told()[""] == (120, 180)


def test_more_registered_than_counted_is_as_if_all_were(here: Ward) -> None:
    norrvik_and_sydvik(here.place)
    registered(here.place.medicine, 53)
    make_edition(at=NOW)
    assert told() == {"": (144, 180)}, "its neighbour would know that it has 50 of 50"


def test_where_all_are_registered_no_coverage_is_told(here: Ward) -> None:
    norrvik_and_sydvik(here.place)
    registered(here.place.sydvik, 70)
    make_edition(at=NOW)
    assert "Region Sydvik" not in told()


def test_a_year_of_which_only_coverage_is_told_has_no_annual_report(here: Ward) -> None:
    norrvik_and_sydvik(here.place)
    make_edition(at=NOW)
    assert years_told() == ()


# --- the attack ------------------------------------------------------------------------------------

Region = dict[int, tuple[int, int]]
"""By clinic: registered, and counted in the file, which all know."""


def country(seed: int) -> list[Region]:
    dice = random.Random(seed)
    clinics = iter(range(99))
    return [{next(clinics): _clinic(dice) for _ in range(dice.randint(1, 4))} for _ in range(dice.randint(1, 4))]


def _clinic(dice: random.Random) -> tuple[int, int]:
    counted = dice.choice([0, dice.randint(1, 6), dice.randint(5, 40)])
    return dice.choice([0, counted, dice.randint(0, counted), max(counted - dice.randint(0, 4), 0)]), counted


def pinned(regions: list[Region], shown: Iterable[frozenset[int]]) -> Iterator[str]:
    """What anybody, or a clinic that knows itself, computes: a clinic or a sum of few.

    `shown`: the groups of clinics of which a coverage is told. Each clinic's number is as high and as low as the sums
    allow, between nobody and its count.
    """
    every = {clinic: counts for region in regions for clinic, counts in region.items()}
    groups = {frozenset(every), *shown} if frozenset(every) in shown else set(shown)
    groups |= {whole - part for whole in groups for part in groups if part < whole}
    rest = frozenset(every).difference(*(one for one in groups if one != frozenset(every)))
    groups |= {rest} if frozenset(every) in groups else set()
    for attacker in (None, *every):
        for group in groups:
            others = {clinic: every[clinic] for clinic in group if clinic != attacker}
            x, n = (sum(counts[i] for counts in others.values()) for i in (0, 1))
            if 0 < x < FEW or 0 < n - x < FEW:
                yield f"{attacker} learns {x} of {n}"
            for clinic, (_, counted) in others.items():
                low, high = max(0, x - (n - counted)), min(counted, x)
                if low == high and (0 < low < FEW or 0 < counted - low < FEW):
                    yield f"{attacker} learns {low} of {counted} at {clinic}"


def shown_by(regions: list[Region], limits: TellingLimits) -> set[frozenset[int]]:
    by_region = {
        number: {clinic: Counts(reached=x, not_reached=n - x) for clinic, (x, n) in region.items()}
        for number, region in enumerate(regions)
    }
    chosen = regions_to_tell([by_region], limits)
    if chosen is None or not whole(by_region.values()).n:
        return set()
    return {frozenset().union(*by_region.values()), *(frozenset(by_region[one]) for one in chosen)}


def test_nobody_computes_a_few_of_a_clinic_although_all_know_the_file() -> None:
    several = 0
    for seed in range(1500):
        regions = country(seed)
        shown = shown_by(regions, LIMITS)
        several += len(shown) > 1
        assert list(pinned(regions, shown)) == [], seed
    assert several > 100, "regions are told"


def test_the_attack_succeeds_by_the_rule_of_other_figures() -> None:
    """Where all of a region are registered, the file says how many each clinic's are."""
    usual = TellingLimits(patients=10, outcome=FEW)
    assert any(list(pinned(regions, shown_by(regions, usual))) for regions in map(country, range(1500)))


def test_the_limits_are_those_of_the_public(here: Ward) -> None:
    assert edition_rules().public.number == LIMITS.patients
    assert edition_rules().smallest.number == LIMITS.outcome
