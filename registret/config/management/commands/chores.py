"""`registret chores`: what is due by the clock, as the workers do it every ten minutes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from registret.chores.running import run
from registret.chores.table import CHORES
from registret.config.management.decided import Program


class Command(Program):
    help = (
        "Does what is due: reminders, escalation, lapse, digests, accounts that nobody uses, grants that end, "
        "recertification."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = list(CHORES)
        parser.add_argument("chore", nargs="*", help=f"which ({', '.join(names)}); without one: all")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = [name for name in options["chore"] if name not in CHORES]
        if unknown:
            self.stderr.write(f"registret: no chore is called {unknown[0]}; there are {', '.join(CHORES)}")
            raise SystemExit(2)
        at = timezone.now()
        total = 0
        done = "would be done" if options["dry_run"] else "done"
        for name in options["chore"] or CHORES:
            found = run(name, at=at, dry_run=options["dry_run"])
            for one in found:
                self.stdout.write(f"{name}: {one.what}, {one.subject}")
            self.stdout.write(f"{name}: {len(found)} {done}")
            total += len(found)
        self.stdout.write(f"together: {total} {done}")
