"""`registret rebuild-reports`: all figures of the reports anew, out of the signed steps."""

from __future__ import annotations

from typing import Any

from registret.config.management.decided import Program
from registret.reports.rebuilding import rebuild


class Command(Program):
    help = (
        "Makes all figures of the reports anew out of the signed steps, after indicators were added or changed. Pages "
        "go on meanwhile, with the figures made so far."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = rebuild(tell=self._tell)
        self.stdout.write(f"{found.episodes} episodes counted; {found.facts} facts and {found.cells} cells changed")

    def _tell(self, done: int, of: int) -> None:
        self.stdout.write(f"{done} of {of} episodes")
        self.stdout.flush()
