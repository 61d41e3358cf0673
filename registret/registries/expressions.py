"""The language of definitions: conditions and scores. Parsed, checked against the form, walked; never run as Python.

    age >= 65
    confusion == "yes" or respiratory_rate >= 30
    points(confusion == "yes", respiratory_rate >= 30, systolic < 90 or diastolic <= 60, age >= 65)
    hours(arrived_at, antibiotic_at) <= 1

What is not known stays unknown: a comparison with an answer that is missing is neither true nor false, `and`, `or` and
`not` follow Kleene's logic, and a sum of which a part is unknown is unknown. The ways out are `answered` and
`if_unknown`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

Value = bool | Decimal | str | frozenset[str] | date | datetime | None
"""None: not known."""

Evaluate = Callable[[Mapping[str, Value]], Value]

LONGEST: Final = 1000
_DEEPEST: Final = 30


class Kind(StrEnum):
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
    """A name that an expression may use. `options`: the codes it can have, if it is a choice."""

    kind: Kind
    options: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A text that was understood. `names`: what it asks for."""

    text: str
    kind: Kind
    names: frozenset[str]
    _evaluate: Evaluate

    def value(self, known: Mapping[str, Value]) -> Value:
        """`known` need not name what is not known."""
        return self._evaluate(known)

    def holds(self, known: Mapping[str, Value]) -> bool:
        """True only if it is known to be true."""
        return self._evaluate(known) is True


def parse(text: str, *, names: Mapping[str, Name], kinds: Collection[Kind] = ()) -> Expression:
    """`kinds`: one of which it must be.

    Raises: ExpressionBroken.
    """
    if len(text) > LONGEST:
        raise ExpressionBroken(f"longer than {LONGEST} characters")
    tree = _tree(text.strip())
    reader = _Reader(text.strip(), names)
    found, evaluate = reader.read(tree, depth=0)
    if kinds and found not in kinds:
        raise ExpressionBroken(f"is a {found.value}, and must be a {' or a '.join(kinds)}")
    return Expression(text=text.strip(), kind=found, names=frozenset(reader.used), _evaluate=evaluate)


def _tree(text: str) -> ast.expr:
    """Raises: ExpressionBroken."""
    try:
        with warnings.catch_warnings():
            # What Python would only warn of (`1or 2`, `"\\d"`) is a slip of the pen here.
            warnings.simplefilter("error")
            return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        raise ExpressionBroken("not an expression") from None


class _Reader:
    """Goes down the tree once: every node that is not in the language is refused, the others become functions."""

    def __init__(self, text: str, names: Mapping[str, Name]) -> None:
        self._text = text
        self._names = names
        self.used: set[str] = set()

    def read(self, node: ast.expr, *, depth: int) -> tuple[Kind, Evaluate]:
        if depth > _DEEPEST:
            raise ExpressionBroken("too deeply nested")
        deeper = depth + 1
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Constant(value=bool() as truth):
                return Kind.TRUTH, lambda _: truth
            case ast.Constant(value=int() | float()):
                exact = self._number(node)
                return Kind.NUMBER, lambda _: exact
            case ast.Constant(value=str() as text):
                return Kind.TEXT, lambda _: text
            case ast.BoolOp(op=op, values=parts):
                truths = [self._of(Kind.TRUTH, part, deeper) for part in parts]
                return Kind.TRUTH, _all(truths) if isinstance(op, ast.And) else _any(truths)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._of(Kind.TRUTH, operand, deeper)
                return Kind.TRUTH, _known(lambda truth: not truth, inner)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number_of = self._of(Kind.NUMBER, operand, deeper)
                return Kind.NUMBER, _known(lambda n: -n, number_of)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                parts_ = [self._of(Kind.NUMBER, side, deeper) for side in (left, right)]
                return Kind.NUMBER, _known(_ARITHMETIC[type(operator)], *parts_)
            case ast.Compare():
                return Kind.TRUTH, self._comparison(node, deeper)
            case ast.Call(func=ast.Name(id=function), args=args, keywords=[]):
                return self._call(function, args, deeper)
        raise ExpressionBroken(f"{self._said(node)} is not part of the language")

    def _said(self, node: ast.expr) -> str:
        """As it was written. Not put together again from the tree: that goes as deep as the tree is."""
        return " ".join((ast.get_source_segment(self._text, node) or self._text).split())[:40]

    def _name(self, name: str) -> tuple[Kind, Evaluate]:
        if name not in self._names:
            raise ExpressionBroken(f"{name} is not known here")
        self.used.add(name)
        return self._names[name].kind, lambda known: known.get(name)

    def _of(self, kind: Kind, node: ast.expr, depth: int) -> Evaluate:
        found, evaluate = self.read(node, depth=depth)
        if found is not kind:
            raise ExpressionBroken(f"{self._said(node)} is a {found.value}, and must be a {kind.value}")
        return evaluate

    def _comparison(self, node: ast.Compare, depth: int) -> Evaluate:
        sides = [node.left, *node.comparators]
        # Both neighbours read what stands between them. Nested, that would be twice as often with every level.
        if any(isinstance(part, ast.Compare) for side in sides[1:-1] for part in ast.walk(side)):
            raise ExpressionBroken(f"{self._said(node)} compares within a chain of comparisons: write it with `and`")
        pairs = [
            self._pair(left, operator, right, depth)
            for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return pairs[0] if len(pairs) == 1 else _all(pairs)

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, depth: int) -> Evaluate:
        if isinstance(operator, ast.In | ast.NotIn):
            contains = self._membership(left, right, depth)
            return contains if isinstance(operator, ast.In) else _known(lambda truth: not truth, contains)
        if type(operator) not in _COMPARISONS:
            raise ExpressionBroken("this comparison is not part of the language")
        (left_kind, left_value), (right_kind, right_value) = (self.read(side, depth=depth) for side in (left, right))
        if left_kind is not right_kind or left_kind is Kind.SET:
            raise ExpressionBroken(f"a {left_kind.value} cannot be compared with a {right_kind.value}")
        equality = isinstance(operator, ast.Eq | ast.NotEq)
        if not equality and left_kind in {Kind.TEXT, Kind.TRUTH}:
            raise ExpressionBroken(f"a {left_kind.value} has no order")
        self._require_option(left, right)
        self._require_option(right, left)
        return _known(_COMPARISONS[type(operator)], left_value, right_value)

    def _membership(self, left: ast.expr, right: ast.expr, depth: int) -> Evaluate:
        """`"aorta" in site`, for several choices; `agent in ("spn", "gas")`, for one."""
        if isinstance(right, ast.Tuple | ast.List):
            value = self._of(Kind.TEXT, left, depth)
            among = frozenset(self._literal(part) for part in right.elts)
            for part in right.elts:
                self._require_option(left, part)
            return _known(lambda text: text in among, value)
        literal, chosen = self._literal(left), self._of(Kind.SET, right, depth)
        self._require_option(right, left)
        return _known(lambda codes: literal in codes, chosen)

    def _literal(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise ExpressionBroken(f"{self._said(node)} must be a text in quotes")

    def _require_option(self, name: ast.expr, literal: ast.expr) -> None:
        """A code that the choice cannot have is a slip of the pen, and the condition would never hold."""
        if not isinstance(name, ast.Name) or not isinstance(literal, ast.Constant):
            return
        options = self._names[name.id].options
        if options is not None and literal.value not in options:
            raise ExpressionBroken(f"{name.id} cannot be {literal.value!r}")

    def _call(self, function: str, args: list[ast.expr], depth: int) -> tuple[Kind, Evaluate]:
        if function == "answered":
            if len(args) != 1 or not isinstance(args[0], ast.Name):
                raise ExpressionBroken("answered() wants one name")
            _, value = self._name(args[0].id)
            return Kind.TRUTH, lambda known: value(known) is not None
        if function in _BETWEEN:
            if len(args) != 2:
                raise ExpressionBroken(f"{function}() wants two dates or two times")
            (from_kind, begin), (to_kind, end) = (self.read(arg, depth=depth) for arg in args)
            allowed = {Kind.DATE, Kind.MOMENT} if function == "days" else {Kind.MOMENT}
            if {from_kind, to_kind} - allowed:
                raise ExpressionBroken(f"{function}() wants {' or '.join(sorted(f'{k.value}s' for k in allowed))}")
            return Kind.NUMBER, _known(_BETWEEN[function], begin, end)
        if function == "points":
            truths = [self._of(Kind.TRUTH, arg, depth) for arg in args]
            return Kind.NUMBER, _known(lambda *found: Decimal(sum(map(bool, found))), *truths)
        if function == "count":
            if len(args) != 1:
                raise ExpressionBroken("count() wants the name of several choices")
            return Kind.NUMBER, _known(lambda codes: Decimal(len(codes)), self._of(Kind.SET, args[0], depth))
        if function in {"least", "most", "total"}:
            if not args:
                raise ExpressionBroken(f"{function}() wants numbers")
            numbers = [self._of(Kind.NUMBER, arg, depth) for arg in args]
            return Kind.NUMBER, _known(_OF_SEVERAL[function], *numbers)
        if function == "banded":
            return Kind.NUMBER, self._banded(args, depth)
        if function == "given":
            return self._given(args, depth)
        if function == "if_unknown":
            return self._if_unknown(args, depth)
        raise ExpressionBroken(f"there is no function {function}")

    def _banded(self, args: list[ast.expr], depth: int) -> Evaluate:
        """`banded(x, 3, 8, 1, 11, 0)`: 3 up to and with 8, 1 up to and with 11, else 0."""
        if len(args) < 4 or len(args) % 2:
            raise ExpressionBroken("banded() wants a number, then points and limits in turn, and points at the end")
        value = self._of(Kind.NUMBER, args[0], depth)
        steps = [self._number(arg) for arg in args[1:]]
        points, limits = steps[::2], steps[1::2]
        if limits != sorted(set(limits)):
            raise ExpressionBroken("the limits of banded() must rise")

        def band(number: Decimal) -> Decimal:
            return next((p for p, limit in zip(points, limits, strict=False) if number <= limit), points[-1])

        return _known(band, value)

    def _given(self, args: list[ast.expr], depth: int) -> tuple[Kind, Evaluate]:
        """`given(condition, then, otherwise)`."""
        if len(args) != 3:
            raise ExpressionBroken("given() wants a condition and two values")
        condition = self._of(Kind.TRUTH, args[0], depth)
        (kind, then), (other_kind, otherwise) = (self.read(arg, depth=depth) for arg in args[1:])
        if kind is not other_kind:
            raise ExpressionBroken(f"given() is a {kind.value} or a {other_kind.value}")

        def choose(known: Mapping[str, Value]) -> Value:
            truth = condition(known)
            return None if truth is None else then(known) if truth else otherwise(known)

        return kind, choose

    def _if_unknown(self, args: list[ast.expr], depth: int) -> tuple[Kind, Evaluate]:
        """`if_unknown(value, instead)`."""
        if len(args) != 2:
            raise ExpressionBroken("if_unknown() wants a value and what counts in its place")
        (kind, value), (other_kind, instead) = (self.read(arg, depth=depth) for arg in args)
        if kind is not other_kind:
            raise ExpressionBroken(f"if_unknown() is a {kind.value} or a {other_kind.value}")

        def choose(known: Mapping[str, Value]) -> Value:
            found = value(known)
            return instead(known) if found is None else found

        return kind, choose

    def _number(self, node: ast.expr) -> Decimal:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                exact = Decimal(str(number))
                if not exact.is_finite():
                    raise ExpressionBroken(f"{self._said(node)} is too large")
                return exact
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self._number(inner)
        raise ExpressionBroken(f"{self._said(node)} must be a number")


def _known(function: Callable[..., Value], *parts: Evaluate) -> Evaluate:
    """Unknown if a part of it is."""

    def evaluate(known: Mapping[str, Value]) -> Value:
        values = [part(known) for part in parts]
        return None if None in values else function(*values)

    return evaluate


def _all(parts: Collection[Evaluate]) -> Evaluate:
    def evaluate(known: Mapping[str, Value]) -> Value:
        found = [part(known) for part in parts]
        return False if False in found else None if None in found else True

    return evaluate


def _any(parts: Collection[Evaluate]) -> Evaluate:
    def evaluate(known: Mapping[str, Value]) -> Value:
        found = [part(known) for part in parts]
        return True if True in found else None if None in found else False

    return evaluate


def _seconds(begin: datetime, end: datetime) -> int:
    # Two times of one time zone are subtracted as the clock on the wall showed them: an hour off, twice a year.
    return int((end.astimezone(UTC) - begin.astimezone(UTC)).total_seconds())


def _days(begin: date, end: date) -> Decimal:
    """Whole nights between two days, whatever the time of day."""
    first, last = (day.date() if isinstance(day, datetime) else day for day in (begin, end))
    return Decimal((last - first).days)


def _quotient(left: Decimal, right: Decimal) -> Decimal | None:
    return left / right if right else None


_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal | None]]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: _quotient,
}
_COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[..., bool]]] = {
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
}
_BETWEEN: Final[Mapping[str, Callable[..., Decimal]]] = {
    "minutes": lambda begin, end: Decimal(_seconds(begin, end)) / 60,
    "hours": lambda begin, end: Decimal(_seconds(begin, end)) / 3600,
    "days": _days,
}
_OF_SEVERAL: Final[Mapping[str, Callable[..., Decimal]]] = {
    "least": lambda *numbers: min(numbers),
    "most": lambda *numbers: max(numbers),
    "total": lambda *numbers: sum(numbers, Decimal(0)),
}
