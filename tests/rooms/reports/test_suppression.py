"""What a clinic sees of others: nobody can tell a few patients from it, not by subtracting either."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest

from registret.reports.counts import Counts
from registret.reports.suppression import SMALL, Areas, shown, shown_groups


def counts(reached: int, not_reached: int, missing: int = 0) -> Counts:
    return Counts(reached=reached, not_reached=not_reached, missing=missing)


def areas(own: Counts, region: Counts, country: Counts) -> Areas:
    """Of three parts that do not overlap: the own clinic, the rest of the region, the rest of the country."""
    return Areas(own=own, region=own + region, country=own + region + country)


def test_large_numbers_are_shown_as_they_are() -> None:
    found = areas(counts(3, 1), counts(20, 10), counts(200, 100))
    told = shown(found, fewest=5)
    assert (told.region, told.country) == (found.region, found.country)


@pytest.mark.parametrize(
    "others",
    [counts(2, 2), counts(4, 30), counts(30, 1), counts(20, 20, missing=3), counts(0, 4), counts(0, 0, missing=2)],
)
def test_few_patients_of_others_are_not_told_though_the_region_is_large(others: Counts) -> None:
    told = shown(areas(counts(50, 50), others, counts(200, 100, missing=20)), fewest=5)
    assert told.region is None
    assert told.country is not None


@pytest.mark.parametrize("others", [counts(5, 5), counts(0, 5), counts(5, 0), counts(9, 9, missing=5)])
def test_nobody_and_five_may_be_told(others: Counts) -> None:
    assert shown(areas(counts(1, 1), others, counts(200, 100)), fewest=5).region is not None


def test_a_region_of_one_clinic_is_its_own_figure() -> None:
    found = areas(counts(3, 1), Counts(), counts(200, 100))
    assert shown(found, fewest=5).region == found.own


def test_the_region_is_hidden_where_the_country_without_it_would_tell_of_few() -> None:
    told = shown(areas(counts(10, 10), counts(30, 30), counts(2, 1)), fewest=5)
    assert (told.region, told.country is not None) == (None, True)


def test_a_definition_may_ask_for_more_patients_and_not_for_fewer() -> None:
    found = areas(counts(1, 1), counts(6, 6), counts(50, 50))
    assert shown(found, fewest=20).region is None
    assert shown(areas(counts(1, 1), counts(0, 4), counts(50, 50)), fewest=1).region is None


def test_one_hidden_group_hides_all_or_it_would_be_the_total_without_the_others() -> None:
    groups = {
        "low": areas(counts(1, 1), counts(30, 30), counts(90, 90)),
        "high": areas(counts(1, 1), counts(1, 3), counts(90, 90)),
    }
    told = shown_groups(groups, fewest=5)
    assert [one.region for one in told.values()] == [None, None]
    assert all(one.country is not None for one in told.values())


def test_medians_are_told_from_five_on() -> None:
    def of(number: int) -> Counts:
        return Counts(values={Decimal(60): number})

    assert shown(areas(of(3), of(4), of(50)), fewest=5).region is None
    assert shown(areas(of(3), of(5), of(50)), fewest=5).region is not None


def test_counts_are_added_and_what_is_subtracted_leaves_no_empty_value() -> None:
    one = Counts(values={Decimal(60): 2, Decimal(75): 1}, missing=1)
    assert (one + one).n == 6
    assert (one - Counts(values={Decimal(75): 1})).values == {Decimal(60): 2}


# --- an attack ------------------------------------------------------------------------------------------------


def told_to_a_thief(found: Areas, fewest: int) -> Iterator[Counts]:
    """What can be computed of others from what is shown and the own figures."""
    told = shown(found, fewest=fewest)
    known = [one for one in (told.region, told.country) if one is not None]
    yield from (one - found.own for one in known)
    if len(known) == 2:
        yield known[1] - known[0]


@pytest.mark.parametrize("fewest", [5, 10])
def test_subtracting_learns_no_number_of_a_few_patients(fewest: int) -> None:
    dice = random.Random(7)
    learnt = 0
    for _ in range(3000):
        parts = [counts(dice.randint(0, 9), dice.randint(0, 9), dice.choice([0, 0, 2, 6])) for _ in range(3)]
        for one in told_to_a_thief(areas(*parts), fewest):
            learnt += 1
            assert one.n == 0 or one.n >= fewest
            assert not any(0 < number < SMALL for number in (one.reached, one.not_reached, one.missing))
    assert learnt > 500, "something is shown at all"


def test_subtracting_groups_learns_none_either() -> None:
    dice = random.Random(11)
    learnt = 0
    for _ in range(3000):
        groups = {
            code: areas(*(counts(dice.choice([0, 3, 6, 9]), dice.choice([0, 2, 7, 11])) for _ in range(3)))
            for code in ("low", "high", "unknown")
        }
        told = shown_groups(groups, fewest=5)
        for code, one in told.items():
            known = [area for area in (one.region, one.country) if area is not None]
            rest = [area - groups[code].own for area in known]
            rest += [known[1] - known[0]] if len(known) == 2 else []
            learnt += len(rest)
            assert not [left for left in rest if 0 < left.reached < SMALL or 0 < left.not_reached < SMALL]
    assert learnt > 100, "something is shown at all"
