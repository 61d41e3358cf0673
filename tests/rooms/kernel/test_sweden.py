"""Days and months of Sweden."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from registret.kernel.sweden import day_of, midnight, months_later


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_sweden_in_winter_and_in_summer(moment: datetime, day: date) -> None:
    assert day_of(moment) == day
    assert midnight(day) <= moment < midnight(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 26), 24)]
)
def test_the_days_on_which_clocks_change_are_shorter_and_longer(day: date, hours: int) -> None:
    began, ended = (midnight(one).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    assert ended - began == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 26), 0, date(2026, 11, 26)),
        (date(2026, 11, 26), 2, date(2027, 1, 26)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), -120, date(2018, 2, 28)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
    ],
)
def test_so_many_months_later_is_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int, later: date
) -> None:
    assert months_later(day, months) == later
