"""Tid till tillgång: the period that was asked for, and the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from registret.access.applications.time_to_access import AccessTime
from registret.time_limits.lengths import Length, Unit
from registret.web.charts import ChartRange, ranges
from registret.web.http import ActorRequest
from registret.web.numbers import number_in

MONTHS = (3, 12, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many months up to now."""

    months: int
    since: datetime
    until: datetime

    @classmethod
    def asked(cls, request: ActorRequest) -> Period:
        wanted = number_in(request.GET, "manader")
        months = wanted if wanted in MONTHS else 12
        since = Length(number=months, unit=Unit.MONTHS).before(request.at)
        return cls(months=months, since=since, until=request.at)


def chart(lines: Sequence[AccessTime], *, own: int | None = None) -> SafeString | None:
    """Of those of whom something can be said; None if there are none."""
    drawn = [
        ChartRange(
            name=line.clinic_name or gettext("Alla kliniker"),
            middle=line.whole.median,
            high=line.whole.ninety,
            own=line.clinic_id == own,
        )
        for line in lines
        if line.whole.median is not None
    ]
    return ranges(drawn, name=_name(lines)) if drawn else None


def reaches_90(lines: Sequence[AccessTime]) -> bool:
    """Whether the chart of these has a line: of at least one more is known than the median."""
    return any(line.whole.ninety is not None for line in lines)


def _name(lines: Sequence[AccessTime]) -> str:
    if reaches_90(lines):
        return gettext(
            "Tid från ansökan till attest: punkten är medianen, strecket når till 90 procent. Talen står i tabellen."
        )
    return gettext("Tid från ansökan till attest: punkten är medianen. Talen står i tabellen.")
