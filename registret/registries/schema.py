"""What a definition says: the shape of its TOML files, as values that cannot be changed.

One folder holds one version of one sub-registry: `register.toml` (`RegisterFile`), a file for each step that it names
(`StepFile`), and, if it wants lists of options of its own, `lists.toml` (`ListsFile`). What the parts have to do with
each other is checked in `reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from django.utils.translation import get_language
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
RegistryCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Words(_Part):
    """A text in both languages; `str()` of it is in the active one."""

    sv: Text
    en: Text

    def __str__(self) -> str:
        return self.en if (get_language() or "sv").startswith("en") else self.sv


class RegistryState(StrEnum):
    DRAFT = "draft"
    """Being prepared: seen by nobody who reports."""
    OPEN = "open"
    CLOSED = "closed"
    """Closed for entry; its reports stay."""
    ARCHIVED = "archived"


class VariableType(StrEnum):
    CHOICE = "choice"
    CHOICES = "choices"
    """Several may be chosen."""
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"
    """Date and time of day, in Swedish time."""
    TEXT = "text"
    CODE = "code"
    """A code of another system, such as ICD-10-SE."""
    CODES = "codes"
    """Several of them."""


class Mark(StrEnum):
    """Beyond what a method can measure: the number is its limit."""

    BELOW = "<"
    ABOVE = ">"


class Missing(StrEnum):
    """Missing is never just empty: these are answers."""

    NOT_DONE = "not_done"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    UNMEASURABLE = "unmeasurable"
    """Of a number: measured, and too low for the instrument. Scores count it as lower than any number."""


class CodeSystem(StrEnum):
    """Where a code comes from; the values are what definitions write."""

    SNOMED = "snomed"
    LOINC = "loinc"
    ICD10SE = "icd10se"
    ATC = "atc"
    KVA = "kva"


def _each_a_tuple(codes: object) -> object:
    """A code by itself is a list of one."""
    if not isinstance(codes, dict):
        return codes
    return {system: [found] if isinstance(found, str) else found for system, found in codes.items()}


Codes = Annotated[
    Mapping[
        Annotated[CodeSystem, Field(strict=False)],
        Annotated[tuple[Text, ...], Field(min_length=1, strict=False)],
    ],
    BeforeValidator(_each_a_tuple),
]
"""What other systems call it. One code of a system means the same; several together are what it covers."""
Said = Text | Words
"""A text that is the same in both languages, or one in each."""
Unit = Said


class Block(StrEnum):
    CORE = "core"
    EXTRA = "extra"
    """Folded away: may be skipped by whoever does not know it."""
    RESEARCH = "research"
    """Folded away: asked of those who take part in a study."""


class Layout(StrEnum):
    COLUMN = "column"
    GRID = "grid"
    """Numbers stand side by side: short to fill in, like a row of vital signs."""


class RuleLevel(StrEnum):
    FLAG = "flag"
    """Saved and flagged; stops signing."""
    WARN = "warn"


class Range(_Part):
    """Both ends belong to it; one of them may be left out."""

    least: Decimal | None = Field(default=None, strict=False)
    most: Decimal | None = Field(default=None, strict=False)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("says neither least nor most")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is more than most")
        return self

    def holds(self, number: Decimal) -> bool:
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    def lies_within(self, other: Range) -> bool:
        return all(other.holds(end) for end in (self.least, self.most) if end is not None)


class Option(_Part):
    """`alone`: cannot be chosen together with others, like None of them."""

    code: Code
    label: Words
    alone: bool = False
    codes: Codes = Field(default_factory=dict)


class CodeList(_Part):
    code: Code
    option: tuple[Option, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        require_once("option", [option.code for option in self.option])
        return self


class Opens(_Part):
    """The day that a question is about: `days` after the time `after`. Before that day nobody knows the answer."""

    after: Code
    days: int = Field(ge=0, le=3650)


class Variable(_Part):
    """One question. `list` names the options of a choice; `show_if` and the rules are `expressions`.

    `common`: of several choices, the options that most answers are, in this order: shown first, with the others folded
    away under `more`, which says what they are. `purpose`: why it is asked, by code of a purpose of the registry.
    `error`: what is said in the place of the usual sentence if a value is impossible. `ucum`: the unit as machines know
    it, if `units` cannot tell it from `unit`. `marks`: a number may be given as below or above the limit of its method
    (`<5`). `opens`: it is locked until that day, and not asked of a patient who had died by then. `not_after_now`: a
    time that can lie ahead says false. `on_arrival_day`: a time that is mostly of the day of the arrival may be written
    without the day (no part of the digest: the answer means the same). `was`: what it was called in the version before.
    `system`: where a code comes from; `expected`: chapters and ranges of it that an
    answer usually lies in (no part of the digest either).
    """

    code: Code
    type: VariableType = Field(strict=False)
    label: Words
    purpose: Code
    help: Words | None = None
    error: Words | None = None
    unit: Unit | None = None
    ucum: Text | None = None
    list: Code | None = None
    common: tuple[Code, ...] = Field(default=(), strict=False)
    more: Words | None = None
    decimals: int = Field(default=0, ge=0, le=4)
    longest: int = Field(default=200, ge=1, le=2000)
    marks: tuple[Annotated[Mark, Field(strict=False)], ...] = Field(default=(), strict=False)
    hard: Range | None = None
    usual: Range | None = None
    required: bool = False
    show_if: Text | None = None
    opens: Opens | None = None
    missing: tuple[Annotated[Missing, Field(strict=False)], ...] = Field(default=(), strict=False)
    not_after_now: bool = True
    on_arrival_day: bool = Field(default=False, exclude=True)
    was: Code | None = None
    codes: Codes = Field(default_factory=dict)
    system: CodeSystem | None = Field(default=None, strict=False)
    expected: tuple[Text, ...] = Field(default=(), strict=False, exclude=True)

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        is_choice = self.type in {VariableType.CHOICE, VariableType.CHOICES}
        is_number = self.type in {VariableType.INTEGER, VariableType.DECIMAL}
        if is_choice != (self.list is not None):
            raise ValueError("a choice names a list, and nothing else does")
        if (self.type in {VariableType.CODE, VariableType.CODES}) != (self.system is not None):
            raise ValueError("a code names the system that it comes from, and nothing else does")
        if self.expected and self.system is None:
            raise ValueError("expected is for codes")
        if self.common and self.type is not VariableType.CHOICES:
            raise ValueError("common is for several choices: one choice among many is a list that folds itself")
        if bool(self.common) != (self.more is not None):
            raise ValueError("common says what is shown first, and more what the rest is called: both, or neither")
        require_once("common option", self.common)
        if self.on_arrival_day and self.type is not VariableType.MOMENT:
            raise ValueError("on_arrival_day is for a time")
        if not is_number and (self.unit or self.hard or self.usual):
            raise ValueError("unit, hard and usual are for numbers")
        if self.marks and not is_number:
            raise ValueError("marks are for numbers")
        if is_number and self.hard is None:
            raise ValueError("a number says between which values it must lie (hard)")
        if (self.type is VariableType.DECIMAL) != (self.decimals > 0):
            raise ValueError("a decimal number says how many decimals, and nothing else does")
        ends = [end for found in (self.hard, self.usual) if found for end in (found.least, found.most)]
        if any(end is not None and round(end, self.decimals) != end for end in ends):
            raise ValueError("hard and usual have more decimals than the number itself")
        if self.ucum and not self.unit:
            raise ValueError("ucum says what a unit is called, and there is no unit")
        if self.usual and self.hard and not self.usual.lies_within(self.hard):
            raise ValueError("usual reaches beyond hard")
        if Missing.UNMEASURABLE in self.missing and (self.hard is None or self.hard.least is None):
            raise ValueError("unmeasurable is for a number that says the least that can be measured (hard)")
        return self


class Section(_Part):
    """`layout`: how a page sets its questions. It is no part of the digest: it changes nothing that an answer means."""

    code: Code
    name: Words
    block: Block = Field(default=Block.CORE, strict=False)
    layout: Layout = Field(default=Layout.COLUMN, strict=False, exclude=True)
    intro: Words | None = None
    variable: tuple[Variable, ...] = Field(min_length=1, strict=False)


class Rule(_Part):
    """`require` must not be false; `about`: the variables that the fault is shown at."""

    code: Code
    require: Text
    message: Words
    about: tuple[Code, ...] = Field(min_length=1, strict=False)
    level: RuleLevel = Field(default=RuleLevel.FLAG, strict=False)


class Reading(_Part):
    """How to read a score up to and with `most`; the last reading of a score has none. `when`: a condition without
    which the next reading counts."""

    most: Decimal | None = Field(default=None, strict=False)
    when: Text | None = None
    says: Words


class Score(_Part):
    """Computed, never typed. `version` and `source` say which of several published definitions it is: `source` is a
    citation, the same in both languages, or words where more must be said. If `formula` is a
    condition, what comes out is a yes or a no, and counts 1 or 0 in other expressions. `part_of`: the score that
    this one is a part of and is shown with. `applies_if`: a condition about the patient without which the score does
    not apply."""

    code: Code
    version: Text
    source: Said
    name: Words
    formula: Text
    unit: Unit | None = None
    ucum: Text | None = None
    decimals: int = Field(default=0, ge=0, le=2)
    help: Words | None = None
    part_of: Code | None = None
    applies_if: Text | None = None
    reading: tuple[Reading, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _readings_rise(self) -> Self:
        limits = [reading.most for reading in self.reading if reading.when is None]
        if self.reading and self.reading[-1].when is not None:
            raise ValueError("the last reading counts for all that is left, and has no when")
        known = [limit for limit in limits[:-1] if limit is not None]
        if len(known) != len(limits[:-1]) or known != sorted(set(known)) or (limits and limits[-1] is not None):
            raise ValueError("the readings must rise, and the last has no most")
        return self


class Due(_Part):
    """A step to be taken later: from `months_from` to `months_to` after the variable `after` (of an earlier step)."""

    after: Code
    months_from: int = Field(ge=0, le=120)
    months_to: int = Field(ge=0, le=120)

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if self.months_from > self.months_to:
            raise ValueError("months_from is more than months_to")
        return self


class Death(_Part):
    """Which answers of the step say that the patient has died, and the variable that says when."""

    told_by: Text
    on: Code


def _each_a_list(times: object) -> object:
    """A time by itself is a list of one, so that there is one way to read them."""
    return [[one] if isinstance(one, str) else one for one in times] if isinstance(times, list) else times


class Order(_Part):
    """Times that must not go backwards: `["arrived_at", ["cultured_at", "antibiotic_at"], "discharged_at"]`. Those in
    brackets may come in any order among themselves. What can happen though it should not is `level` warn."""

    times: Annotated[
        tuple[Annotated[tuple[Code, ...], Field(min_length=1, strict=False)], ...],
        Field(min_length=2, strict=False),
        BeforeValidator(_each_a_list),
    ]
    level: RuleLevel = Field(default=RuleLevel.FLAG, strict=False)
    message: Words | None = None


class StepFile(_Part):
    name: Words
    due: Due | None = None
    death: Death | None = None
    order: tuple[Order, ...] = Field(default=(), strict=False)
    section: tuple[Section, ...] = Field(min_length=1, strict=False)
    score: tuple[Score, ...] = Field(default=(), strict=False)
    rule: tuple[Rule, ...] = Field(default=(), strict=False)


class ListsFile(_Part):
    list: tuple[CodeList, ...] = Field(default=(), strict=False)


class RegisterFile(_Part):
    """`opens`, `closes`: the first and the last day of entry, of a version that is open. `anchor`: the variable of the
    first step that says when the episode began. `keep_years`: after that long it is decided whether episodes are
    destroyed (L19); `keep_research_years`: the same for the answers to its research questions, which otherwise are kept
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


def require_once(what: str, codes: tuple[str, ...] | list[str]) -> None:
    """Raises: ValueError."""
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ValueError(f"{what} {twice[0]} stands there twice")
