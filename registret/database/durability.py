"""Statements that need not be on the disk when they are done: PostgreSQL calls it asynchronous commit.

PostgreSQL writes its log in order: once a transaction is on the disk, so is each that was committed before it. What has
no effect until another transaction tells of it can leave the waiting to that one. If the server falls in between, both
are gone, and it is as if neither had been asked for.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

ASYNCHRONOUS_COMMIT: Final = (
    "set_config('synchronous_commit', COALESCE(NULLIF({}, ''), current_setting('synchronous_commit')), true)"
)
"""To stand in a statement, with `asynchronous_commit()` in its place. It holds to the end of the transaction."""


def asynchronous_commit() -> str:
    """Return `off` for a statement that is committed by itself. Within a transaction, whose other statements must be on
    the disk when it is done, return an empty text, which changes nothing."""
    return "off" if connection.get_autocommit() else ""
