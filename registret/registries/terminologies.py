"""Codes of other people's systems, such as ICD-10-SE and ATC, as data that comes along.

`codes/<system>.toml` says what a code looks like, where the list is from and how much of the system it holds.
`codes/<system>.csv` has a line for each code with its names and the days between which it is valid; a system without it
is checked by shape and chapter only. A list that is not `complete` takes every code of the right shape out of its
chapters; it only has no name for those that it lacks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from registret.registries.vocabulary import CodeSystem, Text, Words

COLUMNS: Final = ("code", "sv", "en", "from", "until")


class TerminologyFile(BaseModel):
    """`codes/<system>.toml`. `source`: who publishes it, and which edition this is. `dot_after`: people leave out the
    dot that belongs after so many characters. `chapters`: first characters (`F`) or ranges of them (`A00-B99`).
    `looks_like`: what a code looks like, after "en kod har". `also`: everyday words, each with the codes and ranges
    that people look for with it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Words
    source: Words
    valid_from: date
    valid_until: date | None = None
    complete: bool = False
    pattern: Text
    dot_after: int | None = Field(default=None, ge=1, le=9)
    chapters: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    looks_like: Words
    example: Text
    also: Mapping[
        Annotated[str, StringConstraints(pattern=r"^[^\sA-ZÅÄÖ]+$")],
        Annotated[tuple[Text, ...], Field(min_length=1, strict=False)],
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _pattern_is_one(self) -> Self:
        try:
            found = re.compile(self.pattern, re.ASCII)
        except re.error as trouble:
            raise ValueError(f"pattern: {trouble}") from None
        if not found.fullmatch(self.example):
            raise ValueError("the example does not have the pattern")
        return self


class CodeFault(StrEnum):
    """Why a text is no answer."""

    NOT_A_CODE = "not_a_code"
    """It does not have the shape of one."""
    NO_SUCH_CODE = "no_such_code"


class CodeDoubt(StrEnum):
    """Why a code that may be an answer should be looked at again."""

    OUT_OF_DATE = "out_of_date"
    UNLISTED = "unlisted"
    """The list has other codes of the same category, and not this one."""
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A code with its name. Both days belong to the time in which it is valid."""

    code: str
    name: Words
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid(self, day: date) -> bool:
        return (self.valid_from is None or day >= self.valid_from) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminology:
    system: CodeSystem
    about: TerminologyFile
    concepts: Mapping[str, Concept]

    def normal(self, text: str) -> str:
        """`j189` becomes `J18.9`."""
        code = re.sub(r"\s", "", text).upper()
        after = self.about.dot_after
        if after is not None and len(code) > after and code[after] != ".":
            code = f"{code[:after]}.{code[after:]}"
        return code

    def fault(self, code: str) -> CodeFault | None:
        """Of a code as `normal` returns it."""
        if not re.fullmatch(self.about.pattern, code, re.ASCII):
            return CodeFault.NOT_A_CODE
        if code in self.concepts:
            return None
        if self.about.complete or not within(code, self.about.chapters):
            return CodeFault.NO_SUCH_CODE
        return None

    def name(self, code: str) -> str:
        """In the active language; empty if the list has no name for it."""
        return str(self.concepts[code].name) if code in self.concepts else ""

    def doubt(self, code: str, *, expected: Iterable[str], on: date | None) -> CodeDoubt | None:
        """`expected`: chapters and ranges that an answer usually lies in. `on`: the day that the answer is about."""
        concept = self.concepts.get(code)
        if concept is not None and on is not None and not concept.is_valid(on):
            return CodeDoubt.OUT_OF_DATE
        if not within(code, expected):
            return CodeDoubt.UNEXPECTED
        if concept is None and any(known.partition(".")[0] == code.partition(".")[0] for known in self.concepts):
            return CodeDoubt.UNLISTED
        return None

    def search(self, words: str, *, expected: Iterable[str], on: date, most: int) -> list[Concept]:
        """Valid codes that begin with `words`, or whose names, with the everyday words for them, hold each of `words`.
        Those `expected` come first."""
        wanted = words.casefold().split()
        beginning = self.normal(words)
        ranges = tuple(expected)

        def fits(concept: Concept) -> bool:
            everyday = (word for word, ranges in self.about.also.items() if within(concept.code, ranges))
            said = " ".join([concept.code, concept.name.sv, concept.name.en, *everyday]).casefold()
            return (bool(beginning) and concept.code.startswith(beginning)) or all(word in said for word in wanted)

        found = [concept for concept in self.concepts.values() if concept.is_valid(on) and fits(concept)]
        return sorted(found, key=lambda concept: (not within(concept.code, ranges), concept.code))[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminologies:
    """All there are. `on`: definitions that are checked may name no code that is out of date on that day. None: a
    definition in use stays as it is when a code ends."""

    known: Mapping[CodeSystem, Terminology]
    on: date | None = None

    def trouble(self, system: CodeSystem, code: str) -> str:
        """What is wrong with a code that a definition names; empty if nothing is, or there is no list of the system."""
        if system not in self.known:
            return ""
        concept = self.known[system].concepts.get(code)
        if concept is None:
            return f"{code} is not in codes/{system}.csv"
        if self.on is not None and not concept.is_valid(self.on):
            return f"{code} of codes/{system}.csv is out of date"
        return ""


def within(code: str, ranges: Iterable[str]) -> bool:
    """Whether a code begins with one of these, or lies between two beginnings (`A00-B99`). No ranges hold all codes."""
    each = tuple(ranges)
    for found in each:
        first, _, last = found.partition("-")
        if first <= code[: len(first)] and code[: len(last or first)] <= (last or first):
            return True
    return not each


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """`line` counts from 1, the line with the names of the columns."""

    line: int
    what: str


def concepts_of(about: TerminologyFile, text: str) -> tuple[dict[str, Concept], list[LineFault]]:
    """The codes of a CSV file, and what is wrong with its lines."""
    found: dict[str, Concept] = {}
    faults: list[LineFault] = []
    rows = csv.reader(text.splitlines(), delimiter=";")
    if tuple(next(rows, ())) != COLUMNS:
        return {}, [LineFault(line=1, what=f"the columns are {';'.join(COLUMNS)}")]
    for line, row in enumerate(rows, start=2):
        try:
            concept = _concept(row)
        except ValueError as trouble:
            faults.append(LineFault(line=line, what=str(trouble)))
            continue
        if not re.fullmatch(about.pattern, concept.code, re.ASCII):
            faults.append(LineFault(line=line, what=f"{concept.code} does not have the pattern of {about.name.en}"))
        if concept.code in found:
            faults.append(LineFault(line=line, what=f"{concept.code} stands there twice"))
        found[concept.code] = concept
    return found, faults


def _concept(row: list[str]) -> Concept:
    """Raises: ValueError."""
    if len(row) != len(COLUMNS):
        raise ValueError(f"{len(row)} values, but there are {len(COLUMNS)} columns")
    code, sv, en, first, last = (cell.strip() for cell in row)
    if not (code and sv):
        raise ValueError("a code and its Swedish name are needed")
    valid_from, valid_until = (date.fromisoformat(day) if day else None for day in (first, last))
    if valid_from and valid_until and valid_from > valid_until:
        raise ValueError(f"{code} ends before it begins")
    return Concept(code=code, name=Words(sv=sv, en=en or sv), valid_from=valid_from, valid_until=valid_until)
