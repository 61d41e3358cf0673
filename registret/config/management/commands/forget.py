"""`registret forget`: once what `registret work` does each hour."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from registret.chores.expired_rows import forget_old
from registret.config.management.decided import Program


class Command(Program):
    help = "Removes counts of limits, login attempts, sessions and OCSP answers whose time is over, never the log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be forgotten, and forget nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        forgotten = forget_old(dry_run=dry_run)
        told = ", ".join(f"{number} {what}" for what, number in forgotten.items())
        self.stdout.write(f"{told} {'would be forgotten (dry run)' if dry_run else 'forgotten'}")
