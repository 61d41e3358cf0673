"""Run charts by Anhøj's rules: has the level moved? Needs no distribution, and works from ten points.

Source: Anhøj and Olesen 2014, PLoS One 9:e113825.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log2
from operator import itemgetter
from statistics import median
from typing import Final

from registret.reports.statistics.tails import binomial_at_most

LEAST: Final = 10
"""With fewer useful points there is no verdict."""
_RARE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChart:
    """`useful`: points that do not lie on the centre line. `longest`: the longest run on one side, `crossings`: how
    often the line crosses the centre. `latest`: the point at which the latest run begins, 0 if there is none. `moved`:
    None with too few points for a verdict."""

    centre: float
    useful: int
    longest: int
    crossings: int
    latest: int
    moved: bool | None


def run_chart(values: Sequence[float], centre: float | None = None) -> RunChart:
    """Return the runs of values, in the order of time, around `centre`: their median, if it is not given.

    Raises:
        ValueError: there are no values, and no centre.
    """
    if centre is None:
        if not values:
            raise ValueError("no values have no median")
        centre = median(values)
    sides = [(number, value > centre) for number, value in enumerate(values) if value != centre]
    runs = [list(run) for _, run in groupby(sides, key=itemgetter(1))]
    useful, longest, crossings = len(sides), max(map(len, runs), default=0), max(len(runs) - 1, 0)
    latest = runs[-1][0][0] if runs else 0
    moved = None
    if useful >= LEAST:
        moved = longest > longest_by_chance(useful) or crossings < fewest_crossings_by_chance(useful)
    return RunChart(centre=centre, useful=useful, longest=longest, crossings=crossings, latest=latest, moved=moved)


def longest_by_chance(useful: int) -> int:
    return round(log2(useful)) + 3


def fewest_crossings_by_chance(useful: int) -> int:
    """Return the smallest number of crossings that is not rarer than 5 %."""
    return next(number for number in range(useful) if binomial_at_most(number, useful - 1, 0.5) >= _RARE)
