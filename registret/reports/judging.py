"""Where a figure of a clinic lies in the funnel of its indicator, and whether that is good. Decided here alone, for the
page of the clinic and for the registry office."""

from __future__ import annotations

from typing import Final

from registret.registries.indicators import Better
from registret.registries.measuring import Indicator
from registret.reports.counts import Figure
from registret.reports.statistics.funnels import FunnelPlace, place_of_proportion, place_of_ratio
from registret.reports.statistics.tails import binomial_at_most, poisson_at_most

ALARMS: Final = frozenset({FunnelPlace.VERY_LOW, FunnelPlace.VERY_HIGH})
"""Outside of 99.8 %; outside of 95 % alone is a question."""
SELDOM: Final = 0.1
"""Others are judged only if chance makes an edition hide them no more often than this, for few with the outcome or
few without it. Then those that are told lie outside of the limits no more often than all would."""
_HIGH: Final = frozenset({FunnelPlace.HIGH, FunnelPlace.VERY_HIGH})


def target_of(indicator: Indicator, country: Figure | None) -> float | None:
    """Return what clinics are compared with: the share of the country, of a ratio 1. None of a median, which has no
    funnel, and where a share is 0 or 1: there is no difference to see."""
    if indicator.is_ratio:
        return 1.0
    if not indicator.is_share or country is None or country.x is None or not 0 < country.x < country.n:
        return None
    return country.x / country.n


def place_in_funnel(figure: Figure, target: float | None) -> FunnelPlace | None:
    """None where there is no target, and of a ratio where too few were expected."""
    if target is None or figure.estimate is None:
        return None
    if figure.expected is not None:
        return place_of_ratio(figure.x or 0, figure.expected)
    return place_of_proportion(figure.x or 0, figure.n, target)


def is_share_seldom_hidden(n: int, target: float, *, least: int) -> bool:
    """Return whether fewer than `least` of n patients with the outcome, or without it, are rare (`SELDOM`)."""
    return max(binomial_at_most(least - 1, n, share) for share in (target, 1 - target)) <= SELDOM


def is_ratio_seldom_hidden(expected: float, patients: int, *, least: int) -> bool:
    """As `is_share_seldom_hidden`, where so many events of so many patients are expected."""
    return max(poisson_at_most(least - 1, mean) for mean in (expected, patients - expected)) <= SELDOM


def is_better(place: FunnelPlace, better: Better) -> bool | None:
    """Whether it is good to lie there; None within the limits, and where neither direction is good."""
    if place is FunnelPlace.WITHIN or better is Better.NEITHER:
        return None
    return (place in _HIGH) == (better is Better.MORE)
