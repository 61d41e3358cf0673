"""Counts of episodes, summed up a tree of clinics, and what they come to: numbers are added, percentages never are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from registret.registries.measuring import Indicator
from registret.reports.statistics.intervals import Estimate, Interval, median, proportion, ratio

LEAST_EXPECTED: Final = 1.0
"""Where fewer events are expected, a ratio says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of an indicator. `values`: of a median, how often each occurs. `missing` and `unplaced` stand beside `n`.
    `expected`: of a ratio, how many were expected to reach the outcome; 0 as long as nothing says so."""

    reached: int = 0
    not_reached: int = 0
    missing: int = 0
    unplaced: int = 0
    values: Mapping[Decimal, int] = field(default_factory=dict)
    expected: float = 0.0

    @property
    def n(self) -> int:
        """Of how many the outcome is known."""
        return self.reached + self.not_reached + sum(self.values.values())

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            reached=self.reached + other.reached,
            not_reached=self.not_reached + other.not_reached,
            missing=self.missing + other.missing,
            unplaced=self.unplaced + other.unplaced,
            values=Counter(self.values) + Counter(other.values),
            expected=self.expected + other.expected,
        )

    def __sub__(self, other: Counts) -> Counts:
        """What is left if the counts of a part are taken away."""
        return Counts(
            reached=self.reached - other.reached,
            not_reached=self.not_reached - other.not_reached,
            missing=self.missing - other.missing,
            unplaced=self.unplaced - other.unplaced,
            values=Counter(self.values) - Counter(other.values),
            expected=self.expected - other.expected,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`estimate`: None where there is nobody, of a median too few, or of a ratio too few that were expected. `x`: of a
    share or a ratio, who reached the outcome. `missing`: None where it may not be told. `expected`: of a ratio.
    `is_rounded`: `n` is only nearly that many. `is_standard`: it is the ratio that others are compared with."""

    n: int
    x: int | None
    estimate: Estimate | None
    missing: int | None
    unplaced: int
    expected: float | None = None
    is_rounded: bool = False
    is_standard: bool = False


def figure_of(counts: Counts, indicator: Indicator) -> Figure:
    """What counts come to, with the interval that belongs to the kind of indicator."""
    if indicator.is_ratio:
        estimate = ratio_to_say(counts.reached, counts.expected)
    elif indicator.is_share:
        estimate = proportion(counts.reached, counts.n)
    else:
        estimate = median({float(value): number for value, number in counts.values.items()})
    return Figure(
        n=counts.n,
        x=None if indicator.is_median else counts.reached,
        estimate=estimate,
        missing=counts.missing,
        unplaced=counts.unplaced,
        expected=counts.expected if indicator.is_ratio else None,
    )


def ratio_to_say(observed: int, expected: float) -> Estimate | None:
    """Observed/expected, if enough were expected."""
    return ratio(observed, expected) if expected >= LEAST_EXPECTED else None


def ratio_as_told(observed: int, expected: float, *, patients: int, missing: int | None) -> Figure:
    """As editions tell a ratio: what is expected, and of how many patients, is of groups to the nearest five."""
    return Figure(
        n=patients,
        x=observed,
        estimate=ratio_to_say(observed, expected),
        missing=missing,
        unplaced=0,
        expected=expected,
        is_rounded=True,
    )


def as_standard(ratio: Figure) -> Figure:
    """The ratio of the country, which is 1 by the way that it is counted: it has no interval but itself."""
    if ratio.estimate is None:
        return ratio
    exactly = Interval(ratio.estimate.value, ratio.estimate.value)
    return replace(ratio, estimate=replace(ratio.estimate, interval=exactly), is_standard=True)
