"""Months: which of them are complete, and which are told of others together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from registret.kernel.sweden import day_of, midnight, months_later

YEAR: Final = 12
QUARTERS: Final = 12
"""How many the own clinic sees of an indicator over time."""
_EDITION_MONTHS: Final = (2, 5, 8, 11)
"""A month after each quarter's end: then it is complete for most indicators."""
_AT: Final = timedelta(hours=4)
"""On the first day of such a month, after the night's proof of the reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Months, by their first days, both inclusive."""

    first: date
    last: date

    @property
    def number(self) -> int:
        return 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1


def this_month(at: datetime) -> date:
    return day_of(at).replace(day=1)


def year_until(month: date) -> Months:
    return Months(first=months_later(month, 1 - YEAR), last=month)


def half_years(*, at: datetime) -> tuple[date, ...]:
    """The first days of this half-year and of the three before, the newest first."""
    newest = day_of(at).replace(month=1 if day_of(at).month <= 6 else 7, day=1)
    return tuple(months_later(newest, -6 * back) for back in range(4))


def closed_years(closed: int | None, *, until: date) -> Months | None:
    """The last two years of a sub-registry that is closed for entry since the year `closed`, if the month `until` is
    not before their end: in which month of them entry ended is not known. None of one that is open."""
    if closed is None or until < date(closed, YEAR, 1):
        return None
    return Months(first=date(closed - 1, 1, 1), last=date(closed, YEAR, 1))


def own_months(lag_months: int, *, closed: int | None, at: datetime) -> Months:
    """The months of which a clinic sees its own figure: twelve to this day, if a month is enough for it to be complete.

    Else they end with the latest complete month: who has died is known before who lives. `closed`: as in
    `closed_years`, which then are the months.
    """
    until = this_month(at) if lag_months <= 1 else last_complete(lag_months, at=at)
    return closed_years(closed, until=until) or year_until(until)


def first_of_quarters(lag_months: int, *, closed: int | None, at: datetime) -> date:
    """A month that is not later than the first of those quarters, of any indicator with such a lag or a shorter one.

    `closed`: as in `closed_years`.
    """
    latest = this_month(at) if closed is None else min(this_month(at), date(closed, 1, 1))
    return months_later(latest, -3 * (QUARTERS + 1) - lag_months)


def last_complete(lag_months: int, *, at: datetime) -> date:
    """The latest month that is complete by the lag of an indicator."""
    return months_later(this_month(at), -1 - lag_months)


def quarter_of(month: date) -> date:
    """The first day of the quarter in which the first day of a month lies."""
    return month.replace(month=(month.month - 1) // 3 * 3 + 1)


def complete_periods(length: int, *, until: date, after: date | None, closed: int | None = None) -> list[Months]:
    """Return the parts of calendar years, of so many months, that end in the year up to the month `until` and begin
    later than the month `after`; the oldest first. `closed`: as in `closed_years`, of which then are the parts."""
    within = closed_years(closed, until=until) or year_until(until)
    end = within.last
    while end.month % length:
        end = months_later(end, -1)
    ends = [months_later(end, -back) for back in range(within.number - length, -1, -length)]
    found = [Months(first=months_later(last, 1 - length), last=last) for last in ends]
    return [one for one in found if after is None or one.first > after]


def latest_year(periods: Iterable[Months], *, years: int = 1) -> tuple[Months, ...]:
    """Return the newest periods that follow one another without a gap and cover a year, or so many, the oldest first;
    fewer if there are no more."""
    chosen: list[Months] = []
    for one in sorted(periods, key=lambda period: period.first, reverse=True):
        is_gap = chosen and months_later(one.last, 1) != chosen[-1].first
        if is_gap or sum(each.number for each in chosen) >= years * YEAR:
            break
        chosen.append(one)
    return tuple(reversed(chosen))


def edition_day(*, at: datetime) -> date:
    """The latest day on which an edition is made by the clock, not later than `at`."""
    day = this_month(at)
    while day.month not in _EDITION_MONTHS or midnight(day) + _AT > at:
        day = months_later(day, -1)
    return day


def next_edition_day(*, at: datetime) -> date:
    return months_later(edition_day(at=at), 3)
