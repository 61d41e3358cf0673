"""Two releases in folders, each with a link per machine to the one that runs, as docs/operations.md has them.

Nothing is released yet: the first is a copy of this package, and the next is another copy with what a release brings.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
OLD, NEW = "0.1.0", "0.2.0"
COLUMNS: Final = (("accounts", "Session"), ("mail", "Letter"), ("records", "Episode"), ("records", "Revision"))
"""Tables that are written while the next release adds a column to each."""
TABLE: Final = "heartbeats_next"

_COLUMN = '    next_note = models.CharField(max_length=20, blank=True, default="", db_default="", db_comment="plain")\n'
_MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("{app}", "0001_initial")]
    operations = [
{operations}
    ]
"""
_ADD_COLUMN = """        migrations.AddField(
            "{model}",
            "next_note",
            models.CharField(max_length=20, blank=True, default="", db_default="", db_comment="plain"),
        ),"""
_ADD_TABLE = """        migrations.CreateModel(
            "Next", [("id", models.BigAutoField(primary_key=True)), ("note", models.CharField(max_length=20))]
        ),"""
_LETTER = """
from registret.mail.letters.shapes import LetterKind as _Kind, Line as _Line
LETTERS = {**LETTERS, "of_next": _Kind(
    subject="Next", heading="Next", lines=(_Line("Of the next release, to {name}."),), footer=(_Line("Why."),),
)}
CONFIRMING ="""
_CHORE = """    ContinuousChore(name="next", every=SECOND, act=lambda: None, says="does what is new"),
)

CHORES_EVERY"""


@dataclass(frozen=True, slots=True)
class Releases:
    """`folder` has a folder for each release, and a link `registret` in the folder of each machine."""

    folder: Path

    @classmethod
    def build(cls, folder: Path, machines: Sequence[str]) -> Releases:
        made = cls(folder)
        for version in (OLD, NEW):
            made._copy(version)
        made._make_next()
        for version in (OLD, NEW):
            made._install(version)
        for machine in machines:
            (folder / machine).mkdir()
            made.link(machine).symlink_to(made.release(OLD))
        return made

    def release(self, version: str) -> Path:
        return self.folder / f"registret-{version}"

    def link(self, machine: str) -> Path:
        return self.folder / machine / "registret"

    def program(self, machine: str) -> str:
        """As the units name it."""
        return str(self.link(machine) / ".venv" / "bin" / "registret")

    def here(self, line: str, machine: str) -> str:
        """A line of the documentation, where `/opt` is this folder."""
        line = re.sub(r"/opt/registret-([\d.]+)", f"{self.folder}/registret-\\1", line)
        return re.sub(r"/opt/registret\b(?!-)", str(self.link(machine)), line)

    def _copy(self, version: str) -> None:
        to = self.release(version)
        to.mkdir(parents=True)
        shutil.copytree(ROOT / "registret", to / "registret", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("README.md", "LICENSE"):
            shutil.copy(ROOT / name, to)
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        (to / "pyproject.toml").write_text(text.replace('version = "0.1.0"', f'version = "{version}"'))

    def _install(self, version: str) -> None:
        """With the packages of this checkout: to fetch them anew would prove nothing here."""
        to = self.release(version)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", to / ".venv"], check=True)
        packages = next((to / ".venv" / "lib").glob("python*/site-packages"))
        (packages / "shared.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
        pip = [sys.executable, "-m", "pip", "--python", str(to / ".venv"), "install", "--no-deps"]
        done = subprocess.run([*pip, "--no-build-isolation", "--no-index", "-e", to], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def _make_next(self) -> None:
        """A column in tables that are written all the time, a table, a letter, a chore, a page and a style."""
        package = self.release(NEW) / "registret"
        for app in dict(COLUMNS):
            models = [model for of, model in COLUMNS if of == app]
            self._migrate(app, "\n".join(_ADD_COLUMN.format(model=model) for model in models))
            for model in models:
                self._add_to_model(package / app, model)
        self._migrate("heartbeats", _ADD_TABLE)
        with (package / "heartbeats" / "models.py").open("a") as file:
            file.write("\n\nclass Next(models.Model):\n    id = models.BigAutoField(primary_key=True)\n")
            file.write("    note = models.CharField(max_length=20)\n")
        for path, before, after in (
            ("mail/letters/__init__.py", "\nCONFIRMING =", _LETTER),
            ("chores/table.py", ")\n\nCHORES_EVERY", _CHORE),
            ("web/templates/page.html", "<body\n", '<body data-release="next"\n'),
            ("web/static/css/tokens.css", "--gran: #0e5257", "--gran: #0e5258"),
        ):
            _change(package / path, before, after)

    def _migrate(self, app: str, operations: str) -> None:
        file = self.release(NEW) / "registret" / app / "migrations" / "0002_next.py"
        file.write_text(_MIGRATION.format(app=app, operations=operations))

    def _add_to_model(self, app: Path, model: str) -> None:
        [file] = [f for f in (*app.glob("models.py"), *app.glob("models/*.py")) if f"class {model}(" in f.read_text()]
        _, head, after = file.read_text().partition(f"class {model}(")
        _change(file, head + after, head + after.replace("\n    class Meta:", f"\n{_COLUMN}\n    class Meta:", 1))


def _change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file} has no longer what the next release changes"
    file.write_text(text.replace(before, after), encoding="utf-8")
