"""`registret rebuild-reports`: all figures of the reports anew, out of the signed steps."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from registret.config.management.decided import Program
from registret.reports.rebuilding import rebuild


class Command(Program):
    help = (
        "Makes all figures of the reports anew out of the signed steps, after indicators were added or changed. Pages "
        "go on meanwhile, with the figures made so far."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = min(2, os.cpu_count() or 1)
        parser.add_argument("--processes", type=int, default=usual, help="that share the work (%(default)s)")

    def handle(self, *args: Any, processes: int, **options: Any) -> None:
        if processes < 1:
            self.stop("--processes: at least 1")
        found = rebuild(processes=processes, tell=self._tell)
        self.stdout.write(f"{found.episodes} episodes counted; {found.facts} facts and {found.cells} cells changed")

    def _tell(self, done: int, of: int) -> None:
        self.stdout.write(f"{done} of {of} episodes")
        self.stdout.flush()
