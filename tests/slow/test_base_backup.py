"""A base backup and the archived log bring a cluster back to a moment: of the wheel's PostgreSQL and of Debian's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest

from registret.demo.cluster_home import SYSTEM_USER, account_of_server
from registret.demo.pki import DemoAuthority
from registret.demo.postgres import OWNER, ROLE
from tests.chaos.place import eventually
from tests.journeys.running import REGISTRET, House
from tests.slow.servers import Server, give, programs, server
from tests.slow.test_backup import AFTER, BEFORE, block_with, rows, told
from tests.slow.test_backup import ROLE as BACKUP_ROLE

pytestmark = pytest.mark.xdist_group("backup")

DATABASE = "registret"
REPLICATION = block_with("REPLICATION")


@dataclass(slots=True)
class Kept:
    """An installation whose PostgreSQL archives its log."""

    house: House
    server: Server
    backups: Path
    log: Path
    identity: Path

    def run(self, *command: str) -> tuple[int, str]:
        environment = self.house.environment | {
            "PATH": f"{self.server.binaries}:{os.environ['PATH']}",
            "REGISTRET_BACKUP_DATABASE_URL": self.server.url("registret_backup", DATABASE),
            "REGISTRET_BACKUP_KEY": str(_public(self.identity)),
            "REGISTRET_USER": SYSTEM_USER,
        }
        done = subprocess.run([REGISTRET, *command], env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def done(self, *command: str) -> str:
        code, said = self.run(*command)
        assert code == 0, said
        return said

    def archive_all(self) -> None:
        """All that was written so far is in the archive."""
        with psycopg.connect(self.server.url("postgres", DATABASE), autocommit=True) as connection:
            # Else there may be nothing to archive.
            connection.execute("SELECT pg_logical_emit_message(true, 'test', 'the last')")
            [(piece,)] = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchall()
        eventually(lambda: any(self.log.glob(f"{piece}.*.gz.age")))


@pytest.fixture(scope="module", params=["the wheel's", "Debian's"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    tmp_path = tmp_path_factory.mktemp("kept")
    binaries = programs(request.param)
    if binaries is None:
        pytest.skip("needs Debian's PostgreSQL 17: sh tools/setup.sh --postgresql")
    if not _is_reached_by_the_server():
        pytest.skip(f"the user of PostgreSQL cannot reach {REGISTRET}, which it runs for each piece of its log")
    with server(binaries) as running, pytest.MonkeyPatch.context() as patch:
        backups, log = running.folder / "backups", running.folder / "archive"
        for folder in (backups, log):
            folder.mkdir(mode=0o700)
            give(folder)
        (tmp_path / "identity").write_text(f"{pyrage.x25519.Identity.generate()}\n")
        running.run(
            running.make(),
            archive_mode="on",
            archive_command=f"{REGISTRET} archive-wal %p --into {log} --key {_public(tmp_path / 'identity')}",
        )
        running.furnish(DATABASE)
        with psycopg.connect(running.url("postgres"), autocommit=True) as connection:
            connection.execute(f"{BACKUP_ROLE}{REPLICATION}".replace("…", running.password).encode())
        patch.setenv("DATABASE_URL", running.url(ROLE, DATABASE))
        patch.setenv("REGISTRET_OWNER_DATABASE_URL", running.url(OWNER, DATABASE))
        authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        with House.build(tmp_path, authority, "unused") as house:
            house.environment |= {name: os.environ[name] for name in ("DATABASE_URL", "REGISTRET_OWNER_DATABASE_URL")}
            house.environment |= {"PYTHONPATH": str(Path(__file__).parents[2])}
            house.run("migrate", "--verbosity", "0")
            yield Kept(house, running, backups, log, tmp_path / "identity")


def test_what_cannot_be_brought_back_is_told_and_not_taken_for_whole(kept: Kept, tmp_path: Path) -> None:
    base = Path(kept.done("backup", "--base", str(kept.backups)).partition(": ")[0])
    kept.archive_all()
    common = (str(base), "--log", str(kept.log), "--identity", str(kept.identity), "--drill")
    folders = (str(kept.server.folder / f"to-{n}") for n in count())

    def refused(*command: str) -> str:
        folder = next(folders)
        code, said = kept.run("restore", *command, "--in", folder)
        assert code == 1, said
        assert not Path(folder).exists(), "a drill leaves nothing behind"
        return said

    assert "recovery ended before configured recovery target was reached" in refused(
        *common, "--until", "2100-01-01 00:00"
    )
    (tmp_path / "other").write_text(f"{pyrage.x25519.Identity.generate()}\n")
    assert "has no key that opens" in refused(str(base), "--identity", str(tmp_path / "other"), "--drill")
    content = bytearray(base.read_bytes())
    content[len(content) // 2] ^= 1
    base.write_bytes(content)
    assert "do not use what may have come back" in refused(*common)


def test_a_role_that_may_not_copy_the_cluster_is_told_what_it_lacks(kept: Kept) -> None:
    before = sorted(kept.backups.iterdir())
    with psycopg.connect(kept.server.url("postgres"), autocommit=True) as connection:
        connection.execute("ALTER ROLE registret_backup NOREPLICATION")
        code, said = kept.run("backup", "--base", str(kept.backups))
        connection.execute("ALTER ROLE registret_backup REPLICATION")
    assert (code, "ALTER ROLE registret_backup REPLICATION" in said) == (1, True)
    assert sorted(kept.backups.iterdir()) == before


def test_a_cluster_comes_back_as_it_was_at_a_moment(kept: Kept, tmp_path: Path) -> None:
    said = kept.done("backup", "--base", str(kept.backups))
    base = Path(said.partition(": ")[0])
    assert {file.stat().st_mode & 0o777 for file in kept.backups.iterdir()} == {0o600}
    assert base.read_bytes().startswith(b"age-encryption.org/v1")

    # Written after the base backup, so it is in the archived log alone.
    told(kept.house, BEFORE)
    (tmp_path / "checkpoints").write_text(kept.house.run("ledger-checkpoint"))
    had, moment = rows(kept.house.environment["DATABASE_URL"]), datetime.now(UTC)
    told(kept.house, AFTER)
    kept.archive_all()
    assert (had["records_patient"], rows(kept.house.environment["DATABASE_URL"])["records_patient"]) == (2, 1)

    common = ("--log", str(kept.log), "--identity", str(kept.identity), "--checkpoint", str(tmp_path / "checkpoints"))
    until = ("--until", moment.isoformat())
    scratch = kept.server.folder / "scratch"
    said = kept.done("restore", str(base), "--in", str(scratch), *common, *until, "--drill")
    whole = sum(number for table, number in had.items() if not table.startswith("ledger_entry_"))
    assert f"{whole} rows came back, and the last entry of the log is of " in said
    assert "are as they were sealed" in said
    assert "the folder is gone" in said
    assert not scratch.exists()

    kept.done("restore", str(base), "--in", str(scratch), *common, *until)
    kept.server.stop()
    kept.server.run(scratch / "data", hba_file=str(kept.server.folder / "data" / "pg_hba.conf"))
    assert rows(kept.house.environment["DATABASE_URL"]) | {"ledger_seal": 0} == had | {"ledger_seal": 0}


def _is_reached_by_the_server() -> bool:
    account = account_of_server()
    as_user: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    return subprocess.run(["test", "-x", REGISTRET], check=False, **as_user).returncode == 0


def _public(identity: Path) -> object:
    return pyrage.x25519.Identity.from_str(identity.read_text().strip()).to_public()
