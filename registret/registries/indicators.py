"""Indicators (indikatorer) as data: `<sub-registry>/indicators.toml`, beside the versions of the form.

This is the shape of the file; `measuring` checks it against the forms and computes it for an episode.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from registret.registries.variables import require_once
from registret.registries.vocabulary import Code, DefinitionPart, Said, Text, Words

UNKNOWN_GROUP: Final = "unknown"
"""The group of a stratum for episodes that none of its conditions holds for."""
EXPECTED: Final = "expected"
"""Instead of a stratum: the groups of all strata that a ratio is expected by, together."""


class IndicatorType(StrEnum):
    SHARE = "share"
    """The share of a population that reaches an outcome."""
    MEDIAN = "median"
    """The median of a number."""
    RATIO = "ratio"
    """How many reach an outcome, divided by how many were expected to: by the country's rates in groups of patients."""


class Better(StrEnum):
    MORE = "more"
    LESS = "less"
    NEITHER = "neither"
    """A difference says little about the care: it may be that of the patients."""


class Levels(DefinitionPart):
    """What is aimed at (`high`), and what is acceptable (`middle`): shares from 0 to 1, or medians in the unit."""

    high: Decimal = Field(strict=False)
    middle: Decimal | None = Field(default=None, strict=False)


class Fewest(DefinitionPart):
    """How many patients an indicator must have before others than the own clinic are shown it. The rules of editions
    may ask for more."""

    others: int = Field(default=5, ge=5)
    public: int = Field(default=10, ge=10)


class StratumGroup(DefinitionPart):
    """`when`: a condition; the first that holds says the group."""

    code: Code
    label: Words
    when: Text


class Stratum(DefinitionPart):
    """A division of patients by which indicators are also counted, so that the like are compared with the like."""

    code: Code
    name: Words
    group: tuple[StratumGroup, ...] = Field(min_length=2, strict=False)

    @model_validator(mode="after")
    def _groups_differ(self) -> Self:
        require_once("group", [group.code for group in self.group])
        if UNKNOWN_GROUP in {group.code for group in self.group}:
            raise ValueError(f"{UNKNOWN_GROUP} is the group of all that no other takes")
        if self.code == EXPECTED:
            raise ValueError(f"{EXPECTED} is the name of the groups of a ratio")
        return self


class IndicatorDefinition(DefinitionPart):
    """`among` and `measures` complete a sentence: *Bland <among>: andelen som <measures>*, or *Bland <among>: medianen
    av <measures>*. `population`: of which episodes; None means all. `outcome`: of a share or a ratio; `value`: of a
    median. `expected_by`: strata of a ratio, the most important first; an episode in an unknown group is not counted.

    `period`: the time that says which month an episode counts in (None: the anchor of the form). `answering`: the step
    whose clinic answers for it (None: the last step that it asks about). `form_from`, `form_until`: the versions of
    the form that it is computed from. `lag_months`: so long after a month its figures are incomplete. A change of what
    is counted is a new `version`. `is_proposed`: no public source defines it, and the steering group has not yet
    decided.
    """

    code: Code
    version: int = Field(ge=1)
    type: IndicatorType = Field(strict=False)
    name: Words
    among: Words
    measures: Words
    population: Text | None = None
    outcome: Text | None = None
    value: Text | None = None
    unit: Said | None = None
    better: Better = Field(strict=False)
    levels: Levels | None = None
    fewest: Fewest = Fewest()
    strata: tuple[Code, ...] = Field(default=(), strict=False)
    expected_by: tuple[Code, ...] = Field(default=(), strict=False)
    period: Code | None = None
    answering: Code | None = None
    form_from: int = Field(default=1, ge=1)
    form_until: int | None = Field(default=None, ge=1)
    lag_months: int = Field(ge=0, le=24)
    about: Words
    reading: Words
    source: Said
    is_proposed: bool

    @property
    def expression(self) -> str:
        """The outcome of a share or a ratio, or the value of a median."""
        return self.outcome or self.value or ""

    @model_validator(mode="after")
    def _says_what_its_type_needs(self) -> Self:
        is_median = self.type is IndicatorType.MEDIAN
        if is_median == (self.outcome is not None) or is_median != (self.value is not None):
            raise ValueError("a share or a ratio has an outcome and no value, a median a value and no outcome")
        if is_median != (self.unit is not None):
            raise ValueError("a median has a unit, and a share or a ratio has none")
        if (self.type is IndicatorType.RATIO) != bool(self.expected_by):
            raise ValueError("a ratio has expected_by, and no other indicator has")
        if self.expected_by and self.strata:
            raise ValueError("a ratio has no strata beside expected_by: their counts could be computed from each other")
        if self.form_until is not None and self.form_until < self.form_from:
            raise ValueError("form_until is less than form_from")
        require_once("stratum", self.strata)
        require_once("stratum", self.expected_by)
        return self

    @model_validator(mode="after")
    def _levels_agree_with_the_direction(self) -> Self:
        if self.levels is None:
            return self
        high, middle = self.levels.high, self.levels.middle
        if self.better is Better.NEITHER:
            raise ValueError("levels need a direction: better is neither")
        if self.type is IndicatorType.SHARE and not all(0 <= one <= 1 for one in (high, middle or high)):
            raise ValueError("the levels of a share lie from 0 to 1")
        if self.type is IndicatorType.RATIO:
            raise ValueError("a ratio is compared with what was expected, and has no levels")
        if middle is not None and (middle >= high if self.better is Better.MORE else middle <= high):
            raise ValueError(f"the middle level is not worse than the high one, and better is {self.better.value}")
        return self


class IndicatorsFile(DefinitionPart):
    stratum: tuple[Stratum, ...] = Field(default=(), strict=False)
    indicator: tuple[IndicatorDefinition, ...] = Field(min_length=1, strict=False)
