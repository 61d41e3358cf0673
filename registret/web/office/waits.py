"""Tid till tillgång, for the office: all clinics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.applications.time_to_access import AccessTime, access_time_everywhere, access_times
from registret.access.roles import Permission
from registret.places.swedish import swedish_order
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.numbers import number_in
from registret.web.pieces import Link, SortedBy, show
from registret.web.templatetags.look import day, length_of_time
from registret.web.waits import Period, WaitingPicture, picture

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """How long it took at a clinic. `few`: too few for a median."""

    time: AccessTime
    few: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTimesPage:
    told: str
    periods: Sequence[Link]
    picture: WaitingPicture
    columns: Sequence[SortedBy]
    lines: Sequence[WaitingLine]
    more: Link | None


@needs(Permission.APPOINT).get
def access_times_page(request: ActorRequest) -> HttpResponse:
    """All clinics where anyone was attested, a page at a time."""
    period = Period.asked(request)
    order = request.GET.get("ordning", "")
    order = order if order in ORDERS else "median"
    times = access_times(since=period.since, until=period.until, actor=request.actor)
    found = sorted(times, key=ORDERS[order])
    after = [line.clinic_id for line in found]
    place = number_in(request.GET, "efter")
    begin = after.index(place) + 1 if place in after else 0
    lines = found[begin : begin + PAGE]
    everywhere = access_time_everywhere(since=period.since, until=period.until, actor=request.actor)
    more = _address(period, order, efter=lines[-1].clinic_id) if begin + PAGE < len(found) else ""
    page = WaitingTimesPage(
        told=_told(everywhere, period),
        periods=period.choices(ordning=order),
        picture=picture(lines, drawn=DRAWN if len(lines) > DRAWN else None),
        columns=_columns(period, order),
        lines=[WaitingLine(time=line, few=_("för få") if line.whole.median is None else "") for line in lines],
        more=Link(_("Visa fler"), more) if more else None,
    )
    return show(request, "office/access_times.html", page, tab="office")


def _told(everywhere: AccessTime, period: Period) -> str:
    attested = ngettext(
        "Från ansökan till attest. %(n)s ansökan attesterad sedan %(since)s.",
        "Från ansökan till attest. %(n)s ansökningar attesterade sedan %(since)s.",
        everywhere.number,
    ) % {"n": everywhere.number, "since": day(period.since)}
    if everywhere.whole.median is None:
        return attested
    whole = {"median": length_of_time(everywhere.whole.median), "ninety": length_of_time(everywhere.whole.ninety)}
    return attested + " " + _("Alla kliniker: median %(median)s, 90\u00a0%% %(ninety)s.") % whole


def _columns(period: Period, order: str) -> list[SortedBy]:
    names = {"namn": _("Klinik"), "antal": _("Antal"), "median": _("Median"), "nittio": "90\u00a0%"}
    return [
        SortedBy(
            link=Link(name, _address(period, code)),
            sort=("ascending" if code == "namn" else "descending") if code == order else "",
        )
        for code, name in names.items()
    ]


def _address(period: Period, order: str, **more: int | None) -> str:
    return "?" + urlencode({"manader": period.months, "ordning": order} | more)
