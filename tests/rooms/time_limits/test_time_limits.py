"""Time limits: as usual until the office decides, each decision with author and reason, for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from hypothesis import given
from hypothesis import strategies as st

import registret
from registret.kernel.by import By
from registret.kernel.refused import Refused
from registret.ledger.queries import Wanted, entries
from registret.time_limits.lengths import LIMITS, Length, TimeLimit, Unit
from registret.time_limits.queries import decisions, length, lengths
from registret.time_limits.refusals import LimitImpossible, LimitUnchanged
from registret.time_limits.services import decide
from registret.words.time_limits import TIME_LIMITS
from tests.cast import DORIS
from tests.owner import as_owner

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
BY_DORIS = By(hsa_id=DORIS.card.hsa_id, name=DORIS.name, account_id=7)


def set_lapse(number: int, *, reason: str = "Färre ska falla bort", by: By = BY_DORIS) -> None:
    decide(limit=TimeLimit.LAPSE, number=number, reason=reason, by=by, at=NOW)


def test_every_limit_has_bounds_and_words_and_is_usually_within_them() -> None:
    assert set(LIMITS) == set(TimeLimit)
    assert set(TIME_LIMITS) == {limit.value for limit in TimeLimit}
    assert [limit for limit, b in LIMITS.items() if not b.least <= b.usual <= b.most] == []


def test_every_limit_that_can_be_set_is_obeyed_somewhere() -> None:
    program = Path(registret.__file__).parent
    own = {"time_limits", "words", "migrations"}
    elsewhere = [file for file in program.rglob("*.py") if file.parent.name not in own]
    source = "".join(file.read_text(encoding="utf-8") for file in elsewhere)
    assert [limit for limit in TimeLimit if f"TimeLimit.{limit.name}" not in source] == []


@pytest.mark.django_db
def test_a_limit_is_as_usual_until_the_office_decides_and_then_as_decided_last() -> None:
    assert length(TimeLimit.LAPSE) == Length(number=90, unit=Unit.DAYS)
    set_lapse(60)
    set_lapse(45, reason="Det blev för långt")
    assert length(TimeLimit.LAPSE).number == lengths()[TimeLimit.LAPSE].number == 45
    assert [(d.number, d.by_name) for d in decisions(TimeLimit.LAPSE)] == [(45, DORIS.name), (60, DORIS.name)]
    assert length(TimeLimit.ESCALATE).number == 7


@pytest.mark.django_db
def test_a_decision_is_in_the_log_with_before_after_and_reason() -> None:
    set_lapse(60)
    (entry,) = entries(wanted=Wanted(event="limit.decided")).rows
    assert entry.by_hsa_id == DORIS.hsa_id
    assert entry.facts == {"limit": "lapse", "before": 90, "number": 60, "reason": "Färre ska falla bort"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "refusal"),
    [(-1, LimitImpossible), (0, LimitImpossible), (13, LimitImpossible), (366, LimitImpossible), (90, LimitUnchanged)],
)
def test_what_is_out_of_bounds_or_no_change_is_refused(number: int, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        set_lapse(number)
    assert decisions(TimeLimit.LAPSE) == ()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("by", "reason"), [(BY_DORIS, " \n"), (By.of_program("test"), "skäl"), (By(hsa_id=DORIS.card.hsa_id), "skäl")]
)
def test_nobody_decides_without_a_name_and_a_reason(by: By, reason: str) -> None:
    with pytest.raises(ValueError, match="author and a reason"):
        set_lapse(60, by=by, reason=reason)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE time_limits_decision SET number = 61", "DELETE FROM time_limits_decision"]
)
def test_the_database_keeps_a_decision_as_it_was(statement: str) -> None:
    set_lapse(60)
    with pytest.raises(DatabaseError, match="never changed"), as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)


@given(st.integers(0, 20 * 365 * 24), st.integers(1, 60))
def test_later_is_later_and_months_keep_the_day_where_they_can(hours: int, number: int) -> None:
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    days, months = Length(number=number, unit=Unit.DAYS), Length(number=number, unit=Unit.MONTHS)
    assert abs(days.after(moment) - moment - timedelta(days=number)) <= timedelta(hours=1)
    assert days.before(moment) < moment < days.after(moment)
    assert months.before(moment) < moment < months.after(moment)
    assert months.after(moment) - moment >= timedelta(days=28 * number) - timedelta(hours=1)


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    moment = datetime(2027, 1, 31, 9, 0, tzinfo=UTC)
    assert Length(number=1, unit=Unit.MONTHS).after(moment).date().isoformat() == "2027-02-28"
