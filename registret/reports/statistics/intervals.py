"""How sure a figure is: intervals of proportions, counts, ratios and medians.

`tail` is the probability on either side: QUESTION gives a 95 % interval, ALARM one of 99.8 %.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, sqrt
from typing import Final, TypeVar

from registret.reports.statistics.tails import QUESTION, binomial_at_most, gamma_quantile, z_score

_Stratum = TypeVar("_Stratum")

_FEW: Final = 10
"""Byar's approximation is used from so many events."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure, and the interval in which the truth may lie. `n`: patients, or events that were expected."""

    value: float
    n: float
    interval: Interval


def proportion(x: int, n: int, tail: float = QUESTION) -> Estimate | None:
    """Return x of n with Wilson's interval; None if n is 0.

    Raises:
        ValueError: x is not between 0 and n.

    Source: Wilson 1927, J Am Stat Assoc 22:209.
    """
    if not 0 <= x <= n:
        raise ValueError(f"{x} of {n} is no proportion")
    if n == 0:
        return None
    z = z_score(tail)
    middle, half, below = 2 * x + z * z, z * sqrt(z * z + 4 * x * (1 - x / n)), 2 * (n + z * z)
    # Rounding must not move what is 0 or 1 in truth.
    low = (middle - half) / below if x else 0.0
    high = (middle + half) / below if x < n else 1.0
    return Estimate(value=x / n, n=n, interval=Interval(low, high))


def exact_count(x: int, tail: float = QUESTION) -> Interval:
    """Return the exact interval of the mean of a Poisson distribution of which x was seen.

    Source: Garwood 1936, Biometrika 28:437.
    """
    return Interval(gamma_quantile(tail, x) if x else 0.0, gamma_quantile(1 - tail, x + 1))


def byar_low(x: int, tail: float = QUESTION) -> float | None:
    """Return the lower end of Byar's interval of a count; None where it would be negative (x is far too small).

    Source: Breslow and Day 1987, Statistical Methods in Cancer Research II, p. 69.
    """
    root = 1 - 1 / (9 * x) - z_score(tail) / (3 * sqrt(x)) if x else 0.0
    return x * root**3 if root > 0 else None


def byar_high(x: int, tail: float = QUESTION) -> float:
    """Return the upper end of Byar's interval of a count."""
    y = x + 1
    return float(y * (1 - 1 / (9 * y) + z_score(tail) / (3 * sqrt(y))) ** 3)


def count(x: int, tail: float = QUESTION) -> Interval:
    """Return the interval of a count: exact below 10, Byar's from there, as Public Health England does."""
    if x < _FEW:
        return exact_count(x, tail)
    return Interval(byar_low(x, tail) or 0.0, byar_high(x, tail))


def ratio(observed: int, expected: float, tail: float = QUESTION) -> Estimate | None:
    """Return observed/expected with the interval of the observed count; None if nothing was expected."""
    if expected <= 0:
        return None
    around = count(observed, tail)
    interval = Interval(around.low / expected, around.high / expected)
    return Estimate(value=observed / expected, n=expected, interval=interval)


def expected_events(sizes: Mapping[_Stratum, int], standard: Mapping[_Stratum, tuple[int, int]]) -> float | None:
    """Return how many events there would have been, had each stratum had the standard's rate of (events, patients).

    None if the standard has no patients in a stratum of ours: no rate can be said there.

    Source: indirect standardisation, Breslow and Day 1987, p. 65.
    """
    expected = 0.0
    for stratum, size in sizes.items():
        events, patients = standard.get(stratum, (0, 0))
        if size and not patients:
            return None
        expected += size * events / patients if size else 0.0
    return expected


def quantile(counts: Mapping[float, int], share: float) -> float | None:
    """Return the smallest value that at least `share` of all values do not exceed, from how often each occurs.

    Of an even number of values, the median is the mean of the two in the middle. None of no values.
    """
    values, reached = _ordered(counts)
    if not reached:
        return None
    rank = share * reached[-1]
    place = max(ceil(rank - 1e-9), 1)
    here = _at(values, reached, place)
    if share == 0.5 and place == rank:
        return (here + _at(values, reached, place + 1)) / 2
    return here


def median(counts: Mapping[float, int], tail: float = QUESTION) -> Estimate | None:
    """Return the median with an interval between two of the values, which holds for any distribution.

    None if there are too few values for an interval: fewer than 6 for 95 %.

    Source: Conover 1999, Practical Nonparametric Statistics, 3.2.
    """
    values, reached = _ordered(counts)
    n = reached[-1] if reached else 0
    # Fewer than `rank` values below the median are too rare to believe.
    rank = bisect_right(range(n // 2 + 1), tail, key=lambda k: binomial_at_most(k, n, 0.5))
    middle = quantile(counts, 0.5)
    if rank == 0 or middle is None:
        return None
    interval = Interval(_at(values, reached, rank), _at(values, reached, n - rank + 1))
    return Estimate(value=middle, n=n, interval=interval)


def _ordered(counts: Mapping[float, int]) -> tuple[Sequence[float], Sequence[int]]:
    """Return the values in order, and how many there are up to and with each."""
    values = sorted(value for value, times in counts.items() if times)
    return values, list(accumulate(counts[value] for value in values))


def _at(values: Sequence[float], reached: Sequence[int], rank: int) -> float:
    """Return the value of this rank, from 1."""
    return next(value for value, so_far in zip(values, reached, strict=True) if so_far >= rank)
