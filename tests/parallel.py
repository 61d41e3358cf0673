"""What two people do at once: real transactions, which other threads see, and threads that begin together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier, Thread
from typing import Generic, Self, TypeVar

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from registret.database.connections import disconnect
from tests import tables
from tests.owner import as_owner

T = TypeVar("T")


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Nothing is rolled back; every table is emptied after the test.

    Instead of pytest-django's `transactional_db`: the log cannot be emptied while its trigger stands.
    """
    with django_db_blocker.unblock():
        assert not connection.in_atomic_block, "nothing is committed within a `module_db`"
        yield
        empty_every_table()


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """What `build` committed and returned, and a copy of the database as it was then."""

    value: T
    copy: str

    @classmethod
    @contextmanager
    def of(cls, build: Callable[[], T]) -> Iterator[Self]:
        """For a fixture of a module: what costs seconds is built once, and each test brings it back."""
        database = connection.settings_dict["NAME"]
        kept = cls(build(), f"{database}_kept")
        disconnect()
        tables.copy(database, to=kept.copy)
        empty_every_table()
        try:
            yield kept
        finally:
            tables.drop(kept.copy)

    def brought_back(self) -> T:
        """The value, once the database is as it was. Only for tests with `committed`, which empties it again."""
        disconnect()
        tables.copy(self.copy, to=connection.settings_dict["NAME"])
        return self.value


def empty_every_table() -> None:
    """All that has rows, and what refers to that: each table that is emptied costs files for itself and its indexes."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        written = ", ".join(table for (table,) in cursor.fetchall())
        # Partitions have triggers of their own.
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        guarded = [table for (table,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if written:
            cursor.execute(f"TRUNCATE {written} CASCADE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


# By their size: row level security hides rows, and the statistics come late.
_WRITTEN = r"""
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND relname NOT LIKE 'django\_%' AND pg_relation_size(oid) > 0
"""


def together(acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """What each of the acts answered or raised, each in a thread and a connection of its own, begun at one moment."""
    barrier = Barrier(len(acts))
    results: list[T | Exception] = [RuntimeError("the thread has not finished")] * len(acts)

    def run(place: int, act: Callable[[], T]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            results[place] = act()
        except Exception as trouble:
            results[place] = trouble
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, act), daemon=True) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def while_open(
    first: Callable[[], object], then: Callable[[], T], *, meanwhile: Callable[[], object] = lambda: None
) -> T | Exception:
    """What `then` answers or raises if it begins while the transaction of `first` is still open.

    That is committed as soon as `then` waits for a lock, or has ended without waiting; `meanwhile` is done before.
    """
    results: list[T | Exception] = []

    def run() -> None:
        try:
            results.append(then())
        except Exception as trouble:
            results.append(trouble)
        finally:
            connection.close()

    thread = Thread(target=run, daemon=True)
    with transaction.atomic():
        first()
        thread.start()
        while thread.is_alive() and not _waits():
            thread.join(timeout=0.01)
        meanwhile()
    thread.join(timeout=60)
    (result,) = results
    return result


def _waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None
