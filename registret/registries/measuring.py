"""Indicators that were read and are right, and what one comes to for an episode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import product
from typing import Final

from registret.registries.indicators import EXPECTED, UNKNOWN_GROUP, IndicatorDefinition, IndicatorType, Stratum
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
    """Whether it belongs to the population is not known, or of a ratio its group: it stands outside, and is counted
    there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`strata`: those that the episode counts in, `ALL` first, then as `stratum:group`."""

    outcome: CountedAs
    value: Decimal | None
    strata: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """How an indicator is computed from one version of a form. `steps`: those that must be signed before an episode
    counts. `strata`: by code, the condition of each group. `is_expected`: of a ratio, whose strata count together."""

    population: Expression | None
    outcome: Expression
    period: str
    answering: str
    steps: tuple[str, ...]
    strata: Mapping[str, Mapping[str, Expression]]
    is_expected: bool = False

    def of(self, known: Known) -> Measured | None:
        """Return what it comes to; None for an episode outside the population."""
        belongs = True if self.population is None else self.population.value(known)
        if belongs is False:
            return None
        groups = {code: _group(conditions, known) for code, conditions in self.strata.items()}
        if belongs is None or (self.is_expected and UNKNOWN_GROUP in groups.values()):
            return Measured(outcome=CountedAs.UNPLACED, value=None, strata=(ALL,))
        found = self.outcome.value(known)
        value = None
        if found is None:
            outcome = CountedAs.MISSING
        elif isinstance(found, Decimal):
            outcome, value = CountedAs.VALUED, found
        else:
            outcome = CountedAs.REACHED if found is True else CountedAs.NOT_REACHED
        strata = [expected_group(groups.values())] if self.is_expected else map(":".join, groups.items())
        return Measured(outcome=outcome, value=value, strata=(ALL, *strata))


def _group(conditions: Mapping[str, Expression], known: Known) -> str:
    return next((name for name, when in conditions.items() if when.holds(known)), UNKNOWN_GROUP)


def expected_group(groups: Iterable[str]) -> str:
    """As cells name a group that events are expected by: of one group of each stratum, or of the first ones."""
    return f"{EXPECTED}:{'.'.join(groups)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """An indicator of a sub-registry. `expected_by`: the strata of a ratio. `by_version`: how it is computed from each
    version of the form."""

    sub_registry: str
    definition: IndicatorDefinition
    strata: tuple[Stratum, ...]
    expected_by: tuple[Stratum, ...]
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

    @property
    def is_median(self) -> bool:
        return self.definition.type is IndicatorType.MEDIAN

    @property
    def is_ratio(self) -> bool:
        return self.definition.type is IndicatorType.RATIO

    @property
    def may_be_public(self) -> bool:
        """Whether the office can decide to tell all: what is expected is told of groups too small for the public."""
        return not self.is_ratio

    @property
    def expected_groups(self) -> Sequence[str]:
        """Of a ratio, as cells name them; none of others."""
        codes = [[group.code for group in stratum.group] for stratum in self.expected_by]
        return [expected_group(one) for one in product(*codes)] if codes else []
