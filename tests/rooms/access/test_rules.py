"""How long a grant may last, and which role may do what, sit where and be asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.access.grants.rules import end_of, last_possible_day
from registret.access.refusals import EndImpossible
from registret.access.roles import MAY, ROLES_AT_A_CLINIC, ROLES_OF_THE_OFFICE, ROLES_TO_APPLY_FOR, Permission, Role

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MONTHS = 24


# --- how long --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "months", "last"),
    [
        (NOW, 24, date(2028, 11, 23)),
        (NOW, 1, date(2026, 12, 23)),
        (NOW, 2, date(2027, 1, 23)),
        # The day is Sweden's: half past eleven in the evening in UTC is tomorrow, and in summer already at ten.
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), 24, date(2028, 11, 23)),
        (datetime(2026, 11, 24, 23, 0, tzinfo=UTC), 24, date(2028, 11, 24)),
        (datetime(2026, 6, 24, 22, 0, tzinfo=UTC), 24, date(2028, 6, 24)),
        # Months end on different days.
        (datetime(2027, 1, 31, 8, tzinfo=UTC), 1, date(2027, 2, 27)),
        (datetime(2027, 12, 31, 8, tzinfo=UTC), 2, date(2028, 2, 28)),
        (datetime(2028, 2, 29, 8, tzinfo=UTC), 12, date(2029, 2, 27)),
        (datetime(2028, 2, 29, 8, tzinfo=UTC), 48, date(2032, 2, 28)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), 12, date(2027, 12, 31)),
    ],
)
def test_the_last_day_is_the_day_before_so_many_months_ahead_in_sweden(at: datetime, months: int, last: date) -> None:
    assert last_possible_day(at=at, months=months) == last


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 11, 25), date(2028, 11, 23)])
def test_a_grant_may_end_on_any_day_from_today_to_the_last_possible(day: date) -> None:
    assert end_of(day, at=NOW, months=MONTHS) > NOW


@pytest.mark.parametrize("day", [date.min, date(2026, 11, 23), date(2028, 11, 24), date.max])
def test_a_grant_ends_neither_in_the_past_nor_too_far_ahead(day: date) -> None:
    with pytest.raises(EndImpossible) as no:
        end_of(day, at=NOW, months=MONTHS)
    assert no.value.months == MONTHS


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2026, 12, 31), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        (date(2027, 6, 30), datetime(2027, 6, 30, 22, 0, tzinfo=UTC)),
        # The nights in which the clock is changed.
        (date(2027, 3, 27), datetime(2027, 3, 27, 23, 0, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, 0, tzinfo=UTC)),
        (date(2027, 10, 31), datetime(2027, 10, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_the_last_day_counts_whole_and_ends_at_midnight_in_sweden(day: date, ends: datetime) -> None:
    assert end_of(day, at=NOW, months=MONTHS) == ends


@given(
    at=st.integers(min_value=0, max_value=150 * 365 * 24 * 3600).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    months=st.integers(min_value=1, max_value=120),
)
def test_whatever_the_moment_the_last_possible_day_is_possible_and_the_next_is_not(at: datetime, months: int) -> None:
    last = last_possible_day(at=at, months=months)
    # An hour more where the clocks are put back in between.
    assert at < end_of(last, at=at, months=months) <= at + timedelta(days=31 * months, hours=1)
    with pytest.raises(EndImpossible):
        end_of(last + timedelta(days=1), at=at, months=months)


# --- roles -----------------------------------------------------------------------------------------

WHO_MAY = {
    Permission.WORK: set(Role) - {Role.SYSTEM, Role.EXPORT_SYSTEM},
    Permission.ATTEST: {Role.LOCAL_ADMINISTRATOR, Role.REGISTRY_OFFICE},
    Permission.MANAGE_PEOPLE: {Role.LOCAL_ADMINISTRATOR, Role.REGISTRY_OFFICE},
    Permission.APPOINT: {Role.REGISTRY_OFFICE},
    Permission.READ_LOG: {Role.LOG_REVIEWER},
    Permission.HANDLE_CASES: {Role.CASE_HANDLER},
    Permission.READ_RECORDS: {
        Role.REPORTER,
        Role.READER,
        Role.IMPORTER,
        Role.EXPORTER,
        Role.SYSTEM,
        Role.EXPORT_SYSTEM,
    },
    Permission.READ_REPORTS: ROLES_AT_A_CLINIC - {Role.SYSTEM, Role.EXPORT_SYSTEM},
    Permission.REPORT: {Role.REPORTER, Role.IMPORTER, Role.SYSTEM},
    Permission.IMPORT: {Role.IMPORTER, Role.SYSTEM},
    Permission.EXPORT: {Role.EXPORTER, Role.EXPORT_SYSTEM},
    Permission.DECIDE_LIMITS: {Role.REGISTRY_OFFICE},
    Permission.PUBLISH: {Role.REGISTRY_OFFICE},
    Permission.ASK_CLINICS: {Role.REGISTRY_OFFICE},
    Permission.FOLLOW_UP_OUTLIERS: {Role.REGISTRY_OFFICE},
    Permission.ANSWER_OUTLIERS: {Role.LOCAL_ADMINISTRATOR},
    Permission.KEEP_INCIDENTS: {Role.REGISTRY_OFFICE},
    Permission.HELP: {Role.REGISTRY_OFFICE, Role.SUPPORT},
}


@pytest.mark.parametrize("permission", Permission)
def test_who_may_what_is_this_table_and_nothing_else(permission: Permission) -> None:
    assert {role for role in Role if permission in MAY[role]} == WHO_MAY[permission]


def test_every_role_sits_either_at_a_clinic_or_at_the_office() -> None:
    assert set(Role) == ROLES_AT_A_CLINIC | ROLES_OF_THE_OFFICE
    assert ROLES_AT_A_CLINIC.isdisjoint(ROLES_OF_THE_OFFICE)


def test_nobody_can_apply_for_a_role_that_decides_about_colleagues_or_reads_about_them() -> None:
    assert set(ROLES_TO_APPLY_FOR) <= ROLES_AT_A_CLINIC
    asked_for = {permission for role in ROLES_TO_APPLY_FOR for permission in MAY[role]}
    of_reporters = {Permission.WORK, Permission.READ_REPORTS, Permission.READ_RECORDS, Permission.REPORT}
    assert asked_for == {*of_reporters, Permission.IMPORT, Permission.EXPORT}
    assert MAY[Role.REPORT_READER] == {Permission.WORK, Permission.READ_REPORTS}, (
        "anyone who reads reports sees no patients"
    )
