"""`registret restore`: a backup comes back, into an empty database or a folder; as a drill, or to work with."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.utils import timezone

from registret.config.backup.base import PREFIX
from registret.config.backup.recovering import Source, make_empty, recovered
from registret.config.backup.restoring import restore, succeeds_there
from registret.config.management.decided import Program
from registret.config.not_ready import NotReady
from registret.database.gone import first_line


class Command(Program):
    help = (
        "Brings a backup into an empty database, or a base backup and its log into an empty folder, and checks what "
        "came back. Without --drill it ends the sessions of then, and destroys again who has opted out since. Sends "
        "nothing."
    )
    says = "registret: "

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="registret-….dump, registret-base-….tar.gz, or one of them ….age")
        parser.add_argument("--into", default="", metavar="URL", help="a dump: of an empty database, as its owner")
        parser.add_argument("--in", type=Path, dest="folder", help="a base backup: an empty folder, or one to be made")
        parser.add_argument("--log", type=Path, metavar="FOLDER", help="a base backup: what archive-wal has kept")
        parser.add_argument("--until", type=_moment, metavar="MOMENT", help='as far as then: "2026-11-28 14:00"')
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the secret key of age that opens it")
        parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="as for check-ledger")
        parser.add_argument("--marks", action="append", default=[], metavar="FILE", help="as for replay-opt-outs")
        parser.add_argument("--drill", action="store_true", help="only look: change nothing in what came back")

    def handle(self, *args: Any, file: Path, into: str, folder: Path | None, **options: Any) -> None:
        is_base = file.name.startswith(PREFIX)
        if is_base and folder is None:
            self.stop("--in FOLDER is missing: where the cluster is to be")
        if not is_base and (not into or options["until"]):
            self.stop("a dump goes --into the URL of an empty database, and has no --until: that takes a base backup")
        try:
            self._recover(file, folder, options) if folder and is_base else self._bring_back(file, into, options)
        except NotReady as trouble:
            self.stop(trouble, "do not use what may have come back")
        except (psycopg.Error, OSError) as trouble:
            self.stop(first_line(trouble))

    def _bring_back(self, file: Path, into: str, options: dict[str, Any]) -> None:
        found = restore(file, into, identity=options["identity"])
        age = timezone.now() - found.made_at
        self.stdout.write(
            f"{found.rows} rows came back, as counted {age.days} days and {age.seconds // 3600} hours ago"
        )
        self._go_through(into, options)
        self.stdout.write(
            "a drill: nothing was changed, and nothing is sent. Drop the database when you have looked"
            if options["drill"]
            else "now `registret migrate`, with the new database in both addresses; then start the services"
        )

    def _recover(self, file: Path, folder: Path, options: dict[str, Any]) -> None:
        make_empty(folder)
        try:
            self._bring_to(folder.absolute(), file, options)
        finally:
            if options["drill"]:
                shutil.rmtree(folder)
        self.stdout.write(
            "a drill: nothing was changed, nothing is sent, and the folder is gone"
            if options["drill"]
            else f"now let PostgreSQL run on {folder / 'data'}, and start the services"
        )

    def _bring_to(self, folder: Path, file: Path, options: dict[str, Any]) -> None:
        source = Source(base=file, log=options["log"], identity=options["identity"])
        known = settings.DATABASES["default"]
        with recovered(source, folder, until=options["until"], role=known["USER"], database=known["NAME"]) as found:
            last = f", and the last entry of the log is of {timezone.localtime(found.last):%Y-%m-%d %H:%M:%S}"
            self.stdout.write(f"{found.rows} rows came back{last if found.last else ''}")
            self._go_through(found.url, options)

    def _go_through(self, url: str, options: dict[str, Any]) -> None:
        if not options["drill"]:
            self._end_sessions(url)
        self._run(url, "check-ledger", *_each("--checkpoint", options["checkpoint"]))
        self._run(url, "replay-opt-outs", *options["marks"], *(["--dry-run"] if options["drill"] else []))

    def _end_sessions(self, into: str) -> None:
        """Those that were ended since would live again."""
        with psycopg.connect(into) as connection:
            ended = connection.execute(
                "UPDATE accounts_session SET ended_at = now(), end_reason = 'restored' WHERE ended_at IS NULL"
            )
        self.stdout.write(f"{ended.rowcount} sessions ended")

    def _run(self, into: str, *command: str) -> None:
        self.stdout.flush()
        if not succeeds_there(into, command):
            self.stop(f"`registret {command[0]}` failed on what came back")


def _moment(text: str) -> datetime:
    """In Sweden, unless it says from where."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _each(option: str, values: list[str]) -> list[str]:
    return [word for value in values for word in (option, value)]
