"""Numbers of which only limits are known: interval arithmetic with exact decimals.

Each operation returns limits that hold whatever the numbers are. They are the narrowest ones where no unknown number
stands twice in an expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final, Self

_INFINITE: Final = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Between:
    """Both limits belong to it; an infinite one is none."""

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, least: Decimal | None, most: Decimal | None) -> Self:
        """None: no limit."""
        return cls(-_INFINITE if least is None else least, _INFINITE if most is None else most)

    @property
    def number(self) -> Decimal | None:
        """None if it may be more than one."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class TooLow(Between):
    """An answer: too low to be measured."""

    @classmethod
    def below(cls, least: Decimal | None) -> Self:
        """`least`: the lowest number that can be stated."""
        return cls.of(None, least)


ANY: Final = Between(-_INFINITE, _INFINITE)
NOT_NEGATIVE: Final = Between(Decimal(0), _INFINITE)


def exactly(number: Decimal) -> Between:
    return Between(number, number)


def hull(numbers: Iterable[Between]) -> Between:
    """Return the limits of a number that is one of these."""
    all_of = list(numbers)
    return Between(min(one.low for one in all_of), max(one.high for one in all_of))


def negative(number: Between) -> Between:
    return Between(-number.high, -number.low)


def add(left: Between, right: Between) -> Between:
    return Between(left.low + right.low, left.high + right.high)


def subtract(left: Between, right: Between) -> Between:
    return add(left, negative(right))


def multiply(left: Between, right: Between) -> Between:
    return _of_corners(_product, left, right)


def divide(left: Between, right: Between) -> Between:
    """Return any number if the divisor may be nought."""
    return ANY if right.low <= 0 <= right.high else _of_corners(_quotient, left, right)


def least(*numbers: Between) -> Between:
    return Between(min(one.low for one in numbers), min(one.high for one in numbers))


def most(*numbers: Between) -> Between:
    return Between(max(one.low for one in numbers), max(one.high for one in numbers))


def total(*numbers: Between) -> Between:
    return Between(sum((one.low for one in numbers), Decimal(0)), sum((one.high for one in numbers), Decimal(0)))


def points(*truths: bool | None) -> Between:
    """Return how many are true: at least those that are known to be, at most those that are not known to be false."""
    return Between(Decimal(truths.count(True)), Decimal(len(truths) - truths.count(False)))


def banded(number: Between, points: Sequence[Decimal], limits: Sequence[Decimal]) -> Between:
    """Return the points of the bands that the number may lie in. Each band reaches up to and with its limit."""
    first, last = (sum(end > limit for limit in limits) for end in (number.low, number.high))
    reached = points[first : last + 1]
    return Between(min(reached), max(reached))


def is_less(left: Between, right: Between) -> bool | None:
    return True if left.high < right.low else False if left.low >= right.high else None


def is_at_most(left: Between, right: Between) -> bool | None:
    return True if left.high <= right.low else False if left.low > right.high else None


def is_equal(left: Between, right: Between) -> bool | None:
    if left.high < right.low or right.high < left.low:
        return False
    return None if left.number is None or right.number is None else True


def opposite(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _of_corners(operation: Callable[[Decimal, Decimal], Decimal], left: Between, right: Between) -> Between:
    found = [operation(one, other) for one, other in product((left.low, left.high), (right.low, right.high))]
    return Between(min(found), max(found))


def _product(left: Decimal, right: Decimal) -> Decimal:
    return left * right if left and right else Decimal(0)


def _quotient(left: Decimal, right: Decimal) -> Decimal:
    return left / right if right.is_finite() else Decimal(0)
