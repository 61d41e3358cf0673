"""A standby of the PostgreSQL that is used, which takes its place."""

from __future__ import annotations

import secrets
import shutil
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from registret.demo.cluster_home import Home, account_of_server, binaries_of, make_folder
from registret.demo.postgres import Cluster
from tests.journeys.running import free_ports


class Standby:
    """A copy of `primary` that follows it. `promoted` makes a server of its own of it.

    While it follows, a COMMIT is acknowledged only when it has it as well (`synchronous_standby_names`), as an
    operator must have it who wants to lose nothing with a disk.
    """

    def __init__(self, primary: Cluster, database: str) -> None:
        self._database, self._port = database, free_ports(1)[0]
        account = account_of_server()
        folder = primary.folder.parent / f"database-{secrets.token_hex(4)}"
        make_folder(folder, 0o700 if account is None else 0o711)
        self._home = Home(folder, account)
        shutil.copy(primary.folder / "password", self._home.password)
        self._home.give(folder)
        self._programs = binaries_of(account)
        self._copy(_as_superuser(primary))
        self._process = self._home.launch(
            *self._with_us(),
            self._programs / "postgres",
            *("-D", self._home.cluster, "-p", str(self._port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            # What it copied makes a COMMIT wait for a standby; this one has none.
            *("-c", "synchronous_standby_names="),
        )
        with psycopg.connect(_as_superuser(primary), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")

    def follows(self, primary: Cluster) -> bool:
        """Whether each COMMIT waits for it."""
        with psycopg.connect(_as_superuser(primary)) as connection:
            return connection.execute("SELECT sync_state FROM pg_stat_replication").fetchall() == [("sync",)]

    def promoted(self) -> Cluster:
        """From the main thread (`Cluster`). The one before must not run any more."""
        parts = self._home.password.read_text().strip()
        with psycopg.connect(f"postgresql://postgres:{parts}@127.0.0.1:{self._port}/postgres", autocommit=True) as own:
            own.execute("SELECT pg_promote()")
            own.execute("ALTER SYSTEM RESET synchronous_standby_names")
        with ExitStack() as undo:
            undo.callback(self._home.end, self._process)
            return Cluster(self._home, port=self._port, database=self._database, pid=self._process.pid, undo=undo)

    def _copy(self, url: str) -> None:
        options = ("--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--no-sync")
        copying = self._home.launch(
            self._programs / "pg_basebackup", f"--pgdata={self._home.cluster}", f"--dbname={url}", *options
        )
        assert copying.wait() == 0, self._home.complaint()

    @staticmethod
    def _with_us() -> list[str | Path]:
        setpriv = shutil.which("setpriv")
        return [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []


def _as_superuser(cluster: Cluster) -> str:
    parts = urlsplit(cluster.url)
    return parts._replace(netloc=f"postgres:{parts.password}@127.0.0.1:{parts.port}", path="/postgres").geturl()
