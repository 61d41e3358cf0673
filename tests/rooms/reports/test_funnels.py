"""Funnels: what is drawn is what is decided, and clinics differ only where chance does not explain it."""

from __future__ import annotations

import random

import pytest

from registret.reports.statistics.funnels import FunnelPlace, limits_to_draw, place_of_proportion
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
