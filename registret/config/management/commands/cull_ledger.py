"""`registret cull-ledger`: removes months of the log whose time is over; the seals stay."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from registret.config.management.decided import Program
from registret.config.roles import as_owner
from registret.kernel.by import By
from registret.ledger.checking import LedgerBroken, check
from registret.ledger.culling import NotCullable, cull, to_cull
from registret.ledger.sealing import Busy, seal_key
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length


class Command(Program):
    help = (
        "Removes the months of the log that are older than the registry office keeps it, at least five years. The "
        "whole log is checked first, and what is broken is not removed."
    )
    says = "registret: "
    nothing_done = "nothing was removed"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which months would be removed")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        with as_owner():
            self._cull(dry_run=dry_run)

    def _cull(self, *, dry_run: bool) -> None:
        at = timezone.now()
        found = to_cull(before=length(TimeLimit.KEEP_LOG).before(at), at=at)
        for month in found:
            self.stdout.write(f"{month.name}: {month.entries} entries")
        if found and not dry_run:
            try:
                check(keys=settings.SEAL_KEYS_BEFORE | {seal_key().public}, at=at)
                cull(found=found, by=By.of_program("cull-ledger"), at=at)
            except LedgerBroken as trouble:
                self.stop(f"the log is BROKEN: {trouble}")
            except (NotCullable, Busy) as trouble:
                self.stop(str(trouble))
            except OperationalError:
                self.stop("the log is being read: try again")
        count = f"{len(found)} month{'' if len(found) == 1 else 's'}"
        self.stdout.write(f"{count} {'would be removed (dry run)' if dry_run else 'removed'}")
