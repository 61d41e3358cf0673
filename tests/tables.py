"""All tables are made once in a test run; each further database is a copy of them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

TEMPLATE = "registret_tables"


@contextmanager
def made_once() -> Iterator[bool]:
    """Whether TEMPLATE is there. If not, the caller makes the tables somewhere and calls `keep` before the block ends;
    meanwhile all others wait."""
    folder = Path(os.environ["REGISTRET_TEST_FOLDER"])
    with (folder / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield (folder / "tables.made").exists()


def keep(database: str) -> None:
    """Make TEMPLATE of a database to which nobody is connected."""
    copy(database, to=TEMPLATE)
    Path(os.environ["REGISTRET_TEST_FOLDER"], "tables.made").touch()


def copy(database: str, *, to: str) -> None:
    with psycopg.connect(os.environ["REGISTRET_OWNER_DATABASE_URL"], autocommit=True) as connection:
        _drop(connection, to)
        connection.execute(f'CREATE DATABASE "{to}" TEMPLATE "{database}"'.encode())


def drop(database: str) -> None:
    with psycopg.connect(os.environ["REGISTRET_OWNER_DATABASE_URL"], autocommit=True) as connection:
        _drop(connection, database)


def _drop(connection: psycopg.Connection, database: str) -> None:
    """Drop a database, and end the connections that are left in it."""
    try:
        connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
    except psycopg.errors.InsufficientPrivilege:
        # Autovacuum is in it, which is the superuser's: without FORCE, the server itself waits for that to end.
        connection.execute(f'DROP DATABASE IF EXISTS "{database}"'.encode())
