"""Run charts by Anhøj's rules: has the level moved? Needs no distribution, and works from ten points.

Source: Anhøj and Olesen 2014, PLoS One 9:e113825.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log2
from statistics import median
from typing import Final

from registret.reports.statistics.tails import binomial_at_most

LEAST: Final = 10
"""With fewer useful points there is no verdict."""
_RARE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChart:
    """`useful`: points that do not lie on the centre line. `longest`: the longest run on one side, `crossings`: how
    often the line crosses the centre. `moved`: None with too few points for a verdict."""

    centre: float
    useful: int
    longest: int
    crossings: int
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
    runs = [len(list(run)) for _, run in groupby(value > centre for value in values if value != centre)]
    useful, longest, crossings = sum(runs), max(runs, default=0), max(len(runs) - 1, 0)
    moved = None
    if useful >= LEAST:
        moved = longest > longest_by_chance(useful) or crossings < fewest_crossings_by_chance(useful)
    return RunChart(centre=centre, useful=useful, longest=longest, crossings=crossings, moved=moved)


def longest_by_chance(useful: int) -> int:
    return round(log2(useful)) + 3


def fewest_crossings_by_chance(useful: int) -> int:
    """Return the smallest number of crossings that is not rarer than 5 %."""
    return next(number for number in range(useful) if binomial_at_most(number, useful - 1, 0.5) >= _RARE)
