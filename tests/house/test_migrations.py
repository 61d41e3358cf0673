"""For one release old and new code run on the same tables, so a migration adds, and locks nothing for long.

`squawk` reads the SQL of each migration; what it lets through is tried by tests/slow/test_upgrade.py.
"""

from __future__ import annotations

import subprocess
import sysconfig
from collections.abc import Collection, Mapping
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps
from django.core.management import call_command

SQUAWK: Final = Path(sysconfig.get_path("scripts"), "squawk")
OF_STYLE: Final = ("prefer-text-field", "prefer-bigint-over-int", "prefer-bigint-over-smallint")
SET_BY_MIGRATE: Final = ("require-lock-timeout", "require-statement-timeout")
"""`registret migrate` waits ten seconds for a lock, and a change takes as long as it takes (docs/decisions/0180)."""

SETTLED: Final[Mapping[tuple[str, str], Collection[str]]] = {}
"""By app and migration, the rules that it may break, each with the reason: what the release before this one has stopped
using may be taken away (`ban-drop-column`, `ban-drop-table`)."""


def migrations() -> list[tuple[str, str]]:
    folders = {
        app.label: Path(app.path) / "migrations" for app in apps.get_app_configs() if app.name.startswith("registret.")
    }
    return [
        (label, file.stem) for label, folder in sorted(folders.items()) for file in sorted(folder.glob("[0-9]*.py"))
    ]


def complaints(sql: str, *, settled: Collection[str] = ()) -> str:
    """What squawk says, a line for each; nothing if all is well."""
    excluded = ",".join((*OF_STYLE, *SET_BY_MIGRATE, *settled))
    command: list[str | Path] = [SQUAWK, "--reporter=gcc", "--pg-version=15.0", f"--exclude={excluded}"]
    return subprocess.run(command, input=sql, capture_output=True, text=True, check=False).stdout.strip()


@pytest.mark.django_db
@pytest.mark.parametrize(("app", "name"), migrations())
def test_a_migration_leaves_what_the_release_before_uses_and_locks_no_table_for_long(app: str, name: str) -> None:
    sql = StringIO()
    call_command("sqlmigrate", app, name, stdout=sql)
    assert complaints(sql.getvalue(), settled=SETTLED.get((app, name), ())) == ""


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("ALTER TABLE mail_letter DROP COLUMN language;", "ban-drop-column"),
        ("DROP TABLE mail_letter;", "ban-drop-table"),
        ("ALTER TABLE mail_letter RENAME COLUMN language TO tongue;", "renaming-column"),
        ("ALTER TABLE mail_letter RENAME TO letters;", "renaming-table"),
        ("ALTER TABLE mail_letter ALTER COLUMN attempts TYPE text;", "changing-column-type"),
        ("ALTER TABLE mail_letter ALTER COLUMN about_account_id SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE mail_letter ADD COLUMN note varchar(20) NOT NULL;", "adding-required-field"),
        ("CREATE INDEX letter_note ON mail_letter (kind);", "require-concurrent-index-creation"),
        ("ALTER TABLE mail_letter ADD CONSTRAINT c CHECK (kind <> '');", "constraint-missing-not-valid"),
    ],
)
def test_what_the_release_before_would_trip_over_is_named(sql: str, rule: str) -> None:
    assert rule in complaints(sql)


def test_a_column_that_the_release_before_can_leave_out_may_be_added() -> None:
    assert complaints("BEGIN; ALTER TABLE mail_letter ADD COLUMN note text DEFAULT '' NOT NULL; COMMIT;") == ""


def test_a_migration_that_squawk_cannot_read_is_no_good_one() -> None:
    assert complaints("ALTER TABEL mail_letter;") != ""
