"""Tid till tillgång at the own clinic, beside all clinics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.applications.time_to_access import AccessTime, Wait, access_time_here
from registret.access.roles import Permission
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.pieces import Link, Note, show
from registret.web.templatetags.look import day
from registret.web.waits import Period, WaitingPicture, picture


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPart:
    """A part of the way from applying to being attested."""

    name: str
    own: Wait
    everywhere: Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWaitingPage:
    """`few`: that there were too few to say anything about."""

    told: str
    periods: Sequence[Link]
    few: Note | None
    picture: WaitingPicture
    parts: Sequence[WaitingPart]


@needs(Permission.MANAGE_PEOPLE).get
def access_time(request: ActorRequest) -> HttpResponse:
    """The office has a page of its own."""
    if request.actor.seat.clinic_id is None:
        return see_other("access_times")
    period = Period.asked(request)
    own, everywhere = access_time_here(since=period.since, until=period.until, actor=request.actor)
    page = OwnWaitingPage(
        told=_told(own, period),
        periods=period.choices(),
        few=_few(own.number) if own.whole.median is None else None,
        picture=picture([own, everywhere], own=own.clinic_id),
        parts=_parts(own, everywhere),
    )
    return show(request, "people/access_time.html", page, tab="people")


def _told(own: AccessTime, period: Period) -> str:
    return ngettext(
        "%(place)s. %(n)s ansökan attesterad sedan %(since)s.",
        "%(place)s. %(n)s ansökningar attesterade sedan %(since)s.",
        own.number,
    ) % {"n": own.number, "place": own.clinic_name, "since": day(period.since)}


def _few(number: int) -> Note:
    told = ngettext(
        "Bara %(n)s ansökan: för få för att säga något om er klinik.",
        "Bara %(n)s ansökningar: för få för att säga något om er klinik.",
        number,
    )
    return Note("info", told % {"n": number})


def _parts(own: AccessTime, everywhere: AccessTime) -> tuple[WaitingPart, ...]:
    return (
        WaitingPart(name=_("Ansökan till bekräftad e-post"), own=own.confirming, everywhere=everywhere.confirming),
        WaitingPart(name=_("Bekräftad e-post till attest"), own=own.attesting, everywhere=everywhere.attesting),
        WaitingPart(name=_("Hela vägen"), own=own.whole, everywhere=everywhere.whole),
    )
