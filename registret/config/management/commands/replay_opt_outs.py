"""`registret replay-opt-outs`: after a restored backup, destroy again the patients who had opted out since."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from registret.config.management.decided import Program
from registret.records.opt_out_marks import key_names
from registret.records.patient_rights.mark_file import MarksBroken, read_kept
from registret.records.patient_rights.replaying import came_back, replay


class Command(Program):
    help = (
        "Blocks again every mark of the files that the database lacks, and destroys again every patient whose number "
        "has a mark. Run it after a backup was restored, before anybody logs in."
    )
    says = "registret: "
    nothing_done = "nothing was destroyed"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="*", help="REGISTRET_OPT_OUT_FILE, or what export-opt-outs wrote")
        parser.add_argument("--dry-run", action="store_true", help="only say how many patients came back")

    def handle(self, *args: Any, file: list[str], dry_run: bool, **options: Any) -> None:
        try:
            lines = [line for name in file for line in Path(name).read_text(encoding="utf-8").splitlines()]
            kept = read_kept(lines)
        except (OSError, UnicodeDecodeError) as trouble:
            self.stop(f"cannot read the file: {trouble}")
        except MarksBroken as trouble:
            self.stop(str(trouble))
        lost = sorted({one.key for one in kept.marks | kept.taken_back} - set(key_names()))
        if lost:
            self.stop(
                f"marks were made under keys that are not set: {', '.join(lost)} "
                f"(add the earlier REGISTRET_OPT_OUT_KEY to REGISTRET_OPT_OUT_KEYS_BEFORE)"
            )
        if dry_run:
            number = len(came_back(kept.marks, kept.taken_back))
        else:
            number = replay(kept.marks, kept.taken_back, at=timezone.now())
        count = f"{number} patient{'' if number == 1 else 's'}"
        self.stdout.write(f"{count} {'would be destroyed (dry run)' if dry_run else 'destroyed again'}")
        if not file:
            self.stdout.write("No file was given: only marks in the restored database itself were looked at")
