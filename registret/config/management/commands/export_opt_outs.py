"""`registret export-opt-outs`: the marks of all who opted out, to be kept apart from the backups."""

from __future__ import annotations

from typing import Any

from registret.config.management.decided import Program
from registret.records.patient_rights.kept_marks import marks


class Command(Program):
    help = (
        "Writes a line for each blocked number: its mark and the name of the key, never the number. Keep it apart from "
        "the backups of the database: replay-opt-outs reads it after one of them was restored."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for mark in marks():
            self.stdout.write(mark.line, ending="")
