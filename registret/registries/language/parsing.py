"""Parse the expressions of definitions, and refuse what is not in their language."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from registret.registries.language import between
from registret.registries.language.between import ANY, NOT_NEGATIVE, exactly
from registret.registries.language.evaluating import (
    ARITHMETIC,
    BETWEEN,
    COMPARISONS,
    OF_NUMBERS,
    OF_SEVERAL,
    Evaluate,
    all_of,
    any_of,
    chosen,
    is_answer,
    lowest,
    measured,
    number_of,
    of_both_known,
    of_known,
    of_numbers,
    unless_unknown,
)
from registret.registries.language.expressions import Expression, ExpressionBroken, Name, ValueKind
from registret.registries.language.syntax import LONGEST, syntax_tree

_DEEPEST: Final = 30


def parse(
    text: str, *, names: Mapping[str, Name], kinds: Collection[ValueKind] = (), is_formula: bool = False
) -> Expression:
    """`kinds`: one of which it must be. `is_formula`: it computes something out of answers, and may lean on what is
    true of all that are right: a number lies `within` its limits, and no time ends before it starts. A rule, which
    judges answers, may not; nor may what decides whether a question is asked.

    Raises: ExpressionBroken.
    """
    if len(text) > LONGEST:
        raise ExpressionBroken(f"longer than {LONGEST} characters")
    tree = syntax_tree(text.strip())
    reader = _Reader(text.strip(), names, is_formula=is_formula)
    found, evaluate = reader.read(tree, depth=0)
    if kinds and found not in kinds:
        raise ExpressionBroken(f"is a {found.value}, and must be a {' or a '.join(kinds)}")
    return Expression(
        text=text.strip(),
        kind=found,
        names=frozenset(reader.used),
        _evaluate=evaluate,
        _differences=tuple(reader.differences),
    )


class _Reader:
    """Goes down the tree once: every node that is not in the language is refused, the others become functions."""

    def __init__(self, text: str, names: Mapping[str, Name], *, is_formula: bool) -> None:
        self._text = text
        self._names = names
        self._is_formula = is_formula
        self.used: set[str] = set()
        self.differences: list[Evaluate] = []

    def read(self, node: ast.expr, *, depth: int) -> tuple[ValueKind, Evaluate]:
        if depth > _DEEPEST:
            raise ExpressionBroken("too deeply nested")
        deeper = depth + 1
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Constant(value=bool() as truth):
                return ValueKind.TRUTH, lambda _: truth
            case ast.Constant(value=int() | float()):
                exact = exactly(self._number(node))
                return ValueKind.NUMBER, lambda _: exact
            case ast.Constant(value=str() as text):
                return ValueKind.TEXT, lambda _: text
            case ast.BoolOp(op=op, values=parts):
                truths = [self._of(ValueKind.TRUTH, part, deeper) for part in parts]
                return ValueKind.TRUTH, all_of(truths) if isinstance(op, ast.And) else any_of(truths)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._of(ValueKind.TRUTH, operand, deeper)
                return ValueKind.TRUTH, of_known(lambda truth: not truth, inner)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number_of = self._of(ValueKind.NUMBER, operand, deeper)
                return ValueKind.NUMBER, of_numbers(between.negative, number_of)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in ARITHMETIC:
                parts_ = [self._of(ValueKind.NUMBER, side, deeper) for side in (left, right)]
                return ValueKind.NUMBER, of_numbers(ARITHMETIC[type(operator)], *parts_)
            case ast.Compare():
                return ValueKind.TRUTH, self._comparison(node, deeper)
            case ast.Call(func=ast.Name(id=function), args=args, keywords=[]):
                return self._call(function, args, deeper)
        raise ExpressionBroken(f"{self._said(node)} is not part of the language")

    def _said(self, node: ast.expr) -> str:
        """As it was written. Not put together again from the tree: that goes as deep as the tree is."""
        return " ".join((ast.get_source_segment(self._text, node) or self._text).split())[:40]

    def _name(self, name: str) -> tuple[ValueKind, Evaluate]:
        if name not in self._names:
            raise ExpressionBroken(f"{name} is not known here")
        self.used.add(name)
        found = self._names[name]
        if found.kind is ValueKind.NUMBER:
            return ValueKind.NUMBER, number_of(name, found.within if self._is_formula else ANY)
        return found.kind, lambda known: known.get(name)

    def _of(self, kind: ValueKind, node: ast.expr, depth: int) -> Evaluate:
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
        return pairs[0] if len(pairs) == 1 else all_of(pairs)

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, depth: int) -> Evaluate:
        if isinstance(operator, ast.In | ast.NotIn):
            contains = self._membership(left, right, depth)
            return contains if isinstance(operator, ast.In) else of_known(lambda truth: not truth, contains)
        if type(operator) not in COMPARISONS:
            raise ExpressionBroken("this comparison is not part of the language")
        (left_kind, left_value), (right_kind, right_value) = (self.read(side, depth=depth) for side in (left, right))
        if left_kind is not right_kind or left_kind is ValueKind.SET:
            raise ExpressionBroken(f"a {left_kind.value} cannot be compared with a {right_kind.value}")
        equality = isinstance(operator, ast.Eq | ast.NotEq)
        if not equality and left_kind in {ValueKind.TEXT, ValueKind.TRUTH}:
            raise ExpressionBroken(f"a {left_kind.value} has no order")
        self._require_option(left, right)
        self._require_option(right, left)
        if left_kind is ValueKind.NUMBER:
            return of_numbers(OF_NUMBERS[type(operator)], left_value, right_value)
        return of_both_known(COMPARISONS[type(operator)], left_value, right_value)

    def _membership(self, left: ast.expr, right: ast.expr, depth: int) -> Evaluate:
        """`"aorta" in site`, for several choices; `agent in ("spn", "gas")`, for one."""
        if isinstance(right, ast.Tuple | ast.List):
            if not right.elts:
                raise ExpressionBroken(f"{self._said(left)} is never one of none")
            value = self._of(ValueKind.TEXT, left, depth)
            among = frozenset(self._literal(part) for part in right.elts)
            for part in right.elts:
                self._require_option(left, part)
            return of_known(lambda text: text in among, value)
        literal, chosen = self._literal(left), self._of(ValueKind.SET, right, depth)
        self._require_option(right, left)
        return of_known(lambda codes: literal in codes, chosen)

    def _literal(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise ExpressionBroken(f"{self._said(node)} must be a text in quotes")

    def _require_option(self, choice: ast.expr, literal: ast.expr) -> None:
        """A code that the choice cannot have is a slip of the pen, and the condition would never hold."""
        if isinstance(choice, ast.Constant) or not isinstance(literal, ast.Constant):
            return
        options = self._options(choice)
        if options is not None and isinstance(literal.value, str) and literal.value not in options:
            raise ExpressionBroken(f"{self._said(choice)} cannot be {literal.value!r}")

    def _options(self, node: ast.expr) -> frozenset[str] | None:
        """Return all that it can be, or None if that can be any text."""
        match node:
            case ast.Constant(value=str() as text):
                return frozenset({text})
            case ast.Name(id=name):
                return self._names[name].options
            case ast.Call(func=ast.Name(id="if_unknown" | "given" as function), args=args):
                each = [self._options(arg) for arg in (args if function == "if_unknown" else args[1:])]
                found = [options for options in each if options is not None]
                return frozenset().union(*found) if len(found) == len(each) else None
        return None

    def _call(self, function: str, args: list[ast.expr], depth: int) -> tuple[ValueKind, Evaluate]:
        match function:
            case "answered":
                return ValueKind.TRUTH, self._answered(args)
            case "count":
                return ValueKind.NUMBER, self._count(args, depth)
            case "lowest":
                if len(args) != 1:
                    raise ExpressionBroken("lowest() wants one number")
                return ValueKind.NUMBER, of_numbers(lowest, self._of(ValueKind.NUMBER, args[0], depth))
            case "banded":
                return ValueKind.NUMBER, self._banded(args, depth)
            case "given":
                return self._given(args, depth)
            case "if_unknown":
                return self._if_unknown(args, depth)
        if function in BETWEEN:
            return ValueKind.NUMBER, self._difference(function, args, depth)
        if function in OF_SEVERAL or function == "points":
            return ValueKind.NUMBER, self._of_several(function, args, depth)
        raise ExpressionBroken(f"there is no function {function}")

    def _answered(self, args: list[ast.expr]) -> Evaluate:
        if len(args) != 1 or not isinstance(args[0], ast.Name):
            raise ExpressionBroken("answered() wants one name")
        name = args[0].id
        self._name(name)
        return lambda known: is_answer(known.get(name))

    def _count(self, args: list[ast.expr], depth: int) -> Evaluate:
        if len(args) != 1:
            raise ExpressionBroken("count() wants the name of several choices")
        codes = self._of(ValueKind.SET, args[0], depth)
        return measured(lambda chosen: Decimal(len(chosen)), ANY, codes)

    def _of_several(self, function: str, args: list[ast.expr], depth: int) -> Evaluate:
        kind, several = (
            (ValueKind.TRUTH, between.points) if function == "points" else (ValueKind.NUMBER, OF_SEVERAL[function])
        )
        if not args:
            raise ExpressionBroken(f"{function}() wants {'conditions' if kind is ValueKind.TRUTH else 'numbers'}")
        return of_numbers(several, *(self._of(kind, arg, depth) for arg in args))

    def _difference(self, function: str, args: list[ast.expr], depth: int) -> Evaluate:
        """From one time to another. In a formula, one that ends before it starts is not known."""
        if len(args) != 2:
            raise ExpressionBroken(f"{function}() wants two dates or two times")
        (from_kind, begin), (to_kind, end) = (self.read(arg, depth=depth) for arg in args)
        allowed = {ValueKind.DATE, ValueKind.MOMENT} if function == "days" else {ValueKind.MOMENT}
        if {from_kind, to_kind} - allowed:
            raise ExpressionBroken(f"{function}() wants {' or '.join(sorted(f'{k.value}s' for k in allowed))}")
        difference = of_both_known(BETWEEN[function], begin, end)
        self.differences.append(difference)
        if not self._is_formula:
            return measured(lambda found: found, ANY, difference)
        return measured(lambda found: found if found >= 0 else None, NOT_NEGATIVE, difference)

    def _banded(self, args: list[ast.expr], depth: int) -> Evaluate:
        """`banded(x, 3, 8, 1, 11, 0)`: 3 up to and with 8, 1 up to and with 11, else 0."""
        if len(args) < 4 or len(args) % 2:
            raise ExpressionBroken("banded() wants a number, then points and limits in turn, and points at the end")
        value = self._of(ValueKind.NUMBER, args[0], depth)
        steps = [self._number(arg) for arg in args[1:]]
        points, limits = steps[::2], steps[1::2]
        if limits != sorted(set(limits)):
            raise ExpressionBroken("the limits of banded() must rise")
        return of_numbers(lambda number: between.banded(number, points, limits), value)

    def _given(self, args: list[ast.expr], depth: int) -> tuple[ValueKind, Evaluate]:
        """`given(condition, then, otherwise)`."""
        if len(args) != 3:
            raise ExpressionBroken("given() wants a condition and two values")
        condition = self._of(ValueKind.TRUTH, args[0], depth)
        (kind, then), (other_kind, otherwise) = (self.read(arg, depth=depth) for arg in args[1:])
        if kind is not other_kind:
            raise ExpressionBroken(f"given() is a {kind.value} or a {other_kind.value}")
        return kind, chosen(condition, then, otherwise)

    def _if_unknown(self, args: list[ast.expr], depth: int) -> tuple[ValueKind, Evaluate]:
        """`if_unknown(value, instead)`."""
        if len(args) != 2:
            raise ExpressionBroken("if_unknown() wants a value and what counts in its place")
        (kind, value), (other_kind, instead) = (self.read(arg, depth=depth) for arg in args)
        if kind is not other_kind:
            raise ExpressionBroken(f"if_unknown() is a {kind.value} or a {other_kind.value}")
        return kind, unless_unknown(value, instead)

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
