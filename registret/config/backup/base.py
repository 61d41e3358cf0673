"""Base backups: the whole cluster as PostgreSQL has it, and its write-ahead log, by which it is brought to any moment.

A base backup is `registret-base-….tar.gz` (or `….tar.gz.age`, encrypted) with `registret-base-….json` beside it. A
piece of the write-ahead log is `<its name>.<part of its SHA-256>.gz` (or `….gz.age`) in a folder of its own.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import IO, Final

import psycopg

from registret.config.backup.streams import save, save_output, whole
from registret.config.backup.tools import program, told
from registret.config.not_ready import NotReady
from registret.database.gone import first_line

PREFIX: Final = "registret-base-"
_DIGITS: Final = 16
"""Of the digest in the name of a piece: by it one that comes again is known from another that has its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseBackup:
    file: Path
    size: int


def make_base(url: str, folder: Path, *, recipient: str, at: datetime) -> BaseBackup:
    """Copy the cluster of the database `url`, whose role may replicate, with the log that was written meanwhile.

    Raises: NotReady (the role may not, a program is missing or failed, the disk is full).
    """
    file = folder / f"{PREFIX}{at:%Y%m%dT%H%M%SZ}.tar.gz{'.age' if recipient else ''}"
    address, environment = told(url)
    options = ("--pgdata=-", "--format=tar", "--gzip", "--wal-method=fetch", "--checkpoint=fast", "--no-password")
    try:
        server = _server_of(url)
        with whole(file) as out:
            save_output([program("pg_basebackup"), *options, f"--dbname={address}"], environment, out, recipient)
    except psycopg.Error as trouble:
        raise NotReady(f"the database of the backup does not answer: {first_line(trouble)}") from None
    except OSError as trouble:
        raise NotReady(f"{file} cannot be written: {trouble.strerror}") from None
    about = {"made_at": at.isoformat(), "version": version("registret"), "file": file.name, "postgresql": server}
    with whole(folder / f"{PREFIX}{at:%Y%m%dT%H%M%SZ}.json") as out:
        out.write(json.dumps(about, indent=1).encode())
    return BaseBackup(file=file, size=file.stat().st_size)


def _server_of(url: str) -> int:
    """The version of the server, as 180006."""
    with psycopg.connect(url) as connection:
        mine = "SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user"
        [(may_replicate,)] = connection.execute(mine).fetchall()
        if not may_replicate:
            raise NotReady(
                "the role of the backup may not copy the cluster: ALTER ROLE registret_backup REPLICATION, and a line "
                "in pg_hba.conf (docs/operations.md)"
            )
        return connection.info.server_version


def archive(piece: Path, folder: Path, *, recipient: str) -> None:
    """Keep a piece of the write-ahead log, as `archive_command` must: when it returns, all is on the disk.

    Raises: NotReady (another piece of this name is there already, the disk is full).
    """
    content = piece.read_bytes()
    name = f"{piece.name}.{hashlib.sha256(content).hexdigest()[:_DIGITS]}.gz{'.age' if recipient else ''}"
    there = [file.name for file in folder.glob(f"{piece.name}.*") if file.suffix != ".partial"]
    if there == [name]:
        # PostgreSQL did not come to write down that it had been kept.
        return
    if there:
        raise NotReady(f"{folder} has another {piece.name}: does another server write there?")
    (folder / f"{name}.partial").unlink(missing_ok=True)
    with whole(folder / name) as out, _packed(content) as packed:
        save(packed, out, recipient)


def _packed(content: bytes) -> IO[bytes]:
    return BytesIO(gzip.compress(content, compresslevel=1))


def main(arguments: Sequence[str]) -> int:
    """`registret archive-wal`: PostgreSQL runs it for each piece, as its own user, so it reads no settings."""
    parser = argparse.ArgumentParser(prog="registret archive-wal", description="Keeps a piece of PostgreSQL's log.")
    parser.add_argument("piece", type=Path, help="%%p of archive_command")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where the pieces are kept")
    parser.add_argument("--key", default="", help="the public key of age that they are encrypted for")
    given = parser.parse_args(arguments)
    try:
        archive(given.piece, given.into, recipient=given.key)
    except (NotReady, OSError) as trouble:
        print(f"registret archive-wal: {trouble}", file=sys.stderr)
        return 1
    return 0
