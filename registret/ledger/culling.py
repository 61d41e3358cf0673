"""Removing months whose time is over. The seals stay, and a further one says which months are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.months import Month, kept_by_law_until, months, over, short_of_patience, table_of
from registret.ledger.sealing import newest_seal, seal_culling
from registret.ledger.services import record


class NotCullable(Exception):
    """A month must not be removed; the message is one line that says why."""


def to_cull(*, before: datetime, at: datetime) -> tuple[Month, ...]:
    """Months that were over at `before` and that the law does not keep at `at`, oldest first."""
    past = [name for name in months() if over(name) <= before and kept_by_law_until(name) <= at]
    return tuple(Month(name=name, entries=_count(f"SELECT count(*) FROM {table_of(name)}")) for name in past)  # noqa: S608


def cull(*, found: Sequence[Month], by: By, at: datetime) -> None:
    """Removes these months for good: one log entry for each, one seal for all. The caller has checked the whole log.

    Raises:
        NotCullable: the law keeps one of them, or it has entries that are not sealed.
        Busy: another process seals at this moment.
        OperationalError: the log is being read for longer than two seconds.
    """
    newest = newest_seal()
    last = newest.last if newest else 0
    with transaction.atomic(), short_of_patience():
        for month in found:
            if at < kept_by_law_until(month.name):
                raise NotCullable(f"{month.name}: kept by law until {kept_by_law_until(month.name):%Y-%m-%d}")
            if _count(f"SELECT count(*) FROM {table_of(month.name)} WHERE id > {last}"):  # noqa: S608  (a number)
                raise NotCullable(f"{month.name}: has entries that are not sealed yet")
            record(event=Event.LOG_CULLED, by=by, at=at, facts={"month": month.name, "rows": month.entries})
        seal_culling([month.name for month in found], at=at)
        with connection.cursor() as cursor:
            for month in found:
                cursor.execute(f"ALTER TABLE ledger_entry DETACH PARTITION {table_of(month.name)}")
                cursor.execute(f"DROP TABLE {table_of(month.name)}")


def _count(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        (number,) = cursor.fetchone() or (0,)
    return int(number)
