"""`registret backup`: a dump of everything, with what is counted in it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from registret.config.backup.dumping import make
from registret.config.management.decided import Program
from registret.config.not_ready import NotReady


class Command(Program):
    help = (
        "Writes a portable backup into a folder: a dump of the database, encrypted if REGISTRET_BACKUP_KEY is set, and "
        "how many rows each table has in it."
    )
    says = "registret: "
    nothing_done = "no backup was made"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", default="", help="instead of REGISTRET_BACKUP_FOLDER")

    def handle(self, *args: Any, folder: str, **options: Any) -> None:
        wanted = folder or settings.BACKUP_FOLDER
        if not wanted:
            self.stop("name a folder, or set REGISTRET_BACKUP_FOLDER")
        if not settings.BACKUP_DATABASE_URL:
            self.stop("REGISTRET_BACKUP_DATABASE_URL is not set: the database as a role that is shown every row")
        try:
            made = make(settings.BACKUP_DATABASE_URL, Path(wanted), recipient=settings.BACKUP_KEY, at=timezone.now())
        except NotReady as trouble:
            self.stop(trouble)
        self.stdout.write(f"{made.file}: {made.rows} rows, {made.size} bytes")
