"""Is it true that chance alone puts at most 5 % of the clinics that are judged outside of 95 %, and 0.2 % outside of
99.8 %, though editions hide small counts and tell of zero? Computed exactly, from all counts that may be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy.stats import binom, poisson

from registret.reports.judging import is_ratio_seldom_hidden, is_share_seldom_hidden
from registret.reports.statistics.tails import ALARM, QUESTION

MANY = 100_000
"""Patients, of whom so many do not reach the outcome that it hides nothing."""
TIMES = (1, 1.05, 1.2, 1.5, 2.2, 5)
"""How much more than the least is expected in a half-year."""


def periods(least: float) -> Iterator[tuple[float, ...]]:
    sizes = [least * times for times in TIMES]
    yield from ((one,) * number for number in (1, 4) for one in sizes)
    yield from combinations_with_replacement(sizes, 2)


def outside(told: Sequence[np.ndarray], at_most: np.ndarray, at_least: np.ndarray) -> tuple[float, float]:
    """How probable a sum outside of each pair of limits is. `told`: of each period, the probability of each count that
    an edition tells of; `at_most`, `at_least`: the tails that decide, of each sum."""
    sums = reduce(np.convolve, told)
    rare = np.minimum(at_most, at_least)
    of_question, of_alarm = (sums[rare[: len(sums)] < tail].sum() / sums.sum() for tail in (QUESTION, ALARM))
    return of_question, of_alarm


def of_counts(expected: Sequence[float], few: int) -> tuple[float, float]:
    counts = np.arange(int(3 * sum(expected)) + 60)
    is_told = (counts == 0) | (counts >= few)
    sums = np.arange(len(counts) * len(expected))
    tails = poisson.cdf(sums, sum(expected)), poisson.sf(sums - 1, sum(expected))
    return outside([poisson.pmf(counts, one) * is_told for one in expected], *tails)


def of_shares(patients: Sequence[int], share: float, few: int) -> tuple[float, float]:
    told = []
    for n in patients:
        counts = np.arange(n + 1)
        may_be = [(one == 0) | (one >= few) for one in (counts, n - counts)]
        told.append(binom.pmf(counts, n, share) * may_be[0] * may_be[1])
    sums = np.arange(sum(patients) + 1)
    return outside(told, binom.cdf(sums, sum(patients), share), binom.sf(sums - 1, sum(patients), share))


def assert_promise(found: tuple[float, float], about: object) -> None:
    assert found[0] <= 2 * QUESTION, about
    assert found[1] <= 2 * ALARM, about


@pytest.mark.parametrize(("few", "least"), [(5, 8.0), (10, 14.3)])
def test_of_counts_that_are_judged_chance_puts_no_more_outside_than_the_page_says(few: int, least: float) -> None:
    assert not is_ratio_seldom_hidden(least - 0.1, MANY, least=few)
    assert is_ratio_seldom_hidden(least, MANY, least=few)
    for expected in periods(least):
        assert_promise(of_counts(expected, few), expected)


@pytest.mark.parametrize("few", [5, 10])
@pytest.mark.parametrize("share", [0.03, 0.2, 0.5, 0.65, 0.9])
def test_of_shares_that_are_judged_chance_puts_no_more_outside_than_the_page_says(share: float, few: int) -> None:
    least = next(n for n in range(few, 1000) if is_share_seldom_hidden(n, share, least=few))
    assert not is_share_seldom_hidden(least - 1, share, least=few)
    for sizes in periods(least):
        patients = [int(one) for one in sizes]
        assert_promise(of_shares(patients, share, few), patients)


@pytest.mark.parametrize(("expected", "probability"), [(2.0, 0.60), (3.0, 0.30), (4.0, 0.11)])
def test_where_few_are_expected_those_that_are_told_are_the_unusual_ones(expected: float, probability: float) -> None:
    """So these are not judged."""
    assert of_counts([expected, expected], 5)[0] == pytest.approx(probability, abs=0.02)
    assert not is_ratio_seldom_hidden(expected, MANY, least=5)


def test_few_who_are_expected_without_the_outcome_hide_as_well() -> None:
    assert not is_ratio_seldom_hidden(40, 45, least=5)
    assert not is_share_seldom_hidden(60, 0.95, least=5)
