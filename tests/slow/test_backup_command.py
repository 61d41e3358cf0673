"""`registret backup` and `registret restore`: whole or not at all, encrypted if there is a key, tried by a drill."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pyrage
import pytest

from tests.journeys.running import REGISTRET, House, new_database, owner_of
from tests.slow.test_backup import AFTER, backup_url, house, rows, told

__all__ = ["house"]

pytestmark = pytest.mark.xdist_group("backup")


def said(house: House, *command: str, **settings: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [REGISTRET, *command], env=house.environment | settings, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def backed_up(house: House, folder: Path, **settings: str) -> Path:
    folder.mkdir()
    code, out, complained = said(
        house, "backup", str(folder), REGISTRET_BACKUP_DATABASE_URL=backup_url(house), **settings
    )
    assert code == 0, complained
    return Path(out.partition(": ")[0])


def empty(name: str) -> str:
    return owner_of(new_database(f"{name}_{os.getpid()}"))


def test_what_is_restored_is_what_was_counted_and_nobody_who_opted_out_comes_back(house: House, tmp_path: Path) -> None:
    had = rows(house.environment["DATABASE_URL"])
    file = backed_up(house, tmp_path / "backups")
    assert {one.stat().st_mode & 0o777 for one in file.parent.iterdir()} == {0o600}
    about = json.loads(file.with_suffix(".json").read_text())
    assert {table: about["rows"][table] for table in ("records_patient", "records_episode")} == {
        "records_patient": 2,
        "records_episode": 3,
    }
    told(house, AFTER)
    into = empty("restored")
    common = ("--into", into, "--checkpoint", str(tmp_path / "checkpoints"), "--marks", str(tmp_path / "marks.jsonl"))
    code, out, complained = said(house, "restore", str(file), *common, "--drill")
    assert code == 0, out + complained
    assert "rows came back, as counted 0 days and 0 hours ago" in out
    assert "are as they were sealed" in out
    assert "1 patient would be destroyed (dry run)" in out
    assert "nothing was changed" in out
    assert rows(into) == had
    code, out, complained = said(house, "restore", str(file), "--into", into, "--drill")
    assert code == 1
    assert "the database is not empty" in complained

    again = empty("restored_again")
    code, out, complained = said(house, "restore", str(file), *("--into", again), *common[2:])
    assert code == 0, out + complained
    assert "1 patient destroyed again" in out
    assert rows(again)["records_patient"] == 1


def test_with_a_key_the_dump_is_encrypted_and_only_its_secret_key_opens_it(house: House, tmp_path: Path) -> None:
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    file = backed_up(house, tmp_path / "backups", REGISTRET_BACKUP_KEY=str(identity.to_public()))
    assert file.name.endswith(".dump.age")
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"PGDMP" not in file.read_bytes()
    into = empty("opened")
    for key, right in ((other, False), (identity, True)):
        (tmp_path / "key").write_text(f"# created: today\n{key}\n")
        code, out, complained = said(
            house, "restore", str(file), "--into", into, "--identity", str(tmp_path / "key"), "--drill"
        )
        assert (code == 0) is right, out + complained
    code, _, complained = said(house, "restore", str(file), "--into", empty("closed"), "--drill")
    assert (code, "is encrypted" in complained) == (1, True)


def test_a_backup_that_would_have_no_patients_is_not_made(house: House, tmp_path: Path) -> None:
    for url in (house.environment["DATABASE_URL"], house.environment["REGISTRET_OWNER_DATABASE_URL"]):
        code, _, complained = said(house, "backup", str(tmp_path), REGISTRET_BACKUP_DATABASE_URL=url)
        assert code == 1
        assert "would have no patients" in complained
    assert list(tmp_path.glob("registret-*")) == []


def test_one_that_fails_leaves_no_file_behind(house: House, tmp_path: Path) -> None:
    url = backup_url(house)
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "pg_dump").write_text("#!/bin/sh\necho half a dump\necho 'pg_dump: error: no space' >&2\nexit 1\n")
    (broken / "pg_dump").chmod(0o755)
    path = f"{broken}:{house.environment['PATH']}"
    folder = tmp_path / "backups"
    folder.mkdir()
    code, _, complained = said(house, "backup", str(folder), REGISTRET_BACKUP_DATABASE_URL=url, PATH=path)
    assert code == 1
    assert "pg_dump failed: pg_dump: error: no space" in complained
    assert "no backup was made" in complained
    assert list(folder.iterdir()) == []
    code, _, complained = said(house, "backup", "/nowhere", REGISTRET_BACKUP_DATABASE_URL=url)
    assert (code, "/nowhere" in complained) == (1, True)


def test_a_dump_that_lost_its_end_is_not_taken_for_a_whole_one(house: House, tmp_path: Path) -> None:
    file = backed_up(house, tmp_path / "backups")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    code, _, complained = said(house, "restore", str(file), "--into", empty("torn"), "--drill")
    assert code == 1
    assert "pg_restore failed" in complained or "other numbers of rows" in complained
    assert "do not use what may have come back" in complained
