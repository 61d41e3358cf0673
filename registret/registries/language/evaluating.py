"""What the parts of an expression are worth with what is known. `expressions` puts them together.

Numbers are pairs of limits; all else is known or not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from registret.registries.language import between
from registret.registries.language.between import ANY, Between, TooLow, exactly

Value = bool | Decimal | str | frozenset[str] | date | datetime | None
"""None: not known."""

Known = Mapping[str, Value | Between]
"""By name. `Between`: a number of which no more is known than its limits."""

Evaluate = Callable[[Known], Value | Between]
"""Returns `Between` for every number."""


def is_answer(value: Value | Between) -> bool:
    return value is not None and (isinstance(value, TooLow) or not isinstance(value, Between))


def number_of(name: str, within: Between) -> Evaluate:
    def evaluate(known: Known) -> Between:
        value = known.get(name)
        return exactly(value) if isinstance(value, Decimal) else value if isinstance(value, Between) else within

    return evaluate


def of_numbers(function: Callable[..., Value | Between], *parts: Evaluate) -> Evaluate:
    """Leave it to the function what an unknown part means."""
    return lambda known: function(*[part(known) for part in parts])


def of_known(function: Callable[[Any], Value], part: Evaluate) -> Evaluate:
    """Unknown if its part is."""

    def evaluate(known: Known) -> Value:
        value = part(known)
        return None if value is None else function(value)

    return evaluate


def of_both_known(function: Callable[[Any, Any], Value], left: Evaluate, right: Evaluate) -> Evaluate:
    """Unknown if a part of it is."""

    def evaluate(known: Known) -> Value:
        one, other = left(known), right(known)
        return None if one is None or other is None else function(one, other)

    return evaluate


def measured(function: Callable[..., Decimal | None], unknown: Between, part: Evaluate) -> Evaluate:
    """A number out of what is none; `unknown` are its limits if it is not known."""

    def evaluate(known: Known) -> Between:
        value = part(known)
        found = None if value is None else function(value)
        return unknown if found is None else exactly(found)

    return evaluate


def lowest(number: Between) -> Between:
    return exactly(number.low) if number.low.is_finite() else ANY


def all_of(parts: Collection[Evaluate]) -> Evaluate:
    def evaluate(known: Known) -> Value:
        found: Value = True
        for part in parts:
            truth = part(known)
            if truth is False:
                return False
            found = None if truth is None else found
        return found

    return evaluate


def any_of(parts: Collection[Evaluate]) -> Evaluate:
    def evaluate(known: Known) -> Value:
        found: Value = False
        for part in parts:
            truth = part(known)
            if truth is True:
                return True
            found = None if truth is None else found
        return found

    return evaluate


def chosen(condition: Evaluate, then: Evaluate, otherwise: Evaluate) -> Evaluate:
    """If the condition is not known: between the limits of both, if they are numbers."""

    def evaluate(known: Known) -> Value | Between:
        truth = condition(known)
        if truth is not None:
            return then(known) if truth else otherwise(known)
        either = [value for value in (then(known), otherwise(known)) if isinstance(value, Between)]
        return between.hull(either) if either else None

    return evaluate


def unless_unknown(part: Evaluate, instead: Evaluate) -> Evaluate:
    def evaluate(known: Known) -> Value | Between:
        value = part(known)
        is_unknown = value.number is None if isinstance(value, Between) else value is None
        return instead(known) if is_unknown else value

    return evaluate


def _seconds(begin: datetime, end: datetime) -> int:
    # Two times of one time zone are subtracted as the clock on the wall showed them: an hour off, twice a year.
    return int((end.astimezone(UTC) - begin.astimezone(UTC)).total_seconds())


def _days(begin: date, end: date) -> Decimal:
    """Whole nights between two days, whatever the time of day."""
    first, last = (day.date() if isinstance(day, datetime) else day for day in (begin, end))
    return Decimal((last - first).days)


ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Between, Between], Between]]] = {
    ast.Add: between.add,
    ast.Sub: between.subtract,
    ast.Mult: between.multiply,
    ast.Div: between.divide,
}
COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[..., bool]]] = {
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
}
OF_NUMBERS: Final[Mapping[type[ast.cmpop], Callable[[Between, Between], bool | None]]] = {
    ast.Eq: between.is_equal,
    ast.NotEq: lambda left, right: between.opposite(between.is_equal(left, right)),
    ast.Lt: between.is_less,
    ast.LtE: between.is_at_most,
    ast.Gt: lambda left, right: between.is_less(right, left),
    ast.GtE: lambda left, right: between.is_at_most(right, left),
}
BETWEEN: Final[Mapping[str, Callable[..., Decimal]]] = {
    "minutes": lambda begin, end: Decimal(_seconds(begin, end)) / 60,
    "hours": lambda begin, end: Decimal(_seconds(begin, end)) / 3600,
    "days": _days,
}
OF_SEVERAL: Final[Mapping[str, Callable[..., Between]]] = {
    "least": between.least,
    "most": between.most,
    "total": between.total,
}
