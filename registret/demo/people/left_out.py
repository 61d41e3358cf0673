"""Whom a clinic of the demo has not included, as it has counted them itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.reports.coverage.not_included import count_not_included
from registret.reports.periods import half_years

_COUNTED: Final[Mapping[str, tuple[Mapping[str, int], ...]]] = {
    "pneumoni": (
        {"missed": 3, "unable": 2, "declined": 1},
        {"missed": 6, "unable": 3, "declined": 2, "no_time": 2, "language": 1},
        {"missed": 8, "no_time": 4, "declined": 3, "died": 1},
    ),
    "sepsis": ({"unable": 2, "died": 1}, {"died": 3, "missed": 3, "unable": 2}),
}
"""By sub-registry and reason: of this half-year first, and then of those before it."""


def count(*, actor: Actor, at: datetime) -> None:
    for sub_registry, halves in _COUNTED.items():
        for half, reasons in zip(half_years(at=at), halves, strict=False):
            for reason, number in reasons.items():
                count_not_included(
                    actor=actor, sub_registry=sub_registry, reason=reason, half=half, number=number, at=at
                )
