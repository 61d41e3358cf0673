"""A server whose database would show it everything does not start."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from registret.config.not_ready import NotReady
from registret.config.ready_database import check_fence, check_owner
from tests.owner import as_owner

pytestmark = pytest.mark.django_db


def test_a_role_that_row_level_security_binds_is_ready() -> None:
    check_fence()


def test_a_role_that_it_does_not_bind_is_not() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_patient NO FORCE ROW LEVEL SECURITY")
    with pytest.raises(NotReady, match=r"records_patient.*no superuser"), as_owner():
        check_fence()


def test_nor_is_one_beside_an_owner_whom_it_does_not_bind() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_step NO FORCE ROW LEVEL SECURITY")
    with pytest.raises(NotReady, match=r"the owner \(records_step"):
        check_fence()


def test_a_role_that_owns_no_table_is_ready() -> None:
    check_owner()


def test_the_owner_of_the_tables_does_not_serve() -> None:
    with pytest.raises(NotReady, match="REGISTRET_OWNER_DATABASE_URL"), as_owner():
        check_owner()


def test_the_role_that_serves_can_switch_off_neither_fence_nor_guard() -> None:
    for attack in (
        "ALTER TABLE records_patient DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE records_patient NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_provider ON records_patient",
        "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
        "DROP TRIGGER ledger_entry_append_only ON ledger_entry",
        "DROP TRIGGER records_revision_keep ON records_revision",
        "CREATE OR REPLACE FUNCTION records_sees_all() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE TABLE mine (x int)",
        "TRUNCATE records_patient CASCADE",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '9999', now())",
        "SET session_replication_role = replica",
        "SET row_security = off; SELECT 1 / count(*) FROM records_patient",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


def test_a_database_of_another_line_of_migrations_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('records', '0002_fences', now())")
    with pytest.raises(SystemExit):
        call_command("migrate")
    told = capsys.readouterr().err
    assert "1 migrations that are unknown here (records.0002_fences and on)" in told
    assert "make demo-reset" in told
