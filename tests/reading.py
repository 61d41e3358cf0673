"""How often an act reads a table."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def reads(table: str, act: Callable[[], object]) -> int:
    """Count the queries of `act` that select from `table` itself, not from a table that is joined with it."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return sum(f'FROM "{table}"' in query["sql"].partition(" WHERE ")[0] for query in captured.captured_queries)
