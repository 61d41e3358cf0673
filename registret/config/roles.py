"""Two roles in the database: one owns the tables and migrates them, the other serves and may only use rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from django.conf import settings
from django.db import connection, transaction

# What differs between the two; the database is one.
_OF_A_ROLE: Final = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")

_NEVER_CHANGED: Final = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND proname LIKE '%append\\_only' ORDER BY 1
"""


@contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the owner of the tables until the end of the block, if REGISTRET_OWNER_DATABASE_URL names one.

    Outside any transaction: the connection of DATABASE_URL is closed before and opened again when it is next used.
    """
    if settings.OWNER_DATABASE is None:
        yield
        return
    before = connection.settings_dict
    _reconnect(before | {name: settings.OWNER_DATABASE[name] for name in _OF_A_ROLE})
    try:
        yield
    finally:
        _reconnect(before)


def grant_rights(role: str) -> None:
    """Let `role` use the rows of all tables, and of those that are only ever added to read and add.

    It may not truncate, alter, drop, or disable anything. Run by the owner after each migration: a new table has no
    rights yet. For an owner without a second role there is nothing to grant.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user = %s", [role])
        if cursor.fetchone() == (True,):
            return
        name = connection.ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}")
        cursor.execute(_NEVER_CHANGED)
        for (table,) in cursor.fetchall():
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {name}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}")


def owned_tables() -> tuple[str, ...]:
    """The tables that the connected role could alter, because it owns them or may act as their owner."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND pg_has_role(current_user, relowner, 'MEMBER') ORDER BY 1"
        )
        return tuple(name for (name,) in cursor.fetchall())


def disconnect() -> None:
    """Close the connection of this thread and the pool that it came from."""
    connection.close()
    # Of PostgreSQL's wrapper, which the stubs do not know whole.
    cast(Any, connection).close_pool()


def _reconnect(database: dict[str, Any]) -> None:
    disconnect()
    connection.settings_dict = database
