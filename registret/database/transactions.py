"""Transactions in which PostgreSQL has a setting of its own: whose patients are seen, which role asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

from django.db import connection, transaction

_SAID: Final[ContextVar[Mapping[str, str]]] = ContextVar("said", default=MappingProxyType({}))
"""What the blocks around this one have set. The database is not asked."""


@contextmanager
def transaction_with(setting: str, value: str) -> Iterator[None]:
    """A transaction in which `setting` has this value until the block ends, and then the one that it had before.

    Within a block that has said the same nothing is said, and the two succeed or fail together. The end of the
    outermost transaction takes it back by itself, and so does an exception, which rolls back: a connection that goes
    back to the pool says nothing.
    """
    before, goes_on = _SAID.get(), connection.in_atomic_block
    if before.get(setting) == value:
        with transaction.atomic(savepoint=False):
            yield
        return
    with transaction.atomic():
        _SAID.set({**before, setting: value})
        try:
            _say(setting, value)
            yield
            if goes_on:
                _say(setting, before.get(setting))
        finally:
            # Before the transaction ends: what runs after its commit finds nothing said.
            _SAID.set(before)


def _say(setting: str, value: str | None) -> None:
    """None: as the connection began."""
    with connection.cursor() as cursor:
        if value is None:
            cursor.execute(f"SET LOCAL {setting} TO DEFAULT")
        else:
            cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
