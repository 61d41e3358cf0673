"""`registret import-clinics FILE.csv [--dry-run]`: regions, care providers and clinics from a file."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from django.utils import timezone

from registret.config.management.decided import Program
from registret.kernel.by import By
from registret.places import clinic_file
from registret.places.clinic_file import ClinicFault
from registret.places.services import ImportedChange, import_clinics


class Command(Program):
    help = (
        "Makes and changes regions, care providers and clinics as FILE says, all of it or nothing. "
        f"Columns: {', '.join(clinic_file.COLUMNS)}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv", help="CSV in UTF-8, separated by ; or ,")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            content = file.read_bytes()
        except OSError as trouble:
            self.stop(f"{file}: {trouble.strerror}")
        rows, faults = clinic_file.read(content)
        if faults:
            # The other lines are looked at as well, so that one round of mending is enough.
            self._stop_for(sorted([*faults, *clinic_file.checked(rows)[1]]))
        done = import_clinics(rows=rows, dry_run=dry_run, by=By.of_program("import-clinics"), at=timezone.now())
        if done.faults:
            self._stop_for(done.faults)
        for change in done.changes:
            self.stdout.write(_told(change))
        clinics = f"{len(rows)} clinic{'' if len(rows) == 1 else 's'}"
        count = f"{len(done.changes)} change{'' if len(done.changes) == 1 else 's'}"
        self.stdout.write(f"{clinics} read, {count} {'would be made (dry run)' if dry_run else 'made'}")

    def _stop_for(self, faults: Sequence[ClinicFault]) -> NoReturn:
        self.stop(*faults, f"nothing was changed ({len(faults)} to mend)")


def _told(change: ImportedChange) -> str:
    fields = f" ({', '.join(change.fields)})" if change.fields else ""
    return f"line {change.line}: {change.event} {change.about}{fields}"
