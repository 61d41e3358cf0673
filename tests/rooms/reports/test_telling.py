"""What an edition tells of regions and clinics: not even all of it together, minus what a clinic knows, tells of a few
patients."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, combinations

import pytest

from registret.reports.counts import Counts
from registret.reports.telling import (
    ByRegion,
    TellingLimits,
    clinics_to_tell,
    missing_to_tell,
    regions_to_tell,
    whole,
)

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


def clinics_told(found: ByRegion, *, limits: TellingLimits = FIVE) -> set[int]:
    return set(clinics_to_tell(found, limits, regions=told(found, limits=limits) or set()))


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


def test_the_clinics_of_large_regions_are_told() -> None:
    assert clinics_told(country(BIG, BIG)) == {10, 11, 20, 21}


def test_a_clinic_of_few_hides_as_many_others_of_its_region_as_it_needs_to_disappear_among() -> None:
    few = counts(2, 2)
    two_others = country([*BIG, counts(30, 30), few])
    assert clinics_told(two_others) == {12}, "the clinic of 30 knows itself, so few and 30 are not enough"
    assert clinics_told(country([*BIG, few])) == set()


def test_two_clinics_of_few_do_not_hide_each_other_from_each_other() -> None:
    assert clinics_told(country([*BIG, counts(4, 4), counts(4, 4)])) == {11}


def test_clinics_of_a_region_that_is_hidden_disappear_in_the_rest_of_the_country() -> None:
    found = country(BIG, [counts(90, 90), counts(2, 2)], [counts(20, 20), counts(3, 1)])
    assert told(found) == {1}
    assert clinics_told(found) == {10, 11}


def test_a_clinic_where_nobody_was_counted_is_as_hidden_as_one_of_few() -> None:
    assert clinics_told(country([*BIG, counts(0, 0, missing=9)])) == {10, 11}


def test_a_definition_may_ask_for_more_patients_of_a_clinic() -> None:
    found = country([counts(90, 90), counts(50, 50), counts(6, 6)])
    assert clinics_told(found) == {10, 11, 12}
    assert clinics_told(found, limits=TellingLimits(patients=20, outcome=5)) == set()


# --- an attack ------------------------------------------------------------------------------------------------


def learnt(group: ByRegion, regions: Collection[int], clinics: Collection[int] = ()) -> Iterator[Counts]:
    """All that is computed from the country, these regions and clinics, and the own figures, by each clinic in turn."""
    flat = {clinic: counts for area in group.values() for clinic, counts in area.items()}
    for area in areas(group, regions, clinics):
        total = whole([{clinic: flat[clinic] for clinic in area}])
        yield total
        yield from (total - flat[own] for own in area)


def areas(group: ByRegion, regions: Collection[int], clinics: Collection[int]) -> Iterator[frozenset[int]]:
    """The clinics of each area whose figure is told or can be computed: the country without some of the regions, a
    region, and each of these without some of the clinics."""
    told = frozenset(clinics)
    whole_country = frozenset(chain.from_iterable(group.values()))
    yield from (frozenset([one]) for one in told)
    for region in regions:
        yield from _without_some(frozenset(group[region]), told)
    for chosen in some_of(regions):
        yield from _without_some(whole_country.difference(*(group[one] for one in chosen)), told)


def _without_some(area: frozenset[int], told: frozenset[int]) -> Iterator[frozenset[int]]:
    """Of many that are told: without one or two of them, all of them, and all but one."""
    inside = area & told
    chosen = some_of(inside) if len(inside) < 5 else chain(some_of(inside, most=2), [inside], some_but_one(inside))
    yield from (area - set(one) for one in chosen)


def some_of(things: Collection[int], most: int | None = None) -> Iterator[Collection[int]]:
    for number in range((len(things) if most is None else most) + 1):
        yield from combinations(sorted(things), number)


def some_but_one(things: frozenset[int]) -> Iterator[Collection[int]]:
    return (things - {one} for one in things)


def is_of_few(one: Counts, *, fewest: int = 5) -> bool:
    return 0 < one.n < fewest or any(0 < number < 5 for number in (one.reached, one.not_reached))


def random_country(dice: random.Random, most: int) -> ByRegion:
    def clinic() -> Counts:
        return counts(dice.randint(0, most), dice.randint(0, most))

    return country(*([clinic() for _ in range(dice.choice([1, 1, 2, 3, 5]))] for _ in range(dice.randint(2, 5))))


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


def test_clinics_beside_regions_teach_none_either() -> None:
    dice = random.Random(13)
    clinics_of_all = 0
    for _ in range(200):
        found = random_country(dice, dice.choice([9, 30, 60]))
        regions = told(found)
        if regions is not None:
            clinics = clinics_to_tell(found, FIVE, regions=regions)
            clinics_of_all += len(clinics)
            assert not [one for one in learnt(found, regions, clinics) if is_of_few(one)]
    assert clinics_of_all > 150, "something is told at all"


def test_the_attack_succeeds_if_every_clinic_is_told_that_is_not_small_itself() -> None:
    """Without secondary suppression within the areas."""
    dice = random.Random(13)
    attacked = 0
    for _ in range(200):
        found = random_country(dice, 30)
        regions = told(found)
        if regions:
            clinics = [clinic for area in found.values() for clinic, one in area.items() if one.n and FIVE.allow(one)]
            attacked += any(is_of_few(one) for one in learnt(found, regions, clinics))
    assert attacked > 50


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
