"""Exact tail probabilities of the binomial and the Poisson distribution."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from math import exp, floor, lgamma, log, log1p
from statistics import NormalDist
from typing import Final

QUESTION: Final = 0.025
"""Probability in one tail; both together are 5 %. Outside is a question."""
ALARM: Final = 0.001
"""Probability in one tail; both together are 0.2 %. Outside is an alarm."""

_PRECISION: Final = 1e-17
_HALVINGS: Final = 80


@cache
def z_score(tail: float) -> float:
    """Return the standard normal quantile that leaves `tail` above it: 1.96 for QUESTION, 3.09 for ALARM."""
    return NormalDist().inv_cdf(1 - tail)


def binomial_at_most(x: int, n: int, p: float) -> float:
    """Return P(X ≤ x) for X ~ Binomial(n, p), exact to about 1e-10 of its value."""
    if x < 0:
        return 0.0
    if x >= n or p <= 0:
        return 1.0
    if p >= 1:
        return 0.0
    if x >= n * p:
        # Small tails are summed, large ones are what the small one leaves.
        return 1 - binomial_at_most(n - x - 1, n, 1 - p)
    first, odds = binomial_exactly(x, n, p), (1 - p) / p
    return min(first + _sum(first, lambda step: (x + 1 - step) / (n - x + step) * odds), 1.0)


def binomial_at_least(x: int, n: int, p: float) -> float:
    """Return P(X ≥ x) for X ~ Binomial(n, p)."""
    return binomial_at_most(n - x, n, 1 - p)


def binomial_exactly(x: int, n: int, p: float) -> float:
    """Return P(X = x) for X ~ Binomial(n, p) with 0 < p < 1."""
    ways = lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1)
    return exp(ways + x * log(p) + (n - x) * log1p(-p))


def gamma_at_most(x: float, shape: float) -> float:
    """Return P(X ≤ x) for X ~ Gamma(shape, 1): the regularised lower incomplete gamma function, as a power series.

    Source: NIST Digital Library of Mathematical Functions, 8.11.4.
    """
    if x <= 0:
        return 0.0
    # From the largest term both ways, for the first ones of a large x are too small for a float.
    number = max(floor(x - shape), 0)
    largest = shape + number
    first = exp(largest * log(x) - x - lgamma(largest + 1))
    later = _sum(first, lambda step: x / (largest + step))
    earlier = _sum(first, lambda step: (largest + 1 - step) / x if step <= number else 0.0)
    return min(first + later + earlier, 1.0)


def _sum(first: float, ratio: Callable[[int], float]) -> float:
    """Return the sum of the terms after `first`, each `ratio(step)` times the one before, until they do not matter."""
    total, term = 0.0, first
    for step in count(1):
        term *= ratio(step)
        total += term
        if term <= (first + total) * _PRECISION:
            return total
    raise AssertionError("count() has no end")


def gamma_quantile(p: float, shape: float) -> float:
    """Return the x with P(X ≤ x) = p for X ~ Gamma(shape, 1): half the chi-square quantile of 2·shape degrees."""
    high = shape + 1
    while gamma_at_most(high, shape) < p:
        high *= 2
    return solve(lambda x: gamma_at_most(x, shape) - p, 0.0, high)


def poisson_at_least(x: int, mean: float) -> float:
    """Return P(X ≥ x) for X ~ Poisson(mean)."""
    return 1.0 if x <= 0 else gamma_at_most(mean, x)


def poisson_at_most(x: int, mean: float) -> float:
    """Return P(X ≤ x) for X ~ Poisson(mean)."""
    return 1 - poisson_at_least(x + 1, mean)


def solve(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where `rising`, at most 0 at `low` and at least 0 at `high`, is 0."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
