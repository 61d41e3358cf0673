"""The time limits as they are now, and how they came to be so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from registret.time_limits.lengths import LIMITS, Length, TimeLimit
from registret.time_limits.models import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    number: int
    reason: str
    at: datetime
    by_name: str


def length(limit: TimeLimit) -> Length:
    """How long this is, now. One query."""
    newest = Decision.objects.filter(code=limit).order_by("-id").first()
    return _length(limit, newest.number if newest else None)


def lengths() -> Mapping[TimeLimit, Length]:
    """All of them, now. One query."""
    newest = newest_decisions()
    return {limit: _length(limit, newest[limit].number if limit in newest else None) for limit in TimeLimit}


def newest_decisions() -> Mapping[TimeLimit, DecisionRow]:
    """The decision in force of each limit that the office has decided about."""
    found = Decision.objects.order_by("code", "-id").distinct("code")
    return {TimeLimit(row.code): _row(row) for row in found}


def decisions(limit: TimeLimit, *, size: int = 20) -> tuple[DecisionRow, ...]:
    """Newest first."""
    return tuple(_row(row) for row in Decision.objects.filter(code=limit).order_by("-id")[:size])


def _length(limit: TimeLimit, number: int | None) -> Length:
    return Length(number=LIMITS[limit].usual if number is None else number, unit=LIMITS[limit].unit)


def _row(row: Decision) -> DecisionRow:
    return DecisionRow(number=row.number, reason=row.reason, at=row.at, by_name=row.by_name)
