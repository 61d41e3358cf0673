"""Many append at once and nobody waits for anybody; the sealer waits for them, and never they for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registret.kernel.by import By
from registret.ledger.checking import check
from registret.ledger.models import Entry, Seal
from registret.ledger.months import add_months
from registret.ledger.sealing import rows, seal_key, seal_settled
from registret.ledger.services import record
from tests.made_up import made_up
from tests.parallel import together

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PROGRAM = By.of_program("test")
# Fewer than the pool has connections.
MANY = 16


def written(at: datetime = NOW) -> int:
    return record(event=made_up("page.test"), by=PROGRAM, at=at)


def sealed(patience: float = 0.0) -> int:
    return seal_settled(at=lambda: NOW + timedelta(minutes=1), patience=patience)


def checked() -> int:
    return check(keys=frozenset({seal_key().public}), at=NOW + timedelta(hours=1)).entries


class Open:
    """A transaction that has appended one entry and stays open until `end`."""

    def __init__(self, *, rolls_back: bool = False, at: datetime = NOW) -> None:
        self._at = at
        self.entry_id = 0
        self._rolls_back = rolls_back
        self._has_written, self._may_end = Event(), Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._has_written.wait(30)

    def end(self) -> None:
        self._may_end.set()
        self._thread.join(30)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self.entry_id = written(self._at)
                self._has_written.set()
                assert self._may_end.wait(60)
                transaction.set_rollback(self._rolls_back)
        finally:
            connection.close()


def locks(condition: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mode, coalesce(relation::regclass::text, locktype) FROM pg_locks WHERE "
            f"database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND {condition}"
        )
        return set(cursor.fetchall())


@pytest.mark.django_db
def test_appending_is_one_insert(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1) as queries:
        written()
    assert queries[0]["sql"].startswith('INSERT INTO "ledger_entry"')


@pytest.mark.django_db
def test_appending_takes_no_lock_that_another_append_conflicts_with() -> None:
    before = locks("pid = pg_backend_pid()")
    written()
    taken = locks("pid = pg_backend_pid()") - before
    assert {mode for mode, _ in taken} == {"RowExclusiveLock"}, taken


def test_sixteen_open_transactions_have_appended_and_none_waits(committed: None) -> None:
    barrier = Barrier(MANY)
    waiting: list[set[tuple[str, str]]] = []

    def act() -> int:
        with transaction.atomic():
            entry_id = written()
            # Each goes on only when all have appended: one that waited for another's lock would break this.
            barrier.wait(timeout=30)
            waiting.append(locks("NOT granted"))
            barrier.wait(timeout=30)
            return entry_id

    ids = together([act] * MANY)
    assert len({i for i in ids if isinstance(i, int)}) == MANY, ids
    assert waiting == [set()] * MANY
    assert sealed() == MANY


@pytest.mark.parametrize("rolls_back", [False, True])
def test_an_entry_that_commits_late_under_a_lower_number_is_sealed_in_its_place(
    committed: None, rolls_back: bool
) -> None:
    early = written()
    late = Open(rolls_back=rolls_back)
    higher = written()
    assert early < late.entry_id < higher
    assert sealed() == 0
    assert not Seal.objects.exists()
    late.end()
    assert sealed() == (2 if rolls_back else 3)
    assert checked() == Entry.objects.count() == (2 if rolls_back else 3)


def test_a_transaction_that_begins_to_append_later_is_not_waited_for(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a busy registry would never be sealed."""
    first, later = Open(), []

    def meanwhile(_: float) -> None:
        later.append(Open())
        first.end()

    written()
    monkeypatch.setattr("registret.ledger.sealing.sleep", meanwhile)
    assert sealed(patience=30) == 2
    assert len(later) == 1
    later[0].end()
    assert sealed() == 1
    assert checked() == 3


def test_a_check_is_not_misled_by_what_is_sealed_while_it_reads(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check has read a higher number when a lower one commits, and a new seal is about both."""
    written()
    assert sealed() == 1
    late = Open()
    written()

    def read_and_meanwhile(**given: Any) -> list[tuple[Any, ...]]:
        found = rows(**given)
        late.end()
        sealed()
        return found

    monkeypatch.setattr("registret.ledger.checking.rows", read_and_meanwhile)
    assert checked() == 1
    assert Seal.objects.count() == 2
    assert checked() == 3


def test_sealing_takes_no_lock_on_the_log_that_appending_waits_for(committed: None) -> None:
    written()
    with transaction.atomic():
        assert sealed() == 1
        held = locks("pid = pg_backend_pid() AND relation IN (SELECT relid FROM pg_partition_tree('ledger_entry'))")
        assert {mode for mode, _ in held} == {"AccessShareLock"}
        assert all(isinstance(i, int) for i in together([written] * 4))


def test_a_new_month_is_made_while_somebody_appends_and_nobody_who_appends_waits(committed: None) -> None:
    # This month has its partition, or this makes it.
    now, later = timezone.now(), datetime(2041, 1, 1, tzinfo=UTC)
    add_months(at=now)
    appending = Open(at=now)
    with transaction.atomic():
        assert "2041-01" in add_months(at=later)
        # Not committed yet, and others append.
        assert all(isinstance(i, int) for i in together([lambda: written(now)] * 4))
        assert locks("NOT granted") == set()
        transaction.set_rollback(True)
    appending.end()


def test_two_who_seal_at_once_make_one_chain(committed: None) -> None:
    for _ in range(50):
        written()
    results = together([lambda: sealed(patience=30)] * 4)
    assert sum(r for r in results if isinstance(r, int)) == 50, results
    assert checked() == 50


def test_while_many_append_and_some_roll_back_every_seal_holds(committed: None) -> None:
    stop = Event()

    def append() -> int:
        kept = 0
        for number in range(30):
            with transaction.atomic():
                written()
                transaction.set_rollback(number % 3 == 0)
            kept += number % 3 != 0
        return kept

    def seal() -> int:
        count = 0
        while not stop.is_set():
            count += sealed(patience=0.2)
        return count

    sealer_result: list[int] = []
    sealer = Thread(target=lambda: sealer_result.append(_and_close(seal)), daemon=True)
    sealer.start()
    kept = sum(r for r in together([append] * 8) if isinstance(r, int))
    stop.set()
    sealer.join(30)
    assert sealer_result[0] + sealed() == kept == 8 * 20
    assert checked() == kept


def _and_close(act: Callable[[], int]) -> int:
    try:
        return act()
    finally:
        connection.close()
