"""The role in the database that counts are read as: it has no right to patients, accounts or the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

ROLE: Final = "registret_reports"
"""`registret migrate` gives it its rights (`config.roles`)."""


@contextmanager
def as_reports_role() -> Iterator[None]:
    """A transaction that can read counts and places, and nothing else: whatever is asked in it finds no patient.

    If an exception ends it the transaction is rolled back, and the role with it. Also a decorator.
    """
    with transaction.atomic():
        before = _become(ROLE)
        yield
        _become(before)


def _become(role: str) -> str:
    """Return the role before. `none` is the one that is connected."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role'), set_config('role', %s, true)", [role])
        before: str = cursor.fetchone()[0]
    return before
