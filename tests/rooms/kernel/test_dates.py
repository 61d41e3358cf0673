"""Dates as people write them: what each text means, and that none without a year becomes last year's."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.kernel.dates import DateLimits, DateReach, DateTrouble, DateUnclear, read_day, read_moment
from registret.kernel.sweden import SWEDEN, day_of

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "dates.json").read_text(encoding="utf-8"))
GOOD = [case for case in CASES if "gives" in case]
BAD = [case for case in CASES if "trouble" in case]


def limits(case: dict[str, Any]) -> DateLimits:
    return DateLimits(
        now=_at(case["now"]),
        reach=DateReach(case.get("reach", "past")),
        needs_full_year=case.get("full_year", False),
        arrived_at=_at(case["arrived"]) if "arrived" in case else None,
        takes_time_alone=case.get("alone", False),
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SWEDEN)


def understood(case: dict[str, Any]) -> date:
    return (read_day if case["kind"] == "day" else read_moment)(case["text"], limits(case))


@pytest.mark.parametrize("case", GOOD, ids=lambda case: f"{case['kind']} {case['text']}")
def test_what_people_write_is_understood(case: dict[str, Any]) -> None:
    found = understood(case)
    assert (f"{found:%Y-%m-%dT%H:%M}" if case["kind"] == "moment" else found.isoformat()) == case["gives"]


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case['kind']} {case['text']}")
def test_a_date_that_cannot_be_taken_says_what_is_wrong_with_it(case: dict[str, Any]) -> None:
    with pytest.raises(DateUnclear) as unclear:
        understood(case)
    assert unclear.value.fault.trouble is DateTrouble(case["trouble"])
    assert not case["text"] or case["text"] not in str(unclear.value)


@given(day=st.dates(date(2026, 1, 1), date(2028, 12, 31)), today=st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_a_day_without_a_year_is_this_years_or_is_refused_with_the_one_of_another_year(day: date, today: date) -> None:
    now = datetime(today.year, today.month, today.day, 12, tzinfo=SWEDEN)
    for reach in DateReach:
        try:
            found = read_day(f"{day.day}/{day.month}", DateLimits(now=now, reach=reach))
        except DateUnclear as unclear:
            fault = unclear.fault
            if fault.trouble is DateTrouble.YEAR_NEEDED:
                assert fault.on is not None
                assert fault.on.year == today.year
                assert fault.other is None or abs(fault.other.year - today.year) == 1
                assert fault.other is None or (fault.other < today) is (reach is DateReach.PAST)
            else:
                assert (fault.trouble, day.month, day.day) == (DateTrouble.NO_SUCH_DAY, 2, 29)
        else:
            assert found.year == today.year
            assert reach is not DateReach.PAST or found <= today
            assert reach is not DateReach.COMING or found >= today


@given(
    text=st.text(max_size=30) | st.from_regex(r"[0-9/.:\- T]{1,20}", fullmatch=True), reach=st.sampled_from(DateReach)
)
def test_no_text_breaks_the_reading_and_none_gets_outside_the_limits(text: str, reach: DateReach) -> None:
    now = datetime(2026, 11, 26, 10, tzinfo=SWEDEN)
    asked = DateLimits(now=now, reach=reach, arrived_at=now - timedelta(days=2), takes_time_alone=True)
    for read in (read_day, read_moment):
        try:
            found = read(text, asked)
        except DateUnclear:
            continue
        day = day_of(found) if isinstance(found, datetime) else found
        assert asked.earliest <= day <= asked.latest
        assert reach is not DateReach.PAST or day <= asked.today
        assert reach is not DateReach.COMING or day >= asked.today
