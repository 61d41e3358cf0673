"""Value sets (värderingssystem): what a profile of EQ-5D is worth, in the eyes of a country, as one number.

A file for each version in `value_sets/`. None comes with the program: the numbers belong to those who published them,
and the operator copies them from the publication. A score of a form says by code and version which one it wants;
without it the form has no such score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from registret.registries.variables import require_once
from registret.registries.vocabulary import Code, DefinitionPart, Said, Text, Words

_Number = Annotated[Decimal, Field(strict=False, ge=0, le=200)]
_Less = Annotated[tuple[_Number, ...], Field(min_length=4, max_length=4, strict=False)]
"""At levels 2 to 5."""


class Dimension(DefinitionPart):
    """`less`: how much less than the best state is worth at levels 2 to 5, if nothing else is wrong."""

    code: Code
    less: _Less

    @model_validator(mode="after")
    def _worse_is_not_better(self) -> Self:
        if list(self.less) != sorted(self.less):
            raise ValueError(f"a worse level of {self.code} is worth more than a better one")
        return self


class ValueSet(DefinitionPart):
    """`best`: what no problems at all are worth. `worst_less`: how much less it is worth, once more, if the worst of
    the dimensions is at level 2 to 5, of sets with such a term. `method`: how the values were found. `licence`: of
    the numbers."""

    code: Code
    version: Text
    name: Words
    country: Text
    method: Said
    source: Text
    licence: Said
    best: Decimal = Field(strict=False, ge=-200, le=200)
    worst_less: _Less | None = None
    dimension: tuple[Dimension, ...] = Field(min_length=5, max_length=5, strict=False)

    @model_validator(mode="after")
    def _each_dimension_once(self) -> Self:
        require_once("dimension", [one.code for one in self.dimension])
        return self

    def formula(self, levels: Mapping[str, str]) -> str:
        """In the language of the forms. `levels`: which variable is the level of each dimension."""
        parts = [_less(levels[one.code], one.less) for one in self.dimension]
        if self.worst_less is not None:
            parts.append(_less(f"most({', '.join(levels.values())})", self.worst_less))
        return f"{self.best} - total({', '.join(parts)})"


def _less(level: str, less: Sequence[Decimal]) -> str:
    two, three, four, five = (format(one, "f") for one in less)
    return f"banded({level}, 0, 1, {two}, 2, {three}, 3, {four}, 4, {five})"
