"""The shape of a definition's TOML files, as values that cannot be changed.

One folder holds one version of one sub-registry: `register.toml` (`RegisterFile`), a file for each step that it names
(`StepFile`), and, if it wants lists of options of its own, `lists.toml` (`ListsFile`). How the parts must fit together
is checked in `building`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from registret.registries.variables import CodeList, Variable, require_once
from registret.registries.vocabulary import (
    Block,
    Code,
    DefinitionPart,
    Layout,
    RegistryCode,
    RegistryState,
    RuleLevel,
    Said,
    Text,
    Unit,
    Words,
)


class Section(DefinitionPart):
    """`layout`: how a page sets its questions. It is no part of the digest: it changes nothing that an answer means."""

    code: Code
    name: Words
    block: Block = Field(default=Block.CORE, strict=False)
    layout: Layout = Field(default=Layout.COLUMN, strict=False, exclude=True)
    intro: Words | None = None
    variable: tuple[Variable, ...] = Field(min_length=1, strict=False)


class Rule(DefinitionPart):
    """`require` must not be false; `about`: the variables that the fault is shown at."""

    code: Code
    require: Text
    message: Words
    about: tuple[Code, ...] = Field(min_length=1, strict=False)
    level: RuleLevel = Field(default=RuleLevel.FLAG, strict=False)


class Reading(DefinitionPart):
    """How to read a score up to and with `most`; the last reading of a score has none. `when`: a condition without
    which the next reading counts."""

    most: Decimal | None = Field(default=None, strict=False)
    when: Text | None = None
    says: Words


class Score(DefinitionPart):
    """Computed, never typed. `version` and `source` say which of several published definitions it is: `source` is a
    citation, the same in both languages, or words where more must be said. If `formula` is a
    condition, what comes out is a yes or a no, and counts 1 or 0 in other expressions. `part_of`: the score that
    this one is a part of and is shown with. `applies_if`: a condition about the patient without which the score does
    not apply. Instead of a formula: `value_set`, of the `version` of the score, and in `levels` the variable of each
    of its dimensions. An episode keeps the version of its form, and so the value set that its index is computed by."""

    code: Code
    version: Text
    source: Said
    name: Words
    formula: Text | None = None
    value_set: Code | None = None
    levels: dict[Code, Code] = {}
    unit: Unit | None = None
    ucum: Text | None = None
    decimals: int = Field(default=0, ge=0, le=3)
    help: Words | None = None
    part_of: Code | None = None
    applies_if: Text | None = None
    reading: tuple[Reading, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _is_computed_in_one_way(self) -> Self:
        if (self.formula is None) == (self.value_set is None):
            raise ValueError("a score has a formula or a value_set")
        if (self.value_set is None) == bool(self.levels):
            raise ValueError("a score has levels if it has a value_set, and not otherwise")
        return self

    @model_validator(mode="after")
    def _readings_rise(self) -> Self:
        limits = [reading.most for reading in self.reading if reading.when is None]
        if self.reading and self.reading[-1].when is not None:
            raise ValueError("the last reading counts for all that is left, and has no when")
        known = [limit for limit in limits[:-1] if limit is not None]
        if len(known) != len(limits[:-1]) or known != sorted(set(known)) or (limits and limits[-1] is not None):
            raise ValueError("the readings must rise, and the last has no most")
        return self


class Due(DefinitionPart):
    """A step to be taken later: from `months_from` to `months_to` after the variable `after` (of an earlier step)."""

    after: Code
    months_from: int = Field(ge=0, le=120)
    months_to: int = Field(ge=0, le=120)

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if self.months_from > self.months_to:
            raise ValueError("months_from is more than months_to")
        return self


class Death(DefinitionPart):
    """Which answers of the step say that the patient has died, and the variable that says when."""

    told_by: Text
    on: Code


def _each_a_list(times: object) -> object:
    """Turn a single time into a list of one."""
    return [[one] if isinstance(one, str) else one for one in times] if isinstance(times, list) else times


class Order(DefinitionPart):
    """Times that must not go backwards: `["arrived_at", ["cultured_at", "antibiotic_at"], "discharged_at"]`. Those in
    brackets may come in any order among themselves. What can happen though it should not is `level` warn."""

    times: Annotated[
        tuple[Annotated[tuple[Code, ...], Field(min_length=1, strict=False)], ...],
        Field(min_length=2, strict=False),
        BeforeValidator(_each_a_list),
    ]
    level: RuleLevel = Field(default=RuleLevel.FLAG, strict=False)
    message: Words | None = None


class StepFile(DefinitionPart):
    name: Words
    due: Due | None = None
    death: Death | None = None
    order: tuple[Order, ...] = Field(default=(), strict=False)
    section: tuple[Section, ...] = Field(min_length=1, strict=False)
    score: tuple[Score, ...] = Field(default=(), strict=False)
    rule: tuple[Rule, ...] = Field(default=(), strict=False)


class ListsFile(DefinitionPart):
    list: tuple[CodeList, ...] = Field(default=(), strict=False)


class RegisterFile(DefinitionPart):
    """`opens`, `closes`: the first and the last day of entry, of a version that is open. `anchor`: the variable of the
    first step that says when the episode began. `keep_years`: after that long it is decided whether episodes are
    destroyed; `keep_research_years`: the same for the answers to its research questions, which otherwise are kept
    as long as the rest. A sub-registry without `steps` has no forms: it is closed.

    The first step is the inclusion: an episode begins when all of its rules hold.
    """

    code: RegistryCode
    state: RegistryState = Field(strict=False)
    order: int
    name: Words
    closed_year: int | None = None
    opens: date | None = None
    closes: date | None = None
    steps: tuple[Code, ...] = Field(default=(), strict=False)
    anchor: Code | None = None
    doubles_within_days: int = Field(default=30, ge=0, le=3650)
    keep_years: int = Field(default=10, ge=1, le=100)
    keep_research_years: int | None = Field(default=None, ge=1, le=100)
    purpose: Mapping[Code, Words] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_forms_if_open(self) -> Self:
        if self.steps and self.anchor is None:
            raise ValueError("says no anchor: the variable that an episode begins with")
        if self.state is RegistryState.OPEN and not self.steps:
            raise ValueError("is open, and has no steps")
        if self.opens and self.closes and self.opens > self.closes:
            raise ValueError("closes before it opens")
        if self.keep_research_years is not None and self.keep_research_years >= self.keep_years:
            raise ValueError("keeps answers to research questions as long as the rest: leave keep_research_years out")
        require_once("step", self.steps)
        return self

    def state_on(self, day: date) -> RegistryState:
        """Open only from `opens` to `closes`: a draft before, closed after."""
        if self.state is not RegistryState.OPEN:
            return self.state
        if self.opens and day < self.opens:
            return RegistryState.DRAFT
        return RegistryState.CLOSED if self.closes and day > self.closes else RegistryState.OPEN
