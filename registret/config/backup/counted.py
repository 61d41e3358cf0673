"""The rows of each table, of all care providers: what a backup has, and what came back from it."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

_TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""


def rows_of_tables(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Within the transaction of `connection`, whose role is shown every row, or may ask to be."""
    # The owner is shown all patients if it says so; a role with BYPASSRLS is shown them anyway.
    connection.execute("SELECT set_config('registret.sees', 'all', true)")
    tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
    return {name: _number(connection, name) for name in tables}


def _number(connection: psycopg.Connection[Any], table: str) -> int:
    [(number,)] = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchall()
    return int(number)
