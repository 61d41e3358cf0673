"""The months of the log: each is a partition, made ahead of time and dropped, sealed, when its time is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection, transaction

from registret.kernel.sweden import months_later

MONTHS_AHEAD = 3
KEPT_BY_LAW_YEARS = 5

_PARTITION = re.compile(r"ledger_entry_(?P<year>[0-9]{4})_(?P<month>[0-9]{2})", re.ASCII)
_PATIENCE = "2s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A partition. `name` is as in seals: `2026-11` (in UTC)."""

    name: str
    entries: int


def add_months(*, at: datetime) -> tuple[str, ...]:
    """Makes the partitions of this month and the next three; answers those that are new.

    Nobody who appends waits: the partition is attached, not made in place. Readers may wait for two seconds.

    Raises: OperationalError (it is being read for longer than that; to be tried again).
    """
    this = at.astimezone(UTC).date().replace(day=1)
    made = []
    with transaction.atomic(), short_of_patience():
        for number in range(MONTHS_AHEAD + 1):
            month = months_later(this, number)
            with connection.cursor() as cursor:
                cursor.execute("SELECT ledger_add_month(%s)", [month])
                (new,) = cursor.fetchone() or (False,)
            if new:
                made.append(f"{month:%Y-%m}")
    return tuple(made)


def months() -> tuple[str, ...]:
    """Names of the months that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree('ledger_entry') WHERE isleaf")
        shapes = [_PARTITION.fullmatch(name) for (name,) in cursor.fetchall()]
    return tuple(sorted(f"{shape['year']}-{shape['month']}" for shape in shapes if shape))


def table_of(month: str) -> str:
    """The partition of a month that `months` named."""
    year, number = (int(part) for part in month.split("-"))
    return f"ledger_entry_{year:04}_{number:02}"


def over(month: str) -> datetime:
    """The first moment after a month."""
    year, number = (int(part) for part in month.split("-"))
    after = months_later(date(year, number, 1), 1)
    return datetime(after.year, after.month, 1, tzinfo=UTC)


def kept_by_law_until(month: str) -> datetime:
    """HSLF-FS 2016:40, chapter 4: a log is kept for at least five years."""
    end = over(month)
    return end.replace(year=end.year + KEPT_BY_LAW_YEARS)


@contextmanager
def short_of_patience() -> Iterator[None]:
    """What waits for a lock makes all who come after it wait as well."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
