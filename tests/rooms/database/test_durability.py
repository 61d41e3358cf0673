"""A statement by itself may reach the disk later, never the transaction of another; and it locks nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from registret.accounts import attempts, doors
from registret.accounts.attempts import Purpose
from registret.accounts.models import Account
from registret.database.durability import ASYNCHRONOUS_COMMIT, asynchronous_commit
from registret.database.prepared import Given, Prepared
from registret.rate_limits.services import Limit, take
from tests.parallel import committed

__all__ = ["committed"]

BROWSER = "b" * 32


def asked(statement: str, *values: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: str = cursor.fetchone()[0]
    return found


def test_a_statement_by_itself_may_wait_and_the_next_one_may_not(committed: None) -> None:
    before = asked("SHOW synchronous_commit")
    with transaction.atomic():
        assert asked("SELECT set_config('synchronous_commit', 'on', true)") == "on"
        assert asked(f"SELECT {ASYNCHRONOUS_COMMIT.format('%s')}", asynchronous_commit()) == "on"
        assert asked("SHOW synchronous_commit") == "on"
    assert asked(f"SELECT {ASYNCHRONOUS_COMMIT.format('%s')}", asynchronous_commit()) == "off"
    assert asked("SHOW synchronous_commit") == before


def test_nothing_that_may_wait_makes_the_transaction_around_it_wait(committed: None) -> None:
    now = timezone.now()
    label = attempts.begin(purpose=Purpose.LOGIN, browser=BROWSER, network=None, at=now)
    with transaction.atomic():
        asked("SELECT set_config('synchronous_commit', 'on', true)")
        take(limit=Limit(what="test", most=2, per=timedelta(minutes=1)), subject="x", at=now)
        doors.claim(label=label, network=None, at=now)
        assert asked("SHOW synchronous_commit") == "on"


def test_a_connection_that_commits_by_hand_is_in_a_transaction_too(committed: None) -> None:
    transaction.set_autocommit(False)
    try:
        assert asynchronous_commit() == ""
    finally:
        transaction.set_autocommit(True)


def test_rows_are_locked_within_a_transaction_only(committed: None) -> None:
    locked = Prepared(lambda: Account.objects.filter(hsa_id_key=Given("key")).select_for_update())
    with transaction.atomic():
        assert locked.first(key="SE2321009991-NOBODY") is None
    with pytest.raises(TransactionManagementError):
        locked.first(key="SE2321009991-NOBODY")
