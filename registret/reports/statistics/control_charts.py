"""Control charts: limits between which a steady process stays, point by point.

Centre ± 3 standard deviations, clipped where the figure cannot go. Sources: Montgomery 2013, Introduction to
Statistical Quality Control, chapters 6 and 7; Laney 2002, Quality Engineering 14:531 (p′); Benneyan 2001, Health Care
Manag Sci 4:305 (g); Nelson 1994, J Qual Technol 26:239 (t).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean, median
from typing import Final

from registret.reports.statistics.intervals import Interval

SIGMAS: Final = 3.0
RANGE_PER_SIGMA: Final = 1.128
"""d₂ for two points: the mean moving range of a normal distribution, in standard deviations."""
_LARGEST_STEP: Final = 3.267
"""D₄: the upper limit of moving ranges, in mean ranges."""
_WEIBULL: Final = 3.6
"""Times between rare events to the power of 1/3.6 are close to normal."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A centre line, and limits for each point in turn."""

    centre: float
    limits: Sequence[Interval]


def p_chart(events: Sequence[int], sizes: Sequence[int], sigmas: float = SIGMAS) -> Chart:
    """Proportions of patients: events[i] of sizes[i], all sizes above 0."""
    return _p_chart(events, sizes, sigmas)


def p_prime_chart(events: Sequence[int], sizes: Sequence[int], sigmas: float = SIGMAS) -> Chart:
    """Proportions of many patients (thousands), where more than chance makes months differ."""
    return _p_chart(events, sizes, sigmas * _spread_of_scores(events, sizes))


def _p_chart(events: Sequence[int], sizes: Sequence[int], sigmas: float) -> Chart:
    centre = sum(events) / sum(sizes)
    halves = [sigmas * sqrt(centre * (1 - centre) / n) for n in sizes]
    return Chart(centre, [Interval(max(centre - half, 0.0), min(centre + half, 1.0)) for half in halves])


def _spread_of_scores(events: Sequence[int], sizes: Sequence[int]) -> float:
    """Return σ_z: the standard deviation of the points from one to the next, where 1 is chance alone."""
    centre = sum(events) / sum(sizes)
    if not 0 < centre < 1:
        return 1.0
    scores = [(x / n - centre) / sqrt(centre * (1 - centre) / n) for x, n in zip(events, sizes, strict=True)]
    return mean_range(scores) / RANGE_PER_SIGMA


def u_chart(events: Sequence[int], exposures: Sequence[float], sigmas: float = SIGMAS) -> Chart:
    """Events per unit of exposure: events[i] in exposures[i], such as patient days."""
    centre = sum(events) / sum(exposures)
    halves = [sigmas * sqrt(centre / exposure) for exposure in exposures]
    return Chart(centre, [Interval(max(centre - half, 0.0), centre + half) for half in halves])


def c_chart(events: Sequence[int], sigmas: float = SIGMAS) -> Chart:
    """Events where all points have the same exposure."""
    return u_chart(events, [1.0] * len(events), sigmas)


def g_chart(between: Sequence[int], sigmas: float = SIGMAS) -> Chart:
    """How many patients between two rare events. The centre line is the median; limits lie around the mean."""
    mean = fmean(between)
    half = sigmas * sqrt(mean * (mean + 1))
    return Chart(median(between), [Interval(max(mean - half, 0.0), mean + half)] * len(between))


def t_chart(between: Sequence[float]) -> Chart:
    """Time between two rare events, in any unit: individuals on a scale that is close to normal, and back."""
    scaled = individuals([time ** (1 / _WEIBULL) for time in between])
    low, high = scaled.limits[0].low, scaled.limits[0].high
    back = Interval(max(low, 0.0) ** _WEIBULL, high**_WEIBULL)
    return Chart(scaled.centre**_WEIBULL, [back] * len(between))


def individuals(values: Sequence[float]) -> Chart:
    """Single measurements: limits from the moving range, as Montgomery has them (`xmr` follows the NHS).

    Raises:
        ValueError: there are fewer than two values.
    """
    centre, half = fmean(values), SIGMAS * mean_range(values, screened=True) / RANGE_PER_SIGMA
    return Chart(centre, [Interval(centre - half, centre + half)] * len(values))


def mean_range(values: Sequence[float], *, screened: bool = False) -> float:
    """Return the mean of the steps from one value to the next. `screened`: steps of 3.267 times that mean or more are
    dropped once, so that an outlier does not hide itself (Nelson 1982, J Qual Technol 14:172).

    Raises:
        ValueError: there are fewer than two values.
    """
    if len(values) < 2:
        raise ValueError("one value has no moving range")
    steps = [abs(after - before) for before, after in pairwise(values)]
    mean = fmean(steps)
    return fmean([step for step in steps if step < _LARGEST_STEP * mean] or steps) if screened else mean
