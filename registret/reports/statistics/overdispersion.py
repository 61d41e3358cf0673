"""Overdispersion: clinics that differ by more than chance, all of them a little, for reasons that no model has.

Each scale has a score per clinic, z, and its standard deviation if chance were all, s. Spread beyond chance widens the
limits: by a factor (multiplicative), or by a variance between clinics (additive, preferred).

Sources: Spiegelhalter 2005, Stat Med 24:1185 (multiplicative, winsorised); Spiegelhalter et al. 2012, J R Stat Soc A
175:1 (additive); NHS Digital, SHMI methodology (logarithmic, trimmed).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import asin, exp, fsum, log, pi, sin, sqrt
from statistics import quantiles
from typing import Final

from registret.reports.statistics.intervals import Interval
from registret.reports.statistics.tails import QUESTION, gamma_at_most, z_score

_ENOUGH: Final = 20


@dataclass(frozen=True, slots=True)
class SpreadScore:
    z: float
    s: float


@dataclass(frozen=True, slots=True)
class Spread:
    """`factor`: φ, 1 if chance is all. `between`: τ², the variance between clinics on the scores' scale."""

    factor: float
    between: float

    def widened(self, s: float) -> float:
        """Return the standard deviation of a clinic with the variance between clinics added."""
        return sqrt(s * s + self.between)


def root_score(observed: int, expected: float) -> SpreadScore:
    """Return the score of a ratio on the square root scale, as the Care Quality Commission takes it."""
    s = 1 / (2 * sqrt(expected))
    return SpreadScore((sqrt(observed / expected) - 1) / s, s)


def log_score(observed: int, expected: float) -> SpreadScore:
    """Return the score of a ratio on the logarithmic scale, as SHMI takes it.

    Raises:
        ValueError: nothing was observed, which has no logarithm.
    """
    s = 1 / sqrt(expected)
    return SpreadScore(log(observed / expected) / s, s)


def arcsine_score(x: int, n: int, target: float) -> SpreadScore:
    """Return the score of a proportion on the arcsine scale."""
    s = 1 / (2 * sqrt(n))
    return SpreadScore((asin(sqrt(x / n)) - asin(sqrt(target))) / s, s)


def spread(scores: Sequence[SpreadScore], *, trimmed: bool = False) -> Spread:
    """Return how much the clinics differ beyond chance, with the outermost tenth on each side drawn in (or, `trimmed`,
    left out), so that the outliers that are looked for do not widen the limits around themselves.

    Raises:
        ValueError: there are fewer than two scores.
    """
    if len(scores) < 2:
        raise ValueError("one clinic has no spread")
    kept = _trimmed(scores) if trimmed else _winsorised(scores)
    number = len(kept)
    factor = fsum(score.z**2 for score in kept) / number
    weights = [1 / score.s**2 for score in kept]
    total = fsum(weights)
    below = total - fsum(weight**2 for weight in weights) / total
    return Spread(factor, max((number * factor - (number - 1)) / below, 0.0))


def _winsorised(scores: Sequence[SpreadScore]) -> list[SpreadScore]:
    tenths = quantiles((score.z for score in scores), n=10, method="inclusive")
    return [SpreadScore(min(max(score.z, tenths[0]), tenths[-1]), score.s) for score in scores]


def _trimmed(scores: Sequence[SpreadScore]) -> list[SpreadScore]:
    ordered = sorted(scores, key=lambda score: score.z)
    groups = [rank * 10 // (len(ordered) + 1) for rank in range(1, len(ordered) + 1)]
    return [score for score, group in zip(ordered, groups, strict=True) if 0 < group < 9]


def spread_of_proportions(counts: Collection[tuple[int, int]], target: float) -> Spread | None:
    """Return how much clinics, each x of n, differ beyond chance; None of fewer than 20, which say too little."""
    if len(counts) < _ENOUGH:
        return None
    return spread([arcsine_score(x, n, target) for x, n in counts])


def spread_of_ratios(counts: Collection[tuple[int, float]]) -> Spread | None:
    """Return how much clinics, each observed of expected, differ beyond chance; None of fewer than 20."""
    if len(counts) < _ENOUGH:
        return None
    return spread([root_score(observed, expected) for observed, expected in counts])


def is_beyond_chance(spread: Spread, clinics: int) -> bool:
    """Return whether so many clinics differ by more than chance: φ is above what one sample of 40 has by chance alone.

    Source: Spiegelhalter 2005: Nφ against the χ² distribution with N degrees. Drawn-in scores make it a little strict.
    """
    return gamma_at_most(clinics * spread.factor / 2, clinics / 2) > 1 - QUESTION


def root_limits(expected: float, spread: Spread, tail: float) -> Interval:
    """Return the limits of observed/expected with the variance between clinics, back on the scale of the ratio."""
    half = z_score(tail) * spread.widened(1 / (2 * sqrt(expected)))
    return Interval(max(1 - half, 0.0) ** 2, (1 + half) ** 2)


def log_limits(expected: float, spread: Spread, tail: float) -> Interval:
    """Return the limits of observed/expected with the variance between clinics, back on the scale of the ratio."""
    half = z_score(tail) * spread.widened(1 / sqrt(expected))
    return Interval(exp(-half), exp(half))


def arcsine_limits(n: int, target: float, spread: Spread, tail: float) -> Interval:
    """Return the limits of a proportion with the variance between clinics, back on the scale of the proportion."""
    middle, half = asin(sqrt(target)), z_score(tail) * spread.widened(1 / (2 * sqrt(n)))
    return Interval(sin(max(middle - half, 0.0)) ** 2, sin(min(middle + half, pi / 2)) ** 2)


def by_factor(limits: Interval, target: float, spread: Spread) -> Interval:
    """Return limits √φ times as far from the target, never nearer than they were and never below 0."""
    times = sqrt(max(spread.factor, 1.0))
    return Interval(max(target - (target - limits.low) * times, 0.0), target + (limits.high - target) * times)
