"""Funnels: is a clinic outside of what chance gives?

Decided by exact tails. The limits that are drawn are made of the same tails, so that picture and decision agree.
"""

from __future__ import annotations

from enum import StrEnum

from registret.reports.statistics.intervals import Interval
from registret.reports.statistics.tails import (
    ALARM,
    QUESTION,
    binomial_at_least,
    binomial_at_most,
    binomial_exactly,
    gamma_at_most,
    gamma_quantile,
    poisson_at_least,
    poisson_at_most,
    solve,
    z_score,
)


class FunnelPlace(StrEnum):
    """Where a dot lies: within the limits, outside those of QUESTION, or outside those of ALARM too."""

    WITHIN = "within"
    LOW = "low"
    VERY_LOW = "very_low"
    HIGH = "high"
    VERY_HIGH = "very_high"


def place_of_proportion(x: int, n: int, target: float) -> FunnelPlace:
    """Return whether x of n is what chance gives, were the truth `target`.

    Source: Spiegelhalter 2005, Stat Med 24:1185; the tails themselves instead of an approximation.
    """
    return _place(binomial_at_most(x, n, target), binomial_at_least(x, n, target))


def place_of_ratio(observed: int, expected: float) -> FunnelPlace:
    """Return whether so many are what chance gives, where `expected` were expected."""
    return _place(poisson_at_most(observed, expected), poisson_at_least(observed, expected))


def _place(at_most: float, at_least: float) -> FunnelPlace:
    if at_most < QUESTION:
        return FunnelPlace.VERY_LOW if at_most < ALARM else FunnelPlace.LOW
    if at_least < QUESTION:
        return FunnelPlace.VERY_HIGH if at_least < ALARM else FunnelPlace.HIGH
    return FunnelPlace.WITHIN


def proportion_limits(n: int, target: float, tail: float) -> Interval:
    """Return the limits to draw at n patients: between them lies all that has a tail of at least `tail`.

    Source: Spiegelhalter 2005, appendix A.1.1, item 4, for the lower side. Taken literally it flags too early on the
    upper side, so the upper limit is the mirror of the lower one.
    """
    return Interval(_lower(n, target, tail), 1 - _lower(n, 1 - target, tail))


def _lower(n: int, target: float, tail: float) -> float:
    if not 0 < target < 1:
        return max(target, 0.0)
    below, first = -1, n
    # The smallest count that is not too rare lies in (below, first].
    while first - below > 1:
        middle = (below + first) // 2
        if binomial_at_most(middle, n, target) < tail:
            below = middle
        else:
            first = middle
    share = (binomial_at_most(first, n, target) - tail) / binomial_exactly(first, n, target)
    return max((first - share) / n, 0.0)


def limits_to_draw(most: int, target: float, tail: float) -> list[tuple[int, Interval]]:
    """Return the limits at numbers of patients from 1 to `most`: at each of them while they are few, and limits leap;
    farther apart where they are many."""
    sizes, n = [], 1
    while n < most:
        sizes.append(n)
        n += max(n // 20, 1)
    return [(n, proportion_limits(n, target, tail)) for n in (*sizes, most)]


def score_limits(n: int, target: float, tail: float) -> Interval:
    """Return the limits outside of which Wilson's interval misses the target.

    Source: Public Health England, Technical Guide: funnel plots ("sigma adjustment" is algebraically the same).
    """
    half = z_score(tail) * (target * (1 - target) / n) ** 0.5
    return Interval(max(target - half, 0.0), min(target + half, 1.0))


def ratio_limits(expected: float, tail: float) -> Interval:
    """Return the limits of observed/expected to draw where so many are expected.

    Source: exact limits of a Poisson count; the R package FunnelPlotR draws the same.
    """
    return Interval(gamma_quantile(tail, expected) / expected, gamma_quantile(1 - tail, expected + 1) / expected)


def exact_ratio_limits(expected: float, tail: float) -> Interval:
    """Return the limits of observed/expected between which lies all that `place_of_ratio` finds within chance: where
    the tail of a count, which goes on between whole counts, is `tail`."""
    most = expected + 10 * expected**0.5 + 20
    # Where even a count of 0 is within chance, the limit is 0, which no halving reaches.
    is_rare = poisson_at_most(0, expected) < tail
    low = solve(lambda count: 1 - gamma_at_most(expected, count + 1) - tail, 0.0, most) if is_rare else 0.0
    high = solve(lambda count: tail - gamma_at_most(expected, count), 0.0, most)
    return Interval(low / expected, high / expected)


def ratio_limits_to_draw(least: float, most: float, tail: float) -> list[tuple[float, Interval]]:
    """Return the limits where from `least` to `most` events are expected, closer together where they are few."""
    points, times = 60, (most / least) ** (1 / 60)
    sizes = [least * times**number for number in range(points)]
    return [(expected, exact_ratio_limits(expected, tail)) for expected in (*sizes, most)]


def false_alarms(figures: int, tail: float) -> float:
    """Return how many of so many figures are outside the limits by chance alone, at most."""
    return figures * 2 * tail
