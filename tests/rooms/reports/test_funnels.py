"""Funnels: what is drawn is what is decided, and clinics differ only where chance does not explain it."""

from __future__ import annotations

import random

import pytest

from registret.reports.statistics.funnels import (
    FunnelPlace,
    exact_ratio_limits,
    limits_to_draw,
    place_of_proportion,
    place_of_ratio,
    ratio_limits_to_draw,
)
from registret.reports.statistics.overdispersion import is_beyond_chance, spread_of_proportions
from registret.reports.statistics.tails import ALARM, QUESTION


@pytest.mark.parametrize("target", [0.05, 0.5, 0.83])
def test_a_dot_lies_outside_the_lines_exactly_where_it_is_decided_to_be(target: float) -> None:
    inside = {QUESTION: {FunnelPlace.WITHIN}, ALARM: {FunnelPlace.WITHIN, FunnelPlace.LOW, FunnelPlace.HIGH}}
    for tail, places in inside.items():
        for n, limits in limits_to_draw(90, target, tail):
            for x in range(n + 1):
                drawn_inside = limits.low - 1e-9 <= x / n <= limits.high + 1e-9
                assert drawn_inside == (place_of_proportion(x, n, target) in places), (n, x)


def test_limits_are_drawn_for_each_small_number_and_up_to_the_last() -> None:
    sizes = [n for n, _ in limits_to_draw(1000, 0.8, QUESTION)]
    assert sizes[:40] == list(range(1, 41))
    assert sizes[-1] == 1000
    assert len(sizes) < 120
    assert [n for n, _ in limits_to_draw(1, 0.8, QUESTION)] == [1]


def test_fewer_than_twenty_clinics_say_nothing_of_their_spread() -> None:
    assert spread_of_proportions([(8, 10)] * 19, 0.8) is None


def test_clinics_that_are_alike_differ_by_no_more_than_chance() -> None:
    dice = random.Random(5)
    found = 0
    for _ in range(100):
        counts = [(sum(dice.random() < 0.8 for _ in range(80)), 80) for _ in range(30)]
        spread = spread_of_proportions(counts, 0.8)
        assert spread is not None
        found += is_beyond_chance(spread, 30)
    assert found <= 5


def test_clinics_of_two_kinds_differ_by_more_than_chance() -> None:
    spread = spread_of_proportions([(90, 100), (70, 100)] * 12, 0.8)
    assert spread is not None
    assert is_beyond_chance(spread, 24)
    assert not is_beyond_chance(spread_of_proportions([(80, 100)] * 24, 0.8) or spread, 24)


@pytest.mark.parametrize("tail", [QUESTION, ALARM])
@pytest.mark.parametrize("expected", [0.4, 1.0, 3.7, 15.0, 62.5, 240.627])
def test_the_limits_of_a_ratio_lie_where_the_tails_of_its_counts_do(expected: float, tail: float) -> None:
    limits = exact_ratio_limits(expected, tail)
    for observed in range(int(expected * 3) + 20):
        place = place_of_ratio(observed, expected)
        low = {FunnelPlace.VERY_LOW} | ({FunnelPlace.LOW} if tail == QUESTION else set())
        high = {FunnelPlace.VERY_HIGH} | ({FunnelPlace.HIGH} if tail == QUESTION else set())
        assert (observed / expected < limits.low) == (place in low)
        assert (observed / expected > limits.high) == (place in high)


def test_the_limits_of_a_ratio_are_the_published_ones_where_a_count_is_just_significant() -> None:
    """Public Health England: where so many are expected, 1, 2 and 3 are just significantly few."""
    for observed, expected in ((1, 5.571644), (2, 7.224688), (3, 8.767274)):
        assert exact_ratio_limits(expected, QUESTION).low == pytest.approx(observed / expected, abs=1e-5)
    for observed, expected in ((1, 0.025318), (2, 0.242209), (3, 0.618672)):
        assert exact_ratio_limits(expected, QUESTION).high * expected == pytest.approx(observed, abs=1e-4)
    assert [expected for expected, _limit in ratio_limits_to_draw(2, 50, ALARM)][::60] == [2, 50]
