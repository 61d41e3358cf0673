"""A base backup is brought to a moment, by the write-ahead log, in a cluster of its own that nobody else reaches."""

from __future__ import annotations

import gzip
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg

from registret.config.backup.counted import rows_of_tables
from registret.config.backup.streams import feed, read
from registret.config.backup.tools import server_program
from registret.config.not_ready import NotReady
from registret.config.settings_file import USER

_PATIENCE: Final = 24 * 3600.0
"""Seconds that a recovery may take: a week of log is read in hours."""
_SEGMENT: Final = slice(8, 24)
"""Of the name of a piece of the log: without its timeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """`url`: of the database, for its owner; `last`: of the last entry of the log, if there is one."""

    url: str
    rows: int
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`base`: a file of `registret backup --base`; `log`: the folder of `registret archive-wal`, if there is one."""

    base: Path
    log: Path | None
    identity: Path | None


@contextmanager
def recovered(source: Source, folder: Path, *, until: datetime | None, role: str, database: str) -> Iterator[Recovered]:
    """The cluster in the empty `folder`, brought to `until` (None: as far as the log goes). It runs during the block.

    Afterwards it is stopped, and PostgreSQL may be started on `folder`/data. `role` connects to `database`.

    Raises: NotReady (the folder is not empty, a file is damaged or cannot be opened, the log does not go so far).
    """
    data, pieces = _unpacked(source, folder), folder / "log"
    _verify(data)
    _unpack_log(source, pieces, after=_began_in(data))
    (data / "recovery.signal").touch(mode=0o600)
    with _running(folder, data, pieces, until) as server:
        address = f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(folder), safe='')}"
        _await(server, address, folder / "server.log")
        yield _look(address, database, folder)
    shutil.rmtree(pieces)


def make_empty(folder: Path) -> None:
    """Make the folder unless it is there. Raises: NotReady (it is not empty)."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if any(folder.iterdir()):
        raise NotReady(f"{folder} is not empty: name a folder that is, or is not there")


def _unpacked(source: Source, folder: Path) -> Path:
    data = folder / "data"
    data.mkdir(mode=0o700)
    feed(["tar", "--extract", "--gzip", f"--directory={data}"], os.environ, source.base, source.identity)
    return data


def _verify(data: Path) -> None:
    """Each file is as it was copied, by the checksums that PostgreSQL wrote beside it."""
    command = [_program("pg_verifybackup", data), "--no-parse-wal", "--quiet", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotReady(f"the base backup is damaged: {done.stderr.strip().splitlines()[0]}")


def _began_in(data: Path) -> str:
    """The first piece of the log that is needed, as `START WAL LOCATION: 0/2000028 (file 000000010000000000000002)`."""
    first = (data / "backup_label").read_text(encoding="utf-8").splitlines()[0]
    return first.rpartition("(file ")[2].rstrip(")")


def _unpack_log(source: Source, pieces: Path, *, after: str) -> None:
    pieces.mkdir(mode=0o700)
    for file in sorted(source.log.iterdir()) if source.log else ():
        name, _, kind = file.name.partition(".")
        is_history = kind.startswith("history")
        if not is_history and (len(name) != _SEGMENT.stop or "backup" in kind or name[_SEGMENT] < after[_SEGMENT]):
            continue
        packed = BytesIO()
        read(file, packed, source.identity)
        (pieces / (f"{name}.history" if is_history else name)).write_bytes(gzip.decompress(packed.getvalue()))


@contextmanager
def _running(folder: Path, data: Path, pieces: Path, until: datetime | None) -> Iterator[subprocess.Popen[bytes]]:
    (folder / "pg_hba.conf").write_text("local all all trust\n")
    (folder / "empty.conf").touch()
    told = {
        # Nobody reaches it but through this folder, and it sends and archives nothing.
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "hba_file": str(folder / "pg_hba.conf"),
        "config_file": str(folder / "empty.conf"),
        "archive_mode": "off",
        "shared_preload_libraries": "",
        # As long as it recovers nobody looks, so it need not be as large as the one that was copied.
        "hot_standby": "off",
        "restore_command": f'cp "{pieces}/%f" "%p"',
        "recovery_target_action": "promote",
        **({"recovery_target_time": until.isoformat()} if until else {}),
    }
    command = [_program("postgres", data), "-D", str(data), *(w for n, v in told.items() for w in ("-c", f"{n}={v}"))]
    account = _account()
    if account:
        subprocess.run(["chown", "--recursive", f"{account.pw_uid}:{account.pw_gid}", folder], check=True)
    as_user: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **as_user)
    try:
        yield server
    finally:
        server.terminate()
        server.wait()


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL does not run as root: then as the user of the services."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("REGISTRET_USER", USER)
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise NotReady(
            f"PostgreSQL does not run as root, and there is no user {name}: REGISTRET_USER names one"
        ) from None


def _await(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Return when the recovery is over. Raises: NotReady."""
    deadline = time.monotonic() + _PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError), psycopg.connect(address) as connection:
            if connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,):
                return
        time.sleep(0.2)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    why = next((line for line in reversed(lines) if "FATAL" in line), "it did not end within a day")
    raise NotReady(f"PostgreSQL could not recover: {why.partition('FATAL:')[2].strip() or why}")


def _look(address: str, database: str, folder: Path) -> Recovered:
    with psycopg.connect(address) as connection:
        asked = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        [(owner,)] = connection.execute(asked).fetchall()
    url = f"postgresql://{quote(owner)}@/{quote(database)}?host={quote(str(folder), safe='')}"
    with psycopg.connect(url) as connection:
        rows = sum(rows_of_tables(connection).values())
        [(last,)] = connection.execute("SELECT max(at) FROM ledger_entry").fetchall()
    return Recovered(url=url, rows=rows, last=last)


def _program(name: str, data: Path) -> str:
    return server_program(name, (data / "PG_VERSION").read_text().strip())
