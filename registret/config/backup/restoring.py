"""A backup is brought back into an empty database, and compared with what was counted when it was made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from registret.config.backup.counted import rows_of_tables
from registret.config.backup.streams import feed
from registret.config.backup.tools import program, told
from registret.config.not_ready import NotReady


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`made_at`: when the backup was made; `rows`: how many came back, in all tables."""

    made_at: datetime
    version: str
    rows: int


def restore(file: Path, url: str, *, identity: Path | None) -> Restored:
    """Bring a dump into the empty database of `url`, whose role owns it. `identity`: the file of a secret key of age.

    Raises: NotReady (the database is not empty, the file is none or is not whole, rows differ from those counted).
    """
    about = _about(file)
    with psycopg.connect(url) as connection:
        if rows_of_tables(connection):
            raise NotReady("the database is not empty: make a new one, which the role that restores owns")
    _load(file, url, identity)
    with psycopg.connect(url) as connection:
        found = rows_of_tables(connection)
    if found != about["rows"]:
        different = sorted(t for t in about["rows"].keys() | found if about["rows"].get(t) != found.get(t))
        raise NotReady(f"other numbers of rows came back than were counted, in {', '.join(different)}")
    return Restored(
        made_at=datetime.fromisoformat(about["made_at"]), version=about["version"], rows=sum(found.values())
    )


def succeeds_there(url: str, command: Sequence[str]) -> bool:
    """Run another command of registret in a process that knows the restored database and no other."""
    environment = os.environ | {"DATABASE_URL": url, "REGISTRET_OWNER_DATABASE_URL": url}
    program_text = "from registret.config.cli import main; main()"
    return subprocess.run([sys.executable, "-c", program_text, *command], env=environment, check=False).returncode == 0


def _about(file: Path) -> dict[str, Any]:
    beside = file.with_name(f"{file.name.removesuffix('.age').removesuffix('.dump')}.json")
    try:
        about: dict[str, Any] = json.loads(beside.read_bytes())
    except (OSError, ValueError) as trouble:
        raise NotReady(f"{beside}, which says what is in the backup, cannot be read: {trouble}") from None
    return about


def _load(file: Path, url: str, identity: Path | None) -> None:
    address, environment = told(url)
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--no-password")
    feed([program("pg_restore"), *options, f"--dbname={address}"], environment, file, identity)
