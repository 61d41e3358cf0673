"""The connection of a thread, and the pool that it comes from."""

from __future__ import annotations

from typing import Any, cast

from django.db import connection


def disconnect() -> None:
    """Close the connection of this thread and the pool that it came from."""
    connection.close()
    # Of PostgreSQL's wrapper, which the stubs do not know whole.
    cast(Any, connection).close_pool()
