"""What the owner of the tables could do: statements with every trigger of the log switched off."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from tests.owner import as_owner


def relations() -> list[str]:
    """The tables of the log: entries, their partitions, seals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree('ledger_entry')")
        return [*(name for (name,) in cursor.fetchall()), "ledger_seal"]


def forge(*statements: str, given: Sequence[bytes] = ()) -> None:
    tables = relations()
    with as_owner(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement, given or None)
        for table in set(tables) & set(relations()):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
