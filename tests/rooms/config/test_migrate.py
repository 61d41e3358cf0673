"""`registret migrate` beside services that use the tables."""

from __future__ import annotations

import psycopg
import pytest
from django.core.management.base import CommandError
from django.db import connection, transaction

from registret.config.management.commands import migrate
from registret.config.ready_database import _address
from tests.owner import as_owner

pytestmark = pytest.mark.django_db

LOCK = "LOCK TABLE heartbeats_heartbeat IN {} MODE"


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def test_a_table_that_is_in_use_is_not_waited_for_and_keeps_no_readers_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "PATIENCE", "50ms")
    with psycopg.connect(_address()) as reader:
        reader.execute(LOCK.format("ACCESS SHARE"))
        with (
            pytest.raises(CommandError, match="has been in use for 50ms"),
            as_owner(),
            transaction.atomic(),
            migrate.impatient(),
            connection.cursor() as cursor,
        ):
            cursor.execute(LOCK.format("ACCESS EXCLUSIVE"))


def test_what_comes_after_it_waits_as_before() -> None:
    with migrate.impatient():
        assert lock_timeout() == "10s"
    assert lock_timeout() == "0"
