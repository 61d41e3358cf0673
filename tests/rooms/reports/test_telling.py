"""What an edition tells of regions: not even all of it together, minus what a clinic knows, tells of a few patients."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

import pytest

from registret.reports.counts import Counts
from registret.reports.telling import ByRegion, TellingLimits, missing_to_tell, regions_to_tell, whole

FIVE = TellingLimits(patients=5, outcome=5)
TEN = TellingLimits(patients=10, outcome=5)


def counts(reached: int, not_reached: int, missing: int = 0) -> Counts:
    return Counts(reached=reached, not_reached=not_reached, missing=missing)


def country(*regions: Collection[Counts]) -> ByRegion:
    """Regions 1, 2 …, each with its clinics."""
    return {
        number: {10 * number + clinic: one for clinic, one in enumerate(clinics)}
        for number, clinics in enumerate(regions, 1)
    }


def told(*groups: ByRegion, limits: TellingLimits = FIVE, among: Collection[int] | None = None) -> set[int] | None:
    found = regions_to_tell(groups, limits, among=among)
    return None if found is None else set(found)


BIG = [counts(20, 10), counts(30, 20)]


def test_large_regions_are_told() -> None:
    assert told(country(BIG, BIG)) == {1, 2}


def test_a_region_of_one_clinic_tells_that_clinic_nothing_new() -> None:
    assert told(country(BIG, [counts(50, 50)])) == {1, 2}


@pytest.mark.parametrize(
    "small",
    [counts(2, 2), counts(4, 30), counts(30, 1), counts(0, 4)],
)
def test_a_region_is_hidden_that_would_tell_one_of_its_clinics_of_few_at_the_other(small: Counts) -> None:
    assert told(country(BIG, BIG, [counts(50, 50), small], [counts(20, 20)])) == {1, 2}


@pytest.mark.parametrize("few", [counts(5, 5), counts(0, 5), counts(5, 0), counts(9, 9, missing=1), Counts()])
def test_nobody_and_five_may_be_told(few: Counts) -> None:
    assert told(country(BIG, [counts(50, 50), few])) == {1, 2}


def test_one_hidden_region_hides_the_smallest_of_the_others_or_it_would_be_the_country_without_them() -> None:
    found = told(country(BIG, [counts(200, 100)], [counts(2, 1)]))
    assert found == {2}


def test_of_how_many_the_outcome_is_unknown_is_told_of_the_country_unless_they_are_few() -> None:
    assert missing_to_tell(country([counts(9, 9, missing=3)], [counts(9, 9, missing=9)]), FIVE) is None
    assert missing_to_tell(country([counts(9, 9, missing=6)], [counts(9, 9, missing=9)]), FIVE) == 15
    assert missing_to_tell(country([counts(9, 9)]), FIVE) == 0


def test_a_country_of_few_is_not_told() -> None:
    assert told(country([counts(2, 1)])) is None
    assert told(country([counts(9, 9)], [counts(2, 1)])) is None, "the first region would know the other"


def test_one_hidden_group_hides_all_of_the_region_and_no_group_is_told_whose_total_is_hidden() -> None:
    low = country(BIG, BIG, BIG)
    high = country([counts(50, 50), counts(1, 3)], BIG, BIG)
    assert told(low) == {1, 2, 3}
    hidden = told(low, high)
    assert hidden is not None
    assert 1 not in hidden
    assert told(low, among=[2, 3]) == {2, 3}


def test_a_definition_may_ask_for_more_patients_and_not_for_fewer() -> None:
    found = country(BIG, BIG, [counts(6, 6)])
    assert told(found) == {1, 2, 3}
    assert 3 not in (told(found, limits=TellingLimits(patients=20, outcome=5)) or ())
    assert told(country([counts(0, 4)]), limits=TellingLimits(patients=1, outcome=5)) is None


# --- an attack ------------------------------------------------------------------------------------------------


def learnt(group: ByRegion, regions: Collection[int]) -> Iterator[Counts]:
    """All that is computed from the country, these regions, and the own clinic's figures, by each clinic in turn."""
    shown = {region: whole([group.get(region, {})]) for region in regions}
    everything = whole(group.values())
    parts = [(frozenset([region]), counts) for region, counts in shown.items()]
    for number in range(len(shown) + 1):
        for chosen in combinations(sorted(shown), number):
            left = everything - sum((shown[one] for one in chosen), Counts())
            parts.append((frozenset(group) - set(chosen), left))
    for regions_of_part, total in parts:
        yield total
        yield from (total - own for region in regions_of_part for own in group[region].values())


def is_of_few(one: Counts, *, fewest: int = 5) -> bool:
    return 0 < one.n < fewest or any(0 < number < 5 for number in (one.reached, one.not_reached))


def random_country(dice: random.Random, most: int) -> ByRegion:
    def clinic() -> Counts:
        return counts(dice.randint(0, most), dice.randint(0, most))

    return country(*([clinic() for _ in range(dice.choice([1, 1, 2, 3]))] for _ in range(dice.randint(2, 5))))


def test_all_that_is_told_together_teaches_no_clinic_a_number_of_a_few_patients() -> None:
    dice = random.Random(7)
    regions_told = 0
    for _ in range(2000):
        found = random_country(dice, dice.choice([9, 30]))
        regions = told(found)
        if regions is not None:
            regions_told += len(regions)
            assert not [one for one in learnt(found, regions) if is_of_few(one)]
    assert regions_told > 500, "something is told at all"


def test_the_public_learns_no_number_of_fewer_than_its_own_limit_either() -> None:
    """Not even a reader who knows all of one clinic."""
    dice = random.Random(13)
    regions_told = 0
    for _ in range(2000):
        found = random_country(dice, dice.choice([9, 30]))
        others = told(found)
        public = None if others is None else told(found, limits=TEN, among=others)
        if public is not None:
            regions_told += len(public)
            assert public <= (others or set())
            assert not [one for one in learnt(found, public) if is_of_few(one, fewest=10)]
    assert regions_told > 500, "something is told at all"


def test_the_public_would_learn_of_few_from_what_others_are_told() -> None:
    dice = random.Random(13)
    found = [random_country(dice, 9) for _ in range(500)]
    attacked = [one for one in found for few in learnt(one, told(one) or ()) if told(one) and is_of_few(few, fewest=10)]
    assert attacked


def test_the_attack_succeeds_if_only_what_is_small_itself_is_hidden() -> None:
    """Without secondary suppression: each region that could be told alone."""
    dice = random.Random(7)
    found = [random_country(dice, 30) for _ in range(200)]
    alone: list[tuple[ByRegion, set[int]]] = [
        (one, {region for region in one if region in (told({region: one[region]}) or ())}) for one in found
    ]
    attacked = [one for one, regions in alone if regions and any(map(is_of_few, learnt(one, regions)))]
    assert len(attacked) > 50


def test_groups_teach_none_either() -> None:
    dice = random.Random(11)
    regions_told = 0
    for _ in range(1000):
        whole_country = random_country(dice, 60)
        groups = [_half(whole_country, dice), {}]
        groups[1] = {r: {c: n - groups[0][r][c] for c, n in clinics.items()} for r, clinics in whole_country.items()}
        totals = told(whole_country)
        found = None if totals is None else told(*groups, among=totals)
        if found is not None:
            regions_told += len(found)
            assert found <= (totals or set())
            assert not [one for group in groups for one in learnt(group, found) if is_of_few(one)]
    assert regions_told > 50, "something is told at all"


def _half(group: ByRegion, dice: random.Random) -> dict[int, Mapping[int, Counts]]:
    def part(one: Counts) -> Counts:
        return counts(dice.randint(0, one.reached), dice.randint(0, one.not_reached))

    return {region: {clinic: part(one) for clinic, one in clinics.items()} for region, clinics in group.items()}
