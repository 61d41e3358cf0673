"""Figures are read under a role that could not read a patient, whatever was asked."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from registret.access.actor import Actor
from registret.access.roles import Permission, Role
from registret.config.ready_database import check_reports_role
from registret.config.roles import can_act_as
from registret.records.scope import provider_scope
from registret.reports.role import ROLE, as_reports_role
from tests import cast
from tests.cast import CECILIA
from tests.rooms.records.scene import HOUR, NOW, Ward, case, handler, opt_out
from tests.rooms.reports.scene import counted

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

STEPS = "SELECT jsonb_array_length(steps) FROM reports_completeness(%s, 'pneumoni', '2026-01-01', '2026-11-24')"


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


def test_the_one_function_that_acts_as_the_owner_for_it_is_the_one_that_counts() -> None:
    with as_reports_role(), connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE prosecdef AND has_function_privilege(oid, 'EXECUTE')")
        found = {name for (name,) in cursor.fetchall()}
    assert found == {"reports_completeness"}


def test_it_counts_what_the_care_provider_sees_and_nobody_who_has_opted_out(here: Ward) -> None:
    counted(here.anna)
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=here.place.sydvik, at=NOW - 2 * HOUR)
    cecilia = cast.actor(CECILIA, at=NOW - HOUR)
    with as_reports_role():
        assert answer(STEPS, here.place.infection) == 0, "without a care provider"
    assert steps_seen_by(cecilia, here.place.infection) == 0
    assert steps_seen_by(here.anna, here.place.infection) == 4
    opt_out(actor=handler(NOW), case=case(), at=NOW)
    assert steps_seen_by(here.anna, here.place.infection) == 0


def steps_seen_by(actor: Actor, clinic_id: int) -> object:
    with provider_scope(actor, Permission.READ_REPORTS), as_reports_role():
        return answer(STEPS, clinic_id)


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


def answer(question: str, *parameters: str | int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        return cursor.fetchone()[0]
