"""XmR charts by the rules of NHS England's Making Data Count: is the figure steady, and does it reach its target?

Source: NHS England, Making data count (2023), and its R package NHSRplotthedots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import fmean
from typing import Final

from registret.reports.statistics.control_charts import mean_range
from registret.reports.statistics.intervals import Interval

RANGES: Final = 2.66
"""From mean to limit, in mean moving ranges: 3/1.128, rounded as the NHS does."""
LEAST: Final = 13
"""With fewer points the limits say little."""
_RUN: Final = 7
_WINDOW: Final = 3
_NEAR, _OUTSIDE = 1, 2


class Signal(StrEnum):
    """Why a point is more than chance. The first that holds counts."""

    OUTSIDE = "outside"
    RISE = "rise"
    """The last of seven that rise without a break."""
    FALL = "fall"
    """The last of seven that fall."""
    TWO_OF_THREE = "two_of_three"
    """One of two, of three in a row, that are near the same limit."""
    SHIFT = "shift"
    """The last of seven on one side of the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Xmr:
    """`near`: two thirds of the way to the limits. `signals`: for each point, None if it is chance."""

    mean: float
    limits: Interval
    near: Interval
    signals: Sequence[Signal | None]


def xmr(values: Sequence[float], *, screened: bool = True) -> Xmr:
    """Return the chart of values in the order of time.

    Raises:
        ValueError: there are fewer than two values.
    """
    mean, half = fmean(values), RANGES * mean_range(values, screened=screened)
    limits = Interval(mean - half, mean + half)
    near = Interval(mean - half * 2 / 3, mean + half * 2 / 3)
    return Xmr(mean=mean, limits=limits, near=near, signals=signals(values, mean, limits, near))


def signals(values: Sequence[float], mean: float, limits: Interval, near: Interval) -> list[Signal | None]:
    """Return which of the values are more than chance, and why."""
    zones = [_zone(value, limits, near) for value in values]
    steps = [0, *(_sign(after - before) for before, after in pairwise(values))]
    sides = [_sign(value - mean) for value in values]
    return [_signal(place, zones, steps, sides) for place in range(len(values))]


def _signal(place: int, zones: Sequence[int], steps: Sequence[int], sides: Sequence[int]) -> Signal | None:
    if abs(zones[place]) == _OUTSIDE:
        return Signal.OUTSIDE
    if _unbroken(steps, place, _RUN - 1):
        return Signal.RISE if steps[place] > 0 else Signal.FALL
    if _two_of_three(zones, sides, place):
        return Signal.TWO_OF_THREE
    return Signal.SHIFT if _unbroken(sides, place, _RUN) else None


def _zone(value: float, limits: Interval, near: Interval) -> int:
    """Return ±2 outside the limits, ±1 near them, 0 otherwise."""
    if value > near.high:
        return _OUTSIDE if value > limits.high else _NEAR
    if value < near.low:
        return -_OUTSIDE if value < limits.low else -_NEAR
    return 0


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _unbroken(signs: Sequence[int], place: int, length: int) -> bool:
    """Return whether the `length` signs up to and with `place` are the same, and not 0."""
    run = signs[max(place + 1 - length, 0) : place + 1]
    return len(run) == length and abs(sum(run)) == length


def _two_of_three(zones: Sequence[int], sides: Sequence[int], place: int) -> bool:
    """Return whether this point is near a limit, and another in a window of three on one side of the mean is too."""
    if abs(zones[place]) != _NEAR:
        return False
    firsts = range(max(place - _WINDOW + 1, 0), min(place, len(zones) - _WINDOW) + 1)
    windows = [slice(first, first + _WINDOW) for first in firsts]
    return any(abs(sum(sides[window])) == _WINDOW and zones[window].count(zones[place]) > 1 for window in windows)


class Assurance(StrEnum):
    """Whether a steady process will reach its target."""

    PASSES = "passes"
    FAILS = "fails"
    HIT_OR_MISS = "hit_or_miss"


def assurance(limits: Interval, target: float, *, more_is_better: bool | None) -> Assurance | None:
    """Return what to expect of the points to come, if nothing changes. `more_is_better`: None where neither direction
    is good, and there is nothing to reach."""
    if more_is_better is None:
        return None
    if limits.low <= target <= limits.high:
        return Assurance.HIT_OR_MISS
    return Assurance.PASSES if (target < limits.low) == more_is_better else Assurance.FAILS
