"""What is expected of a clinic: rates of the country that can be told, and sizes of groups that tell of no few."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product

import pytest

from registret.registries.measuring import Indicator, expected_group
from registret.registries.queries import indicators_of
from registret.reports.counts import Counts
from registret.reports.expecting import Expecting, Part, expecting, nearest, parts_of
from registret.reports.telling import ByRegion, TellingLimits, clinics_to_tell, regions_to_tell

FIVE = TellingLimits(patients=5, outcome=5)
Groups = dict[str, dict[int, dict[int, Counts]]]


@pytest.fixture(scope="module")
def mortality() -> Indicator:
    (found,) = [one for one in indicators_of("pneumoni") if one.is_ratio]
    return found


def groups_of(indicator: Indicator, clinics: Mapping[int, Mapping[str, tuple[int, int]]]) -> Groups:
    """Of clinics (region 1 has those below 20, region 2 those below 30 …): by the start of the name of a group, how
    many died and lived. What is named by one stratum only is put into its first groups of the others."""
    found: Groups = {}
    for clinic, by_group in clinics.items():
        for start, (died, lived) in by_group.items():
            whole = expected_group([start])
            name = next(one for one in indicator.expected_groups if f"{one}.".startswith(f"{whole}."))
            found.setdefault(name, {}).setdefault(clinic // 10, {})[clinic] = Counts(reached=died, not_reached=lived)
    return found


def summed(groups: Groups) -> ByRegion:
    found: dict[int, dict[int, Counts]] = {}
    for by_region in groups.values():
        for region, area in by_region.items():
            for clinic, counts in area.items():
                of_region = found.setdefault(region, {})
                of_region[clinic] = of_region.get(clinic, Counts()) + counts
    return found


def told(groups: Groups) -> tuple[ByRegion, tuple[Part, ...]]:
    every = summed(groups)
    regions = regions_to_tell([every], FIVE) or frozenset()
    clinics = clinics_to_tell(every, FIVE, regions=regions)
    return every, parts_of(every, regions=regions, clinics=clinics)


def found(indicator: Indicator, clinics: Mapping[int, Mapping[str, tuple[int, int]]]) -> Expecting:
    groups = groups_of(indicator, clinics)
    _every, parts = told(groups)
    made = expecting(indicator, groups, parts, FIVE)
    assert made is not None
    return made


def test_expected_is_the_size_of_each_group_times_the_rate_of_the_country(mortality: Indicator) -> None:
    """By hand: 30 of 300 die where the risk is low, 60 of 150 where it is high, and nobody in the middle is there."""
    made = found(
        mortality,
        {
            10: {"low": (10, 90), "middle": (10, 40), "high": (20, 30)},
            20: {"low": (20, 180), "middle": (10, 40), "high": (40, 60)},
        },
    )
    assert set(made.pools) == {"expected:low", "expected:middle", "expected:high"}
    assert made.expected({10}) == pytest.approx(100 * 30 / 300 + 50 * 20 / 100 + 50 * 60 / 150)
    assert made.expected({10}) == pytest.approx(40.0)
    assert made.expected({20}) == pytest.approx(200 * 0.1 + 50 * 0.2 + 100 * 0.4)
    assert made.expected({10, 20}) == pytest.approx(110), "as many as died"
    assert made.patients({10}) == 200


def test_a_group_of_few_deaths_is_put_together_with_the_others_of_its_stratum(mortality: Indicator) -> None:
    made = found(
        mortality,
        {
            10: {"low.below_65": (0, 100), "low.from_65": (10, 50), "low.from_80": (20, 80)},
            20: {"low.below_65": (3, 97), "low.from_65": (10, 50), "low.from_80": (20, 80)},
        },
    )
    assert set(made.pools) == {"expected:"}, "nobody has middle or high, and three deaths cannot be told"
    assert made.pools["expected:"].events == 63


def test_a_rate_that_would_tell_a_clinic_of_few_deaths_elsewhere_is_not_told(mortality: Indicator) -> None:
    level = {"middle": (10, 40), "high": (20, 30)}
    made = found(mortality, {10: {"low": (10, 90), **level}, 20: {"low": (2, 98), **level}})
    assert set(made.pools) == {"expected:"}, "the first clinic would subtract its ten of twelve"


def test_small_clinics_of_which_none_has_three_in_a_group_do_not_make_a_rate(mortality: Indicator) -> None:
    """To the nearest five each of them has nobody there, though the country has many."""
    clinics = {10 * n: {"low": (20, 80), "middle": (1, 1), "high": (10, 30)} for n in range(1, 13)}
    made = found(mortality, clinics)
    assert set(made.pools) == {"expected:"}


def test_a_country_of_few_has_no_rate(mortality: Indicator) -> None:
    groups = groups_of(mortality, {10: {"low": (2, 90)}, 20: {"low": (1, 90)}})
    assert expecting(mortality, groups, parts_of(summed(groups), regions=(), clinics=()), FIVE) is None
    assert expecting(mortality, {}, (), FIVE) is None


def test_the_parts_of_a_country_are_what_is_told_and_what_is_left() -> None:
    one = Counts(reached=9, not_reached=9)
    country = {1: {10: one, 11: one, 12: one}, 2: {20: one}, 3: {30: one}}
    parts = parts_of(country, regions={1}, clinics={10, 30})
    assert set(parts) == {frozenset({10}), frozenset({30}), frozenset({11, 12}), frozenset({20})}


@pytest.mark.parametrize(("number", "rounded"), [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15)])
def test_the_nearest_five(number: int, rounded: int) -> None:
    assert nearest(number, 5) == rounded


@pytest.mark.parametrize("step", [5, 6, 7, 10])
def test_no_rounded_number_is_of_few_only_whatever_one_clinic_subtracts(step: int) -> None:
    for rounded, own in product(range(0, 60, step), range(12)):
        others = {number - own for number in range(own, 80) if nearest(number, step) == rounded}
        assert not others or not others <= set(range(1, step))


# --- an attack ------------------------------------------------------------------------------------------------


def random_country(indicator: Indicator, dice: random.Random) -> Groups:
    regions = [10, 11, 12, 20, 21, 30][: dice.choice([3, 4, 6])]
    some = {"low": (0, 2, 8, 30), "middle": (0, 3, 9), "high": (0, 1, 4, 12)}
    return groups_of(
        indicator,
        {
            clinic: {
                group: (dice.choice(sizes) // 3 + dice.randint(0, 4), dice.choice(sizes) + dice.randint(0, 5))
                for group, sizes in some.items()
            }
            for clinic in regions
        },
    )


def solutions(
    expected: float, rates: Sequence[float], *, step: int, own: Sequence[int], most: Sequence[int]
) -> Iterator[tuple[int, ...]]:
    """All sizes of groups that give so many expected events; less the own patients, whom the attacker knows."""
    for sizes in product(*(range(one, each + 8) for one, each in zip(own, most, strict=True))):
        seen = sum(nearest(n, step) * rate for n, rate in zip(sizes, rates, strict=True))
        if abs(seen - expected) < 1e-9:
            yield tuple(n - one for n, one in zip(sizes, own, strict=True))


def few_learnt(indicator: Indicator, groups: Groups, *, step: int) -> list[tuple[Part, int]]:
    """Of which parts an attacker learns that a group is of one to four patients. `step`: to which sizes were rounded
    before the expected number was made of them; the attacker knows how it is made, and all rates."""
    _every, parts = told(groups)
    made = expecting(indicator, groups, parts, FIVE)
    if made is None or len(made.pools) > 3:
        return []
    rates = [pool.events / max(pool.patients, 1) for pool in made.pools.values()]
    learnt = []
    for part in parts:
        sizes = sizes_of(groups, made, part)
        expected = sum(nearest(n, step) * rate for n, rate in zip(sizes, rates, strict=True))
        if step == FIVE.patients:
            assert made.expected(part) == pytest.approx(expected), "what is told"
        for own in [(0,) * len(rates), *(sizes_of(groups, made, {one}) for one in part if len(part) > 1)]:
            possible = list(solutions(expected, rates, step=step, own=own, most=sizes))
            assert possible
            for number in range(len(rates)):
                if {one[number] for one in possible} <= {1, 2, 3, 4}:
                    learnt.append((part, number))
    return learnt


def sizes_of(groups: Groups, made: Expecting, clinics: Collection[int]) -> tuple[int, ...]:
    return tuple(
        sum(
            counts.n
            for name, by_region in groups.items()
            if name == pool or name.startswith(f"{pool}.") or pool == "expected:"
            for area in by_region.values()
            for clinic, counts in area.items()
            if clinic in clinics
        )
        for pool in made.pools
    )


@pytest.mark.parametrize("seed", range(6))
def test_nobody_learns_that_a_group_is_of_one_to_four_patients(mortality: Indicator, seed: int) -> None:
    dice = random.Random(seed)
    assert [few_learnt(mortality, random_country(mortality, dice), step=5) for _ in range(4)] == [[]] * 4


def test_the_attack_succeeds_where_sizes_are_not_rounded(mortality: Indicator) -> None:
    clinics = {
        10: {"low": (10, 20), "middle": (5, 15), "high": (1, 1)},
        11: {"low": (10, 25), "middle": (7, 18), "high": (11, 19)},
        20: {"low": (8, 20), "middle": (6, 14), "high": (12, 18)},
    }
    groups = groups_of(mortality, clinics)
    assert few_learnt(mortality, groups, step=5) == []
    assert few_learnt(mortality, groups, step=1) != []
