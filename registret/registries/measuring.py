"""Indicators that were read and are right, and what one comes to for an episode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registret.registries.indicators import UNKNOWN_GROUP, IndicatorDefinition, IndicatorType, Stratum
from registret.registries.language.evaluating import Known
from registret.registries.language.expressions import Expression

ALL: Final = ""
"""The stratum of all episodes."""


class CountedAs(StrEnum):
    """What an indicator comes to for an episode that it may concern."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    VALUED = "valued"
    """Of a median: there is a number."""
    MISSING = "missing"
    """It belongs to the population, and whether the outcome was reached is not known."""
    UNPLACED = "unplaced"
    """Whether it belongs to the population is not known: it stands outside, and is counted there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`strata`: those that the episode counts in, `ALL` first, then as `stratum:group`."""

    outcome: CountedAs
    value: Decimal | None
    strata: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """How an indicator is computed from one version of a form. `steps`: those that must be signed before an episode
    counts. `strata`: by code, the condition of each group."""

    population: Expression | None
    outcome: Expression
    period: str
    answering: str
    steps: tuple[str, ...]
    strata: Mapping[str, Mapping[str, Expression]]

    def of(self, known: Known) -> Measured | None:
        """Return what it comes to; None for an episode outside the population."""
        belongs = True if self.population is None else self.population.value(known)
        if belongs is False:
            return None
        if belongs is None:
            return Measured(outcome=CountedAs.UNPLACED, value=None, strata=(ALL,))
        found = self.outcome.value(known)
        value = None
        if found is None:
            outcome = CountedAs.MISSING
        elif isinstance(found, Decimal):
            outcome, value = CountedAs.VALUED, found
        else:
            outcome = CountedAs.REACHED if found is True else CountedAs.NOT_REACHED
        return Measured(outcome=outcome, value=value, strata=(ALL, *self._strata(known)))

    def _strata(self, known: Known) -> Iterator[str]:
        for code, groups in self.strata.items():
            group = next((name for name, when in groups.items() if when.holds(known)), UNKNOWN_GROUP)
            yield f"{code}:{group}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """An indicator of a sub-registry. `by_version`: how it is computed from each version of the form."""

    sub_registry: str
    definition: IndicatorDefinition
    strata: tuple[Stratum, ...]
    by_version: Mapping[int, Measurement]

    @property
    def code(self) -> str:
        return self.definition.code

    @property
    def key(self) -> tuple[str, str]:
        """Codes of the sub-registry and of the indicator: one of all."""
        return self.sub_registry, self.definition.code

    @property
    def is_share(self) -> bool:
        return self.definition.type is IndicatorType.SHARE
