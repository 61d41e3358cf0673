"""Dates and times as people write them. Every field of the site that takes one is read here, and nowhere else.

A date without a year is this year's, or it is refused: last year is never guessed. `static/dates.js` reads the same
texts while they are typed; `tests/dates.json` holds both to the same answers.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from registret.kernel.sweden import SWEDEN, day_of
from registret.kernel.typed import visible

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


class DateReach(StrEnum):
    """Which dates a field takes, seen from now."""

    PAST = "past"
    """Up to now."""
    COMING = "coming"
    """From today."""
    ANY = "any"


class DateTrouble(StrEnum):
    NOT_A_DATE = "not_a_date"
    NOT_A_MOMENT = "not_a_moment"
    NO_SUCH_MONTH = "no_such_month"
    NO_SUCH_DAY = "no_such_day"
    NO_SUCH_TIME = "no_such_time"
    NO_TIME = "no_time"
    NO_DAY = "no_day"
    TIME_UNASKED = "time_unasked"
    YEAR_OR_TIME = "year_or_time"
    """Four digits after a day and a month that may be either."""
    YEAR_NEEDED = "year_needed"
    FULL_YEAR_NEEDED = "full_year_needed"
    SKIPPED_HOUR = "skipped_hour"
    """In the hour that a night in March lacks."""
    AHEAD = "ahead"
    PASSED = "passed"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NO_ARRIVAL = "no_arrival"
    BEFORE_ARRIVAL = "before_arrival"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFault:
    """What is wrong. `on`: the date or the moment that was understood; `other`: the one of another year that may be
    meant; `day`, `month`, `year`: numbers that are no date; `limit`: the first or the last day that the field takes."""

    trouble: DateTrouble
    on: date | datetime | None = None
    other: date | None = None
    day: int = 0
    month: int = 0
    year: int = 0
    limit: date | None = None


class DateUnclear(ValueError):
    """A text is not a date that the field takes. The message never repeats the text."""

    def __init__(self, fault: DateFault) -> None:
        self.fault = fault
        super().__init__(fault.trouble.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateLimits:
    """What a field takes. `now`: aware. `arrived_at`: the arrival of the stay that is asked about, for *samma dag*;
    `takes_time_alone`: a time without a day is a time on the day of the arrival. `needs_full_year`: four digits, as in
    a birth date."""

    now: datetime
    reach: DateReach = DateReach.PAST
    earliest: date = FIRST_DAY
    latest: date = LAST_DAY
    needs_full_year: bool = False
    arrived_at: datetime | None = None
    takes_time_alone: bool = False

    @property
    def today(self) -> date:
        return day_of(self.now)


_DAYS: Final = tuple(
    re.compile(pattern + r"(?=\s|$)\s*", re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<short>\d\d)-(?P<month>\d\d)-(?P<day>\d\d)",
        r"(?P<short>\d\d)(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<day>\d{1,2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})",
        r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:[-/](?P<short>\d\d))?",
        r"(?P<day>\d{1,2})\s?(?P<name>jan|feb|mar|apr|ma[jy]|jun|jul|aug|sep|o[kc]t|nov|dec)[a-z]*\.?",
    )
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_ALSO: Final = {"may": "maj", "oct": "okt"}
_RELATIVE: Final = (
    (re.compile(r"(?:i ?dag|today)(?=\s|$)\s*"), 0),
    (re.compile(r"(?:i ?går|yesterday)(?=\s|$)\s*"), -1),
    (re.compile(r"(?:i ?förrgår)(?=\s|$)\s*"), -2),
    (re.compile(r"(?:i ?morgon|tomorrow)(?=\s|$)\s*"), 1),
)
_SAME_DAY: Final = re.compile(r"(?:samma dag|same day)(?=\s|$)\s*")
_YEAR: Final = re.compile(r"(?P<year>\d{4})(?=\s|$)\s*", re.ASCII)
_CLOCK: Final = re.compile(r"(?:(?:kl|klockan|at)\b\.?\s*)")
_TIMES: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<hour>\d{1,2})[:.,](?P<minute>\d\d)(?:[:.]\d\d)?",
        r"(?P<hour>\d{1,2})(?P<minute>\d\d)",
        r"(?P<hour>\d\d)(?P<minute>\d\d)\d\d",
        r"(?P<hour>\d{1,2})",
    )
)


def read_day(text: str, limits: DateLimits) -> date:
    """`2026-11-25`, `20261125`, `261125`, `25/11`, `25/11 2026`, `25 november`, `i går`. Raises: DateUnclear."""
    day, rest, _ = _day(_plain(text), limits, asks_time=False)
    if day is None:
        raise _no(DateTrouble.NOT_A_DATE)
    if rest:
        raise _no(DateTrouble.TIME_UNASKED if _clock(rest) else DateTrouble.NOT_A_DATE)
    return _within(day, limits)


def read_moment(text: str, limits: DateLimits) -> datetime:
    """The same with a time after it: `14.30`, `14:30`, `1430`, `14`; or `samma dag 14.30`, of the arrival's day.

    Swedish time: the first, in the hour that a night in October has twice. Raises: DateUnclear.
    """
    plain = _plain(text)
    day, rest, is_of_arrival = _day(plain, limits, asks_time=True)
    if day is None:
        day, rest, is_of_arrival = _arrival_day(plain, limits), plain, True
    _within(day, limits)
    if not rest:
        raise _no(DateTrouble.NO_TIME, on=day)
    clock = _clock(rest)
    if clock is None:
        raise _no(DateTrouble.NOT_A_MOMENT)
    hour, minute = clock
    if hour > 23 or minute > 59:
        raise _no(DateTrouble.NO_SUCH_TIME, on=day)
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=SWEDEN)
    _within_time(moment, limits, is_of_arrival=is_of_arrival)
    return moment


def _within_time(moment: datetime, limits: DateLimits, *, is_of_arrival: bool) -> None:
    """Raises: DateUnclear."""
    if moment.astimezone(UTC).astimezone(SWEDEN).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise _no(DateTrouble.SKIPPED_HOUR, on=moment.date())
    if limits.reach is DateReach.PAST and moment > limits.now:
        raise _no(DateTrouble.AHEAD, on=moment)
    # 00.30 after an arrival at 23.40 is the night after it: which day that is, the one who writes must say.
    if is_of_arrival and limits.arrived_at is not None and moment < limits.arrived_at.replace(second=0, microsecond=0):
        raise _no(DateTrouble.BEFORE_ARRIVAL, on=moment)


def _plain(text: str) -> str:
    """In one spelling. A `T` between day and time is what programs write."""
    plain = " ".join(visible(text).casefold().split())
    return re.sub(r"(?<=[0-9])t(?=[0-9])", " ", plain)


def _day(text: str, limits: DateLimits, *, asks_time: bool) -> tuple[date | None, str, bool]:
    """The day that a text begins with (None: with none), what stands after it, and whether it is the arrival's.

    Raises: DateUnclear.
    """
    for pattern, days in _RELATIVE:
        if match := pattern.match(text):
            return limits.today + timedelta(days=days), text[match.end() :], False
    if match := _SAME_DAY.match(text):
        if limits.arrived_at is None:
            raise _no(DateTrouble.NO_ARRIVAL)
        return day_of(limits.arrived_at), text[match.end() :], True
    match = next((found for pattern in _DAYS if (found := pattern.match(text))), None)
    if match is None:
        return None, text, False
    parts, rest = match.groupdict(), text[match.end() :]
    year = parts.get("year")
    if year is None and parts.get("short") is None and (found := _YEAR.match(rest)):
        after = rest[found.end() :]
        if after or not asks_time:
            year, rest = found["year"], after
        elif abs(int(found["year"]) - limits.today.year) <= 1:
            raise _no(DateTrouble.YEAR_OR_TIME)
    month = parts["month"] if "month" in parts else str(_month(parts["name"]))
    return _dated(int(parts["day"]), int(month), year, parts.get("short"), limits), rest, False


def _dated(day: int, month: int, year: str | None, short: str | None, limits: DateLimits) -> date:
    """Raises: DateUnclear."""
    this_year = limits.today.year
    if month not in range(1, 13):
        raise _no(DateTrouble.NO_SUCH_MONTH, day=day, month=month)
    if limits.needs_full_year and year is None:
        raise _no(DateTrouble.FULL_YEAR_NEEDED)
    number = int(year) if year else 2000 + int(short) if short else this_year
    on = _real(day, month, number)
    if on is None and number < 1:
        raise _no(DateTrouble.NOT_A_DATE)
    if on is None:
        raise _no(DateTrouble.NO_SUCH_DAY, day=day, month=month, year=number)
    if year or short:
        return on
    if limits.reach is DateReach.PAST and on > limits.today:
        raise _no(DateTrouble.YEAR_NEEDED, on=on, other=_real(day, month, this_year - 1))
    if limits.reach is DateReach.COMING and on < limits.today:
        raise _no(DateTrouble.YEAR_NEEDED, on=on, other=_real(day, month, this_year + 1))
    return on


def _real(day: int, month: int, year: int) -> date | None:
    if year < 1 or day not in range(1, calendar.monthrange(year, month)[1] + 1):
        return None
    return date(year, month, day)


def _within(day: date, limits: DateLimits) -> date:
    """Raises: DateUnclear."""
    if limits.reach is DateReach.PAST and day > limits.today:
        raise _no(DateTrouble.AHEAD, on=day)
    if limits.reach is DateReach.COMING and day < limits.today:
        raise _no(DateTrouble.PASSED, on=day)
    if day < limits.earliest:
        raise _no(DateTrouble.TOO_EARLY, on=day, limit=limits.earliest)
    if day > limits.latest:
        raise _no(DateTrouble.TOO_LATE, on=day, limit=limits.latest)
    return day


def _arrival_day(text: str, limits: DateLimits) -> date:
    """The day of a time alone. Raises: DateUnclear."""
    if _clock(text) is None:
        raise _no(DateTrouble.NOT_A_MOMENT)
    # One or two digits are as likely the beginning of a date.
    if limits.arrived_at is None or not limits.takes_time_alone or len(text) < 3:
        raise _no(DateTrouble.NO_DAY)
    return day_of(limits.arrived_at)


def _clock(text: str) -> tuple[int, int] | None:
    """Hour and minute as they stand there, possible or not."""
    said = _CLOCK.match(text)
    plain = text[said.end() :] if said else text
    match = next((found for pattern in _TIMES if (found := pattern.fullmatch(plain))), None)
    return None if match is None else (int(match["hour"]), int(match.groupdict().get("minute") or 0))


def _month(name: str) -> int:
    return _MONTHS.index(_ALSO.get(name, name)) + 1


def _no(
    trouble: DateTrouble,
    *,
    on: date | None = None,
    other: date | None = None,
    day: int = 0,
    month: int = 0,
    year: int = 0,
    limit: date | None = None,
) -> DateUnclear:
    return DateUnclear(DateFault(trouble=trouble, on=on, other=other, day=day, month=month, year=year, limit=limit))
