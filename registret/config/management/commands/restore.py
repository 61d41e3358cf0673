"""`registret restore`: a backup comes back into an empty database; as a drill, or to work with."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.utils import timezone

from registret.config.backup.restoring import restore, succeeds_there
from registret.config.management.decided import Program
from registret.config.not_ready import NotReady
from registret.database.gone import first_line


class Command(Program):
    help = (
        "Brings a backup into an empty database, compares its rows with those that were counted, and checks the log. "
        "Without --drill it ends the sessions of then, and destroys again who has opted out since. Sends nothing."
    )
    says = "registret: "

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="registret-….dump or registret-….dump.age")
        parser.add_argument("--into", required=True, metavar="URL", help="of an empty database, as its owner")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the secret key of age that opens it")
        parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="as for check-ledger")
        parser.add_argument("--marks", action="append", default=[], metavar="FILE", help="as for replay-opt-outs")
        parser.add_argument("--drill", action="store_true", help="only look: change nothing in what came back")

    def handle(self, *args: Any, file: Path, into: str, identity: Path | None, drill: bool, **options: Any) -> None:
        try:
            found = restore(file, into, identity=identity)
        except NotReady as trouble:
            self.stop(trouble, "do not use what may lie in the database")
        except (psycopg.Error, OSError) as trouble:
            self.stop(first_line(trouble))
        age = timezone.now() - found.made_at
        self.stdout.write(
            f"{found.rows} rows came back, as counted {age.days} days and {age.seconds // 3600} hours ago"
        )
        if not drill:
            self._end_sessions(into)
        self._run(into, "check-ledger", *_each("--checkpoint", options["checkpoint"]))
        self._run(into, "replay-opt-outs", *options["marks"], *(["--dry-run"] if drill else []))
        if drill:
            self.stdout.write(
                "a drill: nothing was changed, and nothing is sent. Drop the database when you have looked"
            )
        else:
            self.stdout.write(
                "now `registret migrate`, with the new database in both addresses; then start the services"
            )

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


def _each(option: str, values: list[str]) -> list[str]:
    return [word for value in values for word in (option, value)]
