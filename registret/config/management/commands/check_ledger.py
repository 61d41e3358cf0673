"""`registret check-ledger`: whether the log is still what was sealed."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from registret.config.management.decided import Program
from registret.ledger.checking import Checked, LedgerBroken, check
from registret.ledger.sealing import seal_key
from registret.ledger.seals import Checkpoint, checkpoints_in


class Command(Program):
    help = (
        "Reads all of the log and says whether it is what was sealed: names the first entry that was changed, put in "
        "or removed. Ends with 1 if there is one."
    )
    says = "registret: "

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--checkpoint",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="lines of `registret ledger-checkpoint`, or the program's messages, that were kept elsewhere",
        )

    def handle(self, *args: Any, checkpoint: list[Path], **options: Any) -> None:
        checkpoints = [found for file in checkpoint for found in self._read(file)]
        try:
            done = check(
                keys=settings.SEAL_KEYS_BEFORE | {seal_key().public}, checkpoints=checkpoints, at=timezone.now()
            )
        except LedgerBroken as trouble:
            self.stop(f"BROKEN: {trouble}")
        for line in _told(done, checkpoints):
            self.stdout.write(line)

    def _read(self, file: Path) -> tuple[Checkpoint, ...]:
        try:
            found = checkpoints_in(file.read_text(encoding="utf-8", errors="replace"))
        except OSError as trouble:
            self.stop(f"{file}: {trouble.strerror}")
        if not found:
            # Otherwise an empty file would be taken for a log that holds.
            self.stop(f"{file}: no checkpoint in it")
        return found


def _told(done: Checked, checkpoints: list[Checkpoint]) -> list[str]:
    until = f", the newest of {timezone.localtime(done.sealed_until):%Y-%m-%d %H:%M:%S}" if done.sealed_until else ""
    lines = [f"{done.entries} entries are as they were sealed, in {done.seals} seals{until}"]
    if done.unsealed:
        lines.append(f"{done.unsealed} newer entries are not sealed yet")
    if done.culled:
        lines.append(f"removed when their time was over: {', '.join(done.culled)}")
    for number, much in done.late:
        lines.append(f"LOOK AT: seal {number} is {much.days} days younger than entries in it (were they sealed anew?)")
    if checkpoints:
        lines.append(f"{len(set(checkpoints))} checkpoints agree")
    else:
        lines.append("No checkpoint was given: a log that was cut off and sealed anew would look like this too")
    return lines
