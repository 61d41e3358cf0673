"""A PostgreSQL of its own, of either make: the wheel's or Debian's, whose log is archived."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from registret.demo.cluster_home import ROOTS_FOLDER, account_of_server, binaries_of, make_folder
from registret.demo.postgres import OWNER, REPORTS, ROLE
from tests.journeys.running import PATIENCE, free_ports

DEBIANS: Final = Path("/usr/lib/postgresql/17/bin")


def programs(make: str) -> Path | None:
    """Where those of a make are; None if Debian's is not installed."""
    if make == "the wheel's":
        return binaries_of(account_of_server())
    return DEBIANS if (DEBIANS / "postgres").exists() else None


@dataclass(slots=True)
class Server:
    """`folder` is one that the server's user can reach: its own things lie there, and the backups of the test."""

    folder: Path
    binaries: Path
    port: int
    password: str
    process: subprocess.Popen[bytes] | None = None

    def url(self, role: str, database: str = "postgres") -> str:
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, data: Path, **settings: str) -> None:
        """Start it on `data`, which is wherever a restored cluster may be as well."""
        told = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""} | settings
        options = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
        self.process = self._started(self.binaries / "postgres", "-D", data, *options)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def make(self) -> Path:
        """An empty cluster; answers its folder."""
        password, data = self.folder / "password", self.folder / "data"
        password.write_text(self.password)
        give(password)
        options = (
            "--username=postgres",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-sync",
            f"--pwfile={password}",
        )
        making = self._started(self.binaries / "initdb", f"--pgdata={data}", *options, "--locale=C")
        assert making.wait() == 0, self.log()
        return data

    def furnish(self, database: str) -> None:
        """Roles and database as docs/operations.md has them."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for statement in (
                f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{self.password}'",
                f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self.password}'",
                f"CREATE ROLE {REPORTS}",
                f"GRANT {REPORTS} TO {ROLE}",
                f"CREATE DATABASE {database} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0",
            ):
                connection.execute(statement.encode())

    def _started(self, *command: str | Path) -> subprocess.Popen[bytes]:
        account = account_of_server()
        as_user: dict[str, Any] = (
            {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        )
        with (self.folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                [str(word) for word in command],
                cwd=self.folder,
                env=_clean(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **as_user,
            )


@contextmanager
def server(binaries: Path) -> Iterator[Server]:
    """Not made and not started."""
    account = account_of_server()
    if account:
        make_folder(ROOTS_FOLDER, 0o755)
    folder = Path(tempfile.mkdtemp(prefix="registret-server-", dir=ROOTS_FOLDER if account else None))
    give(folder)
    found = Server(folder, binaries, free_ports(1)[0], secrets.token_hex(8))
    try:
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)


def give(path: Path) -> None:
    """To the server's user."""
    if account := account_of_server():
        os.chown(path, account.pw_uid, account.pw_gid)


def _clean() -> Mapping[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
