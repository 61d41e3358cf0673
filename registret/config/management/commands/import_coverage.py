"""`registret import-coverage FILE.csv --source TEXT [--dry-run]`: how many patients each clinic had in a year."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from django.utils import timezone

from registret.config.management.decided import Program
from registret.kernel.by import By
from registret.reports.coverage import counts_file
from registret.reports.coverage.counted import CoverageRemark, import_coverage
from registret.reports.coverage.counts_file import CoverageFault


class Command(Program):
    help = (
        "Keeps the counts of FILE, all of them or none: how many patients each clinic had in a year, by the patient "
        f"register. Columns: {', '.join(counts_file.COLUMNS)}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv", help="UTF-8 or Windows-1252, separated by ; or ,")
        parser.add_argument("--source", required=True, help="where the counts come from, as the clinics read it")
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong with the file")

    def handle(self, *args: Any, file: Path, source: str, dry_run: bool, **options: Any) -> None:
        if not 0 < len(source.strip()) <= counts_file.LONGEST_SOURCE:
            self.stop(f"--source: from 1 to {counts_file.LONGEST_SOURCE} characters")
        try:
            content = file.read_bytes()
        except OSError as trouble:
            self.stop(f"{file}: {trouble.strerror}")
        rows, faults = counts_file.read(content)
        by, at = By.of_program("import-coverage"), timezone.now()
        done = import_coverage(rows=rows, unreadable=faults, source=source.strip(), dry_run=dry_run, by=by, at=at)
        if done.faults:
            self._stop_for(done.faults)
        for remark in done.remarks:
            self.stdout.write(_told(remark))
        kept = f"{'would be kept (dry run)' if dry_run else 'kept'}, {done.replaced} instead of older ones"
        self.stdout.write(f"{done.counts} count{'' if done.counts == 1 else 's'} {kept}")

    def _stop_for(self, faults: Sequence[CoverageFault]) -> NoReturn:
        self.stop(*faults, f"nothing was kept ({len(faults)} to mend)")


def _told(remark: CoverageRemark) -> str:
    about = f"line {remark.line}: remark: {remark.clinic}, {remark.sub_registry}, {remark.year}: "
    if remark.closed_since is not None:
        return f"{about}the sub-registry has been closed since {remark.closed_since}"
    return f"{about}{remark.number} in the file, but {remark.registered} are registered"
