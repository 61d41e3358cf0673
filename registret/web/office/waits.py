"""Tid till tillgång, for the office: all clinics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registret.access.applications.time_to_access import (
    ENOUGH,
    ENOUGH_FOR_90,
    AccessTime,
    access_time_everywhere,
    access_times,
)
from registret.access.roles import Permission
from registret.places.swedish import swedish_order
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.numbers import number_in
from registret.web.waits import MONTHS, Period, chart, reaches_90

PAGE = 25
DRAWN = 12
"""So many of a page are drawn: a chart that needs scrolling compares nothing."""
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
        "reaches_90": reaches_90(lines[:DRAWN]),
        "drawn": DRAWN if len(lines) > DRAWN else None,
        "after": lines[-1].clinic_id if begin + PAGE < len(found) else None,
        "enough": ENOUGH,
        "enough_for_90": ENOUGH_FOR_90,
    }
    return render(request, "office/access_times.html", context)
