"""`registret backup`: a dump of everything, with what is counted in it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from registret.config.backup.base import make_base
from registret.config.backup.dumping import make
from registret.config.management.decided import Program
from registret.config.not_ready import NotReady


class Command(Program):
    help = (
        "Writes a portable backup into a folder: a dump of the database, encrypted if REGISTRET_BACKUP_KEY is set, and "
        "how many rows each table has in it. With --base a copy of the whole cluster instead, for `registret restore "
        "--until`."
    )
    says = "registret: "
    nothing_done = "no backup was made"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", default="", help="instead of REGISTRET_BACKUP_FOLDER")
        parser.add_argument("--base", action="store_true", help="a base backup, beside which the log is archived")

    def handle(self, *args: Any, folder: str, base: bool, **options: Any) -> None:
        wanted = folder or settings.BACKUP_FOLDER
        if not wanted:
            self.stop("name a folder, or set REGISTRET_BACKUP_FOLDER")
        if not settings.BACKUP_DATABASE_URL:
            self.stop("REGISTRET_BACKUP_DATABASE_URL is not set: the database as a role that is shown every row")
        about = {"recipient": settings.BACKUP_KEY, "at": timezone.now()}
        try:
            told = self._base(Path(wanted), about) if base else self._dump(Path(wanted), about)
        except NotReady as trouble:
            self.stop(trouble)
        self.stdout.write(told)

    def _dump(self, folder: Path, about: dict[str, Any]) -> str:
        made = make(settings.BACKUP_DATABASE_URL, folder, **about)
        return f"{made.file}: {made.rows} rows, {made.size} bytes"

    def _base(self, folder: Path, about: dict[str, Any]) -> str:
        made = make_base(settings.BACKUP_DATABASE_URL, folder, **about)
        return f"{made.file}: {made.size} bytes"
