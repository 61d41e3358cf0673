"""Tid till tillgång: the period that was asked for, the chart, and how it is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from registret.access.applications.time_to_access import ENOUGH, ENOUGH_FOR_90, AccessTime
from registret.time_limits.lengths import Length, Unit
from registret.web.figures.charts import ChartRange, ranges
from registret.web.http import ActorRequest
from registret.web.numbers import number_in
from registret.web.pieces import Link

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

    def choices(self, **wanted: str) -> list[Link]:
        """All periods; the one that is shown leads nowhere. `wanted`: what else the addresses say."""
        return [
            Link(
                ngettext("%(n)s månad", "%(n)s månader", months) % {"n": months},
                "" if months == self.months else "?" + urlencode({"manader": months} | wanted),
            )
            for months in MONTHS
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPicture:
    """The chart, if something can be said, and how chart and table are to be read."""

    chart: SafeString | None
    told: Sequence[str]


def picture(lines: Sequence[AccessTime], *, own: int | None = None, drawn: int | None = None) -> WaitingPicture:
    """`drawn`: so many of the first are drawn, where that is not all."""
    drawing = chart(lines[:drawn], own=own)
    median = gettext("Median: hälften av ansökningarna tog högst så lång tid. 90\u00a0%%: nio av tio.") % {}
    few = gettext(
        "Medianen visas vid minst %(enough)s ansökningar och 90\u00a0%% vid minst %(enough_for_90)s. "
        "Annars står ett streck."
    )
    return WaitingPicture(
        chart=drawing,
        told=[
            *([_drawn(drawn, with_line=reaches_90(lines[:drawn]))] if drawing else []),
            median,
            few % {"enough": ENOUGH, "enough_for_90": ENOUGH_FOR_90},
        ],
    )


def _drawn(number: int | None, *, with_line: bool) -> str:
    told = gettext("Punkten är medianen.")
    if with_line:
        told += " " + gettext("Strecket når till 90\u00a0%%.") % {}
    if number is None:
        return told
    highest = ngettext(
        "De %(n)s översta klinikerna i tabellen är ritade.", "De %(n)s översta klinikerna i tabellen är ritade.", number
    )
    return f"{told} {highest % {'n': number}}"


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
