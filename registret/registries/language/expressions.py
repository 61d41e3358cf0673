"""The language of definitions: conditions and scores. Parsed and checked by `parsing`, then evaluated; never run as
Python.

    age >= 65
    confusion == "yes" or respiratory_rate >= 30
    points(confusion == "yes", respiratory_rate >= 30, systolic < 90 or diastolic <= 60, age >= 65)
    hours(arrived_at, antibiotic_at) <= 1

What is not known stays unknown: a comparison with an answer that is missing is neither true nor false, and `and`, `or`
and `not` follow Kleene's logic. A number is known if it is the same whatever the missing answers are: inside, every
number is a pair of limits (`between`). The ways out are `answered`, `if_unknown` and `lowest`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from registret.registries.language import between
from registret.registries.language.between import ANY, Between
from registret.registries.language.evaluating import Evaluate, Known, Value


class ValueKind(StrEnum):
    """What a value is. A choice is TEXT, several choices are SET."""

    TRUTH = "truth"
    NUMBER = "number"
    TEXT = "text"
    SET = "set"
    DATE = "date"
    MOMENT = "moment"


class ExpressionBroken(Exception):
    """The text is not an expression about these names; the message is one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name that an expression may use. `options`: the codes it can have, if it is a choice. `within`: where a number
    lies, whatever it is."""

    kind: ValueKind
    options: frozenset[str] | None = None
    within: Between = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A text that was understood. `names`: what it asks for."""

    text: str
    kind: ValueKind
    names: frozenset[str]
    _evaluate: Evaluate
    _differences: tuple[Evaluate, ...] = ()

    def value(self, known: Known) -> Value:
        """`known` need not name what is not known."""
        found = self._evaluate(known)
        return found.number if isinstance(found, Between) else found

    def limits(self, known: Known) -> Between:
        """Between which limits the value lies; of a condition, 0 is no and 1 is yes."""
        found = self._evaluate(known)
        return found if isinstance(found, Between) else between.points(found if isinstance(found, bool) else None)

    def holds(self, known: Known) -> bool:
        """True only if it is known to be true."""
        return self._evaluate(known) is True

    def goes_backwards(self, known: Known) -> bool:
        """Whether it measures a time whose end lies before its start."""
        found = [difference(known) for difference in self._differences]
        return any(isinstance(one, Decimal) and one < 0 for one in found)
