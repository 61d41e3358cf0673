"""Value sets (värderingssystem): what a profile of EQ-5D is worth, in the eyes of a country, as one number.

A file for each in `value_sets/`. None comes with the program: the numbers belong to those who published them, and the
operator copies them from the publication. A score of a form says by code and version which one it wants; without it
the form has no such score.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from registret.registries.variables import require_once
from registret.registries.vocabulary import Code, DefinitionPart, Said, Text, Words

_LEVELS = (2, 3, 4, 5)
_Less = Annotated[Decimal, Field(strict=False, ge=0, le=200)]


class Dimension(DefinitionPart):
    """`less`: how much less than the best state is worth at levels 2 to 5, if nothing else is wrong."""

    code: Code
    less: tuple[_Less, ...] = Field(min_length=4, max_length=4, strict=False)

    @model_validator(mode="after")
    def _worse_is_not_better(self) -> Self:
        if list(self.less) != sorted(self.less):
            raise ValueError(f"a worse level of {self.code} is worth more than a better one")
        return self


class ValueSet(DefinitionPart):
    """`best`: what no problems at all are worth. `any_less`: how much less it is worth if any dimension is at level 2, 3, 4
    or 5, or worse: of sets that have such terms. `method`: how the values were found. `licence`: of the numbers."""

    code: Code
    version: Text
    name: Words
    country: Text
    method: Said
    source: Text
    licence: Said
    best: Decimal = Field(strict=False)
    any_less: tuple[_Less, ...] = Field(default=(), max_length=4, strict=False)
    dimension: tuple[Dimension, ...] = Field(min_length=5, max_length=5, strict=False)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        require_once("dimension", [one.code for one in self.dimension])
        if len(self.any_less) not in {0, len(_LEVELS)}:
            raise ValueError("any_less has a number for each of the levels 2 to 5, or is left out")
        return self

    def formula(self, levels: Sequence[str]) -> str:
        """In the language of the forms, of the names of the five levels, in the order of the dimensions."""
        parts = [_of_dimension(name, one.less) for name, one in zip(levels, self.dimension, strict=True)]
        for level, less in zip(_LEVELS, self.any_less, strict=False):
            worse = " or ".join(f"{name} >= {level}" for name in levels)
            parts.append(f"given({worse}, {less}, 0)")
        return f"{self.best} - total({', '.join(parts)})"


def _of_dimension(name: str, less: Sequence[Decimal]) -> str:
    """`given(name == 5, …, given(name == 4, …))`; unknown as long as the level is."""
    text = "0"
    for level, one in zip(_LEVELS, less, strict=True):
        text = f"given({name} >= {level}, {one}, {text})"
    return text
