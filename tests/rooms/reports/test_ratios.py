"""Observed against expected, from signed episodes to what a clinic reads: numbers computed by hand, and by numpy."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy
import pytest
from django.db import DatabaseError, transaction
from scipy import stats

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.registries.measuring import Indicator
from registret.registries.queries import indicators_of
from registret.reports.comparing.figures import OneIndicator, one_indicator, overview
from registret.reports.comparing.over_time import over_time
from registret.reports.editions import make_edition
from registret.reports.making import refresh
from registret.reports.models import Cell, Edition, EditionCell
from registret.reports.rebuilding import rebuild
from tests import cast
from tests.cast import ANNA, Country
from tests.rooms.records.scene import ACUTE, DISCHARGE, RESERVE, SAMORDNAD, TOLVAN
from tests.rooms.reports.scene import sign, signed, totals

pytestmark = pytest.mark.django_db

MORTALITY = "died_within_30_days"
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
EDITION, A_YEAR_AGO = datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2025, 11, 1, 4, tzinfo=UTC)
LAST_YEAR, YEAR_BEFORE = date(2025, 12, 1), date(2024, 12, 1)
LOW, HIGH = "expected:low.below_65.female", "expected:high.from_80.male"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    place = cast.country(NOW - timedelta(days=600))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=NOW - timedelta(days=590))
    return place


@pytest.fixture
def anna(place: Country) -> Actor:
    return cast.actor(ANNA, at=NOW - timedelta(hours=1))


def count(clinic_id: int, month: date, **by_group: tuple[int, int]) -> None:
    """How many died and lived, by group, and all of them."""
    groups = {"low": LOW, "high": HIGH}
    named = [(groups[name], counts) for name, counts in by_group.items()]
    every = tuple(sum(counts[which] for _name, counts in named) for which in (0, 1))
    for stratum, (died, lived) in [("", every), *named]:
        Cell.objects.create(
            sub_registry="pneumoni", indicator=MORTALITY, version=1, clinic_id=clinic_id, month=month,
            stratum=stratum, reached=died, not_reached=lived,
        )  # fmt: skip


def seen(anna: Actor) -> OneIndicator:
    return one_indicator(actor=anna, sub_registry="pneumoni", code=MORTALITY, at=NOW)


def arrive(anna: Actor, patient: str, day: str, **different: list[str]) -> str:
    """Of high risk: confused, breathing fast, and old."""
    at = {code: [f"{day}T09:00"] for code in ("antibiotic_at", "blood_cultured_at") if code in ACUTE}
    return signed(anna, patient=patient, at=NOW, arrived_at=f"{day}T08:15", **{"confusion": ["yes"], **at, **different})


def test_from_signatures_to_a_ratio_by_hand(place: Country, anna: Actor) -> None:
    """Of 100 patients in the country 60 died: of three, 1.8 are expected to."""
    for clinic in (place.medicine, place.sydvik):
        count(clinic, LAST_YEAR, low=(10, 10), high=(20, 10))
    make_edition(at=EDITION)
    for patient, day in ((TOLVAN, "01"), (SAMORDNAD, "03"), (RESERVE, "05")):
        episode = arrive(anna, patient, f"2025-12-{day}")
        sign(anna, episode, "discharge", died_on(f"2025-12-{day}"))
    refresh()
    found = seen(anna)
    assert [(one.codes, one.own.n, one.own.x) for one in found.expected_by] == [([], 3, 3)], "one rate for all"
    now = found.figures.now
    assert (now.x, now.n, now.unplaced) == (3, 3, 0)
    assert now.expected == pytest.approx(1.8)
    assert now.estimate is not None
    assert now.estimate.value == pytest.approx(3 / 1.8)
    exact = stats.chi2.ppf(0.025, 6) / 2, stats.chi2.ppf(0.975, 8) / 2
    assert (now.estimate.interval.low, now.estimate.interval.high) == pytest.approx([one / 1.8 for one in exact])


def died_on(day: str) -> dict[str, Sequence[str]]:
    return {**DISCHARGE, "discharged_at": [f"{day}T20:00"], "discharged_to": ["died"]}


def test_where_less_than_one_is_expected_there_is_no_ratio(place: Country, anna: Actor) -> None:
    for clinic in (place.medicine, place.sydvik):
        count(clinic, LAST_YEAR, low=(5, 45))
    make_edition(at=EDITION)
    count(place.infection, LAST_YEAR, low=(2, 7))
    figure = seen(anna).figures.now
    assert (figure.x, figure.n, figure.estimate) == (2, 9, None)
    assert figure.expected == pytest.approx(0.9)


def test_the_ratio_of_the_own_clinic_is_by_the_groups_of_the_country(place: Country, anna: Actor) -> None:
    """By hand: 20 of low risk and 10 of high are expected to give 20 · 0.1 + 10 · 0.4 = 6; 9 died."""
    middle = "expected:middle.from_65.male"
    for clinic in (place.medicine, place.sydvik):
        count(clinic, LAST_YEAR, low=(5, 45), high=(8, 12))
        Cell.objects.create(
            sub_registry="pneumoni", indicator=MORTALITY, version=1, clinic_id=clinic, month=LAST_YEAR, stratum=middle,
            reached=10, not_reached=10,
        )  # fmt: skip
        Cell.objects.filter(clinic_id=clinic, stratum="").update(reached=23, not_reached=67)
    make_edition(at=EDITION)
    count(place.infection, LAST_YEAR, low=(3, 17), high=(6, 4))
    found = seen(anna)
    figure = found.figures.now
    assert figure.expected == pytest.approx(6.0)
    assert figure.estimate is not None
    assert figure.estimate.value == pytest.approx(1.5)
    exact = stats.chi2.ppf(0.025, 18) / 2, stats.chi2.ppf(0.975, 20) / 2
    assert (figure.estimate.interval.low, figure.estimate.interval.high) == pytest.approx([one / 6 for one in exact])
    assert [(one.codes, one.own.n, one.own.x, one.own.expected) for one in found.expected_by] == [
        (["low"], 20, 3, pytest.approx(2.0)), (["middle"], 0, 0, 0.0), (["high"], 10, 6, pytest.approx(4.0)),
    ]  # fmt: skip
    (row,) = [one for one in overview(actor=anna, sub_registry="pneumoni", at=NOW) if one.indicator.is_ratio]
    assert row.now == figure
    quarters = over_time(actor=anna, sub_registry="pneumoni", code=MORTALITY, at=NOW).quarters
    assert {one.first: one.figure.expected for one in quarters}[date(2025, 10, 1)] == pytest.approx(6.0)


def test_an_edition_is_what_numpy_makes_of_the_same_counts(place: Country, anna: Actor) -> None:
    dice = random.Random(7)
    indicator = mortality()
    clinics = [place.infection, place.medicine, place.sydvik]
    shape = (3, len(indicator.expected_groups))
    died = numpy.array([[dice.randint(8, 30) for _ in range(shape[1])] for _ in range(3)])
    lived = numpy.array([[dice.randint(120, 300) for _ in range(shape[1])] for _ in range(3)])
    for row, clinic in enumerate(clinics):
        for column, group in enumerate(["", *indicator.expected_groups], -1):
            of = (died[row].sum(), lived[row].sum()) if not group else (died[row, column], lived[row, column])
            Cell.objects.create(
                sub_registry="pneumoni", indicator=MORTALITY, version=1, clinic_id=clinic, month=LAST_YEAR,
                stratum=group, reached=int(of[0]), not_reached=int(of[1]),
            )  # fmt: skip
    make_edition(at=EDITION)
    sizes = 5 * numpy.floor((died + lived) / 5 + 0.5)
    expected = (sizes * (died.sum(axis=0) / sizes.sum(axis=0))).sum(axis=1)
    cells = EditionCell.objects.filter(indicator=MORTALITY, stratum="")
    of_clinics = {cell.clinic_id: cell for cell in cells.exclude(clinic=None)}
    assert [of_clinics[one].expected for one in clinics] == pytest.approx(list(expected))
    assert [of_clinics[one].reached for one in clinics] == list(died.sum(axis=1))
    country = cells.get(region=None)
    assert country.reached == died.sum()
    assert country.expected == pytest.approx(died.sum())
    norrvik = cells.get(clinic=None, region_id=cast.region_of(place.infection))
    assert norrvik.expected == pytest.approx(expected[:2].sum())
    assert EditionCell.objects.filter(indicator=MORTALITY).exclude(stratum="").count() == shape[1]


def mortality() -> Indicator:
    (found,) = [one for one in indicators_of("pneumoni") if one.is_ratio]
    return found


def test_each_year_is_judged_by_its_own_rates_and_later_months_by_the_newest(place: Country, anna: Actor) -> None:
    for month, counts, at in ((YEAR_BEFORE, (10, 40), A_YEAR_AGO), (LAST_YEAR, (5, 45), EDITION)):
        for clinic in (place.medicine, place.sydvik):
            count(clinic, month, low=counts)
        make_edition(at=at)
    count(place.infection, YEAR_BEFORE, low=(5, 15))
    count(place.infection, LAST_YEAR, low=(1, 9))
    count(place.infection, date(2026, 7, 1), low=(2, 28))
    compared = seen(anna).figures.compared
    assert compared is not None
    assert compared.own.expected == pytest.approx(10 * 0.1)
    now = seen(anna).figures.now
    assert now.expected == pytest.approx(10 * 0.1 + 30 * 0.1), "July in no edition: the rate of last year"
    assert compared.country is not None
    assert compared.country.x == 10
    assert compared.country.expected == pytest.approx(10.0)
    quarters = over_time(actor=anna, sub_registry="pneumoni", code=MORTALITY, at=NOW).quarters
    (before,) = [one.figure for one in quarters if one.first == date(2024, 10, 1)]
    assert before.expected == pytest.approx(20 * 0.2)


def test_who_did_not_reach_the_outcome_is_told_of_nobody_and_the_public_is_told_nothing(place: Country) -> None:
    for clinic in (place.infection, place.medicine, place.sydvik):
        count(clinic, LAST_YEAR, low=(15, 47))
    make_edition(at=EDITION)
    cells = EditionCell.objects.filter(indicator=MORTALITY)
    assert cells.count() > 5
    assert not cells.exclude(not_reached=0, valued=0, is_public=False).exists()
    assert {cell.patients % 5 for cell in cells if cell.patients is not None} == {0}
    for different in ({"not_reached": 9}, {"expected": None}, {"patients": None}):
        about = {"reached": 9, "expected": 9.0, "patients": 20, **different}
        with pytest.raises(DatabaseError, match="edition_cell_ratio_whole"), transaction.atomic():
            EditionCell.objects.create(
                edition=Edition.objects.get(), sub_registry="pneumoni", indicator=MORTALITY, version=1,
                first=LAST_YEAR, last=LAST_YEAR, **about,
            )  # fmt: skip


def test_an_unknown_crb65_is_left_out_and_counted_and_a_rebuild_finds_nothing_to_mend(
    place: Country, anna: Actor
) -> None:
    died = died_on("2026-06-02")
    episode = arrive(anna, TOLVAN, "2026-06-01", confusion=["missing:unknown"])
    sign(anna, episode, "discharge", died, at=NOW)
    sign(anna, arrive(anna, RESERVE, "2026-06-02"), "discharge", died, at=NOW)
    refresh()
    assert totals(MORTALITY) == {"reached": 1, "unplaced": 1}
    assert sum(totals(MORTALITY, group).get("reached", 0) for group in mortality().expected_groups) == 1
    assert seen(anna).figures.now.unplaced == 1
    assert rebuild().was_right
