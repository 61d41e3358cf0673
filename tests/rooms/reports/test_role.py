"""Figures are read under a role that could not read a patient, whatever was asked."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from registret.config.ready import check_reports_role
from registret.config.roles import can_act_as
from registret.reports.role import ROLE, as_reports_role

pytestmark = pytest.mark.django_db

COUNTS_AND_PLACES = {
    "places_careprovider",
    "places_clinic",
    "places_region",
    "reports_cell",
    "reports_coveragecount",
    "reports_coveragefile",
    "reports_edition",
    "reports_editioncell",
    "reports_notincluded",
}


def test_it_reads_counts_and_places_and_no_other_table() -> None:
    with as_reports_role():
        assert {table for table in connection.introspection.table_names() if can("SELECT", table)} == COUNTS_AND_PLACES


def test_it_changes_nothing() -> None:
    with as_reports_role():
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            assert not any(can(right, table) for table in connection.introspection.table_names())


def test_a_patient_asked_for_under_it_is_refused() -> None:
    with pytest.raises(DatabaseError, match="permission denied"), as_reports_role():
        answer("SELECT count(*) FROM records_patient")
    assert answer("SELECT count(*) FROM records_patient") == 0, "afterwards it is as before"


def test_at_its_end_the_role_that_serves_is_back_in_the_same_transaction() -> None:
    with transaction.atomic():
        before = answer("SELECT current_user")
        with as_reports_role():
            assert answer("SELECT current_user") == ROLE
        assert answer("SELECT current_user") == before


def test_within_itself_it_stays_until_the_outer_end() -> None:
    with as_reports_role():
        with as_reports_role():
            pass
        assert answer("SELECT current_user") == ROLE


def test_a_server_whose_role_is_no_member_of_it_is_not_ready() -> None:
    check_reports_role()
    assert not can_act_as("pg_monitor")
    assert not can_act_as("no_such_role")


def can(right: str, table: str) -> bool:
    return bool(answer("SELECT has_table_privilege(%s, %s)", table, right))


def answer(question: str, *parameters: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        return cursor.fetchone()[0]
