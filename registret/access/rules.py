"""Pure rules: how long a right lasts, and what is proposed."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from registret.access.refusals import BeginImpossible, EndImpossible

_HERE = ZoneInfo("Europe/Stockholm")


def last_possible_day(*, at: datetime, months: int) -> date:
    """The last day of a grant that is given now for at most `months` months: the day before, `months` months ahead."""
    today = at.astimezone(_HERE).date()
    ahead = today.month - 1 + months
    year, month = today.year + ahead // 12, ahead % 12 + 1
    day = min(today.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) - timedelta(days=1)


def end_of(last_day: date, *, at: datetime, months: int) -> datetime:
    """The first moment after `last_day` (a day in Sweden).

    Raises: EndImpossible.
    """
    if not at.astimezone(_HERE).date() <= last_day <= last_possible_day(at=at, months=months):
        raise EndImpossible(months=months)
    return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=_HERE)


def last_whole_day(ends_at: datetime) -> date:
    """The last day (in Sweden) that is over when `ends_at` comes."""
    return ends_at.astimezone(_HERE).date() - timedelta(days=1)


def begin_of(first_day: date, *, last_day: date, at: datetime) -> datetime:
    """The first moment of `first_day` (a day in Sweden), or now if that is today.

    Raises: BeginImpossible.
    """
    if not at.astimezone(_HERE).date() <= first_day <= last_day:
        raise BeginImpossible()
    return max(at, datetime.combine(first_day, time(), tzinfo=_HERE))
