"""The calendar of the registry: days begin and end, and months pass, as in Sweden."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

SWEDEN: Final = ZoneInfo("Europe/Stockholm")


def day_of(moment: datetime) -> date:
    """The day in Sweden on which an aware moment lies."""
    return moment.astimezone(SWEDEN).date()


def midnight(day: date) -> datetime:
    """The first moment of a day in Sweden."""
    return datetime.combine(day, time(), tzinfo=SWEDEN)


def months_later(day: date, months: int) -> date:
    """The same day so many months later (or, of a negative number, earlier), or the last day of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
