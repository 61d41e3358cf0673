"""The shape of a question in a definition, and of the options that it may be answered with."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from registret.registries.vocabulary import (
    Code,
    Codes,
    CodeSystem,
    DefinitionPart,
    Mark,
    Missing,
    Text,
    Unit,
    VariableType,
    Words,
)


class Range(DefinitionPart):
    """A range of numbers that includes its ends. One of them may be left out."""

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


class Option(DefinitionPart):
    """`alone`: cannot be chosen together with others, like None of them."""

    code: Code
    label: Words
    alone: bool = False
    codes: Codes = Field(default_factory=dict)


class CodeList(DefinitionPart):
    code: Code
    option: tuple[Option, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        require_once("option", [option.code for option in self.option])
        return self


class Opens(DefinitionPart):
    """The day that a question is about: `days` after the time `after`. Before that day nobody knows the answer."""

    after: Code
    days: int = Field(ge=0, le=3650)


class Variable(DefinitionPart):
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
    def _has_what_a_choice_or_a_code_needs(self) -> Self:
        is_choice = self.type in {VariableType.CHOICE, VariableType.CHOICES}
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
        return self

    @model_validator(mode="after")
    def _has_what_a_number_needs(self) -> Self:
        is_number = self.type in {VariableType.INTEGER, VariableType.DECIMAL}
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


def require_once(what: str, codes: tuple[str, ...] | list[str]) -> None:
    """Raises: ValueError."""
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ValueError(f"{what} {twice[0]} stands there twice")
