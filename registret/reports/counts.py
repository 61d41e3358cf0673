"""Counts of episodes, summed up a tree of clinics, and what they come to: numbers are added, percentages never are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from registret.registries.measuring import Indicator
from registret.reports.statistics.intervals import Estimate, median, proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of an indicator. `values`: of a median, how often each occurs. `missing` and `unplaced` stand beside `n`."""

    reached: int = 0
    not_reached: int = 0
    missing: int = 0
    unplaced: int = 0
    values: Mapping[Decimal, int] = field(default_factory=dict)

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
        )

    def __sub__(self, other: Counts) -> Counts:
        """What is left if the counts of a part are taken away."""
        return Counts(
            reached=self.reached - other.reached,
            not_reached=self.not_reached - other.not_reached,
            missing=self.missing - other.missing,
            unplaced=self.unplaced - other.unplaced,
            values=Counter(self.values) - Counter(other.values),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`estimate`: None where there is nobody, or of a median too few. `x`: of a share, who reached the outcome.
    `missing`: None where it may not be told."""

    n: int
    x: int | None
    estimate: Estimate | None
    missing: int | None
    unplaced: int


def figure_of(counts: Counts, indicator: Indicator) -> Figure:
    """What counts come to, with the interval that belongs to the kind of indicator."""
    if indicator.is_share:
        estimate = proportion(counts.reached, counts.n)
    else:
        estimate = median({float(value): number for value, number in counts.values.items()})
    return Figure(
        n=counts.n,
        x=counts.reached if indicator.is_share else None,
        estimate=estimate,
        missing=counts.missing,
        unplaced=counts.unplaced,
    )
