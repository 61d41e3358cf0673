"""A backup is made: whole, or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import IsolationLevel

from registret.config.backup.counted import rows_of_tables
from registret.config.backup.streams import save_output, whole
from registret.config.backup.tools import program, told
from registret.config.not_ready import NotReady
from registret.database.gone import first_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """`file`: the dump; `rows`: how many there are in it, in all tables."""

    file: Path
    size: int
    rows: int


def make(url: str, folder: Path, *, recipient: str, at: datetime) -> Backup:
    """Dump the database of `url` into `folder`, encrypted for `recipient` (a public key of age) if there is one.

    All is read in one snapshot, so that the counts are those of the dump.

    Raises: NotReady (the role would not be shown all rows, a program is missing or failed, the disk is full).
    """
    name = f"registret-{at:%Y%m%dT%H%M%SZ}"
    file = folder / (f"{name}.dump.age" if recipient else f"{name}.dump")
    try:
        with psycopg.connect(url) as connection:
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            _require_all_rows(connection)
            snapshot = _snapshot(connection)
            rows = rows_of_tables(connection)
            with whole(file) as out:
                _dump(url, snapshot, out, recipient)
    except psycopg.Error as trouble:
        raise NotReady(f"the database of the backup does not answer: {first_line(trouble)}") from None
    except OSError as trouble:
        raise NotReady(f"{file} cannot be written: {trouble.strerror}") from None
    about = {"made_at": at.isoformat(), "version": version("registret"), "file": file.name, "rows": rows}
    with whole(folder / f"{name}.json") as out:
        out.write(json.dumps(about, indent=1).encode())
    return Backup(file=file, size=file.stat().st_size, rows=sum(rows.values()))


def _require_all_rows(connection: psycopg.Connection[Any]) -> None:
    mine = "SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user"
    [(is_shown_all,)] = connection.execute(mine).fetchall()
    if not is_shown_all:
        raise NotReady(
            "the role of the backup is bound by row-level security, so the backup would have no patients: make "
            "registret_backup (docs/operations.md), and name it in REGISTRET_BACKUP_DATABASE_URL"
        )


def _snapshot(connection: psycopg.Connection[Any]) -> str:
    [(name,)] = connection.execute("SELECT pg_export_snapshot()").fetchall()
    return str(name)


def _dump(url: str, snapshot: str, out: IO[bytes], recipient: str) -> None:
    address, environment = told(url)
    command = [program("pg_dump"), "--format=custom", f"--snapshot={snapshot}", "--no-password", f"--dbname={address}"]
    save_output(command, environment, out, recipient)
