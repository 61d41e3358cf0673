"""Tid till tillgång: for the office all clinics, for an administrator the own one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from registret.access.roles import Permission
from registret.access.waits import ENOUGH, ENOUGH_FOR_90, AccessTime, access_time_everywhere, access_times
from registret.places.swedish import swedish_order
from registret.settings.lengths import Length, Unit
from registret.web.charts import Range, ranges
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.numbers import number_in

PAGE = 25
DRAWN = 12
"""So many of a page are drawn: a chart that needs scrolling compares nothing."""
MONTHS = (3, 12, 36)
_NOTHING = timedelta(-1)


def _name(line: AccessTime) -> tuple[Any, ...]:
    return swedish_order(line.clinic_name)


ORDERS: dict[str, Callable[[AccessTime], tuple[Any, ...]]] = {
    "median": lambda line: (-(line.whole.median or _NOTHING), *_name(line)),
    "nittio": lambda line: (-(line.whole.ninety or _NOTHING), *_name(line)),
    "antal": lambda line: (-line.number, *_name(line)),
    "namn": _name,
}
"""The slowest first; those of whom nothing can be said last."""


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


@require_GET
@needs(Permission.APPOINT)
def access_times_page(request: ActorRequest) -> HttpResponse:
    """All clinics where somebody was attested, a page at a time."""
    period = Period.asked(request)
    order = request.GET.get("ordning", "")
    order = order if order in ORDERS else "median"
    times = access_times(since=period.since, until=period.until, actor=request.actor)
    found = sorted(times, key=ORDERS[order])
    after = [line.clinic_id for line in found]
    place = number_in(request.GET, "efter")
    begin = after.index(place) + 1 if place in after else 0
    lines = found[begin : begin + PAGE]
    context = {
        "tab": "office",
        "period": period,
        "periods": MONTHS,
        "order": order,
        "lines": lines,
        "everywhere": access_time_everywhere(since=period.since, until=period.until, actor=request.actor),
        "chart": chart(lines[:DRAWN]),
        "drawn": DRAWN if len(lines) > DRAWN else None,
        "after": lines[-1].clinic_id if begin + PAGE < len(found) else None,
        "enough": ENOUGH,
        "enough_for_90": ENOUGH_FOR_90,
    }
    return render(request, "access_times.html", context)


def chart(lines: list[AccessTime], *, own: int | None = None) -> SafeString | None:
    """Of those of whom something can be said; None if there are none."""
    drawn = [
        Range(
            name=line.clinic_name or gettext("Alla kliniker"),
            middle=line.whole.median,
            high=line.whole.ninety,
            own=line.clinic_id == own,
        )
        for line in lines
        if line.whole.median is not None
    ]
    name = gettext(
        "Tid från ansökan till attest: punkten är medianen, strecket når till 90 procent. Talen står i tabellen."
    )
    return ranges(drawn, name=name) if drawn else None
