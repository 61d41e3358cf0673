"""Pure rules: how long a right lasts, and what is proposed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from registret.access.refusals import BeginImpossible, EndImpossible
from registret.kernel.sweden import day_of, midnight, months_later


def last_possible_day(*, at: datetime, months: int) -> date:
    """The last day of a grant that is given now for at most `months` months: the day before, `months` months ahead."""
    return months_later(day_of(at), months) - timedelta(days=1)


def end_of(last_day: date, *, at: datetime, months: int) -> datetime:
    """The first moment after `last_day` (a day in Sweden).

    Raises: EndImpossible.
    """
    if not day_of(at) <= last_day <= last_possible_day(at=at, months=months):
        raise EndImpossible(months=months)
    return midnight(last_day + timedelta(days=1))


def last_whole_day(ends_at: datetime) -> date:
    """The last day (in Sweden) that is over when `ends_at` comes."""
    return day_of(ends_at) - timedelta(days=1)


def begin_of(first_day: date, *, last_day: date, at: datetime) -> datetime:
    """The first moment of `first_day` (a day in Sweden), or now if that is today.

    Raises: BeginImpossible.
    """
    if not day_of(at) <= first_day <= last_day:
        raise BeginImpossible()
    return max(at, midnight(first_day))
