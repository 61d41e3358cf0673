"""The role in the database that counts are read as: it has no right to patients, accounts or the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from registret.database.transactions import transaction_with

ROLE: Final = "registret_reports"
"""`registret migrate` gives it its rights (`config.roles`)."""


@contextmanager
def as_reports_role() -> Iterator[None]:
    """A transaction that can read counts and places, and nothing else: whatever is asked in it finds no patient.

    If an exception ends it the transaction is rolled back, and the role with it. Also a decorator.
    """
    with transaction_with("role", ROLE):
        yield
