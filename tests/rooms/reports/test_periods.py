"""Which months an edition tells of, when it is made, and which of them make a year."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from registret.reports.periods import (
    Months,
    complete_periods,
    edition_day,
    latest_year,
    next_edition_day,
    own_months,
)


def months(first: str, last: str) -> Months:
    return Months(first=date.fromisoformat(f"{first}-01"), last=date.fromisoformat(f"{last}-01"))


@pytest.mark.parametrize(
    ("length", "found"),
    [
        (3, [("2025-10", "2025-12"), ("2026-01", "2026-03"), ("2026-04", "2026-06"), ("2026-07", "2026-09")]),
        (6, [("2025-07", "2025-12"), ("2026-01", "2026-06")]),
        (12, [("2025-01", "2025-12")]),
    ],
)
def test_the_parts_of_calendar_years_that_are_complete_make_a_year(length: int, found: list[tuple[str, str]]) -> None:
    periods = complete_periods(length, until=date(2026, 10, 1), after=None)
    assert periods == [months(*one) for one in found]


def test_no_month_is_told_of_twice() -> None:
    periods = complete_periods(6, until=date(2026, 10, 1), after=date(2025, 12, 1))
    assert periods == [months("2026-01", "2026-06")]
    assert complete_periods(6, until=date(2026, 10, 1), after=date(2026, 6, 1)) == []
    assert complete_periods(6, until=date(2026, 10, 1), after=date(2026, 3, 1)) == [], "it would tell of March again"


@pytest.mark.parametrize(
    ("closed", "at", "found"),
    [
        (None, "2026-11-27", ("2025-12", "2026-11")),
        (2015, "2026-11-27", ("2014-01", "2015-12")),
        (2026, "2026-11-27", ("2025-12", "2026-11")),
        (2026, "2026-12-01", ("2025-01", "2026-12")),
    ],
)
def test_the_months_of_what_is_closed_are_those_of_its_last_two_years_once_they_are_over(
    closed: int | None, at: str, found: tuple[str, str]
) -> None:
    moment = datetime.fromisoformat(f"{at}T12:00:00+00:00")
    assert own_months(1, closed=closed, at=moment) == months(*found)


def test_who_has_died_is_waited_for_also_where_it_is_closed() -> None:
    at = datetime(2016, 12, 1, 12, tzinfo=UTC)
    assert own_months(11, closed=2015, at=at) == months("2014-01", "2015-12")
    assert own_months(16, closed=2015, at=at) == months("2014-08", "2015-07")


@pytest.mark.parametrize("length", [3, 6, 12])
def test_of_what_is_closed_two_years_are_told_and_each_month_once(length: int) -> None:
    periods = complete_periods(length, until=date(2026, 9, 1), after=None, closed=2015)
    assert (periods[0].first, periods[-1].last) == (date(2014, 1, 1), date(2015, 12, 1))
    assert sum(one.number for one in periods) == 24
    told = complete_periods(length, until=date(2026, 9, 1), after=date(2014, 12, 1), closed=2015)
    assert sum(one.number for one in told) == 12
    assert complete_periods(length, until=date(2026, 9, 1), after=date(2015, 12, 1), closed=2015) == []


def test_the_latest_periods_cover_a_year_and_have_no_gap() -> None:
    spring, autumn = months("2026-01", "2026-06"), months("2025-07", "2025-12")
    before, year = months("2025-01", "2025-06"), months("2024-01", "2024-12")
    assert latest_year([before, autumn, spring]) == (autumn, spring)
    assert latest_year([before, spring]) == (spring,)
    assert latest_year([year, before]) == (year, before)
    assert latest_year([]) == ()
    assert latest_year([before, autumn, spring], years=2) == (before, autumn, spring)


@pytest.mark.parametrize(
    ("at", "day", "following"),
    [
        (datetime(2026, 11, 27, 9, tzinfo=UTC), date(2026, 11, 1), date(2027, 2, 1)),
        (datetime(2026, 11, 1, 2, 59, tzinfo=UTC), date(2026, 8, 1), date(2026, 11, 1)),
        (datetime(2026, 11, 1, 3, 0, tzinfo=UTC), date(2026, 11, 1), date(2027, 2, 1)),
        (datetime(2027, 1, 31, 23, 30, tzinfo=UTC), date(2026, 11, 1), date(2027, 2, 1)),
    ],
)
def test_editions_are_made_a_month_after_each_quarter_at_four_in_the_morning(
    at: datetime, day: date, following: date
) -> None:
    assert (edition_day(at=at), next_edition_day(at=at)) == (day, following)
