"""`registret import-accounts FILE.csv [--dry-run]`: the accounts of the platform before, by a named decision."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from django.utils import timezone

from registret.access.account_import import account_file
from registret.access.account_import.account_file import AccountFault
from registret.access.account_import.importing import ImportDecision, ImportResult, check, import_accounts
from registret.accounts.refusals import AccountExists
from registret.config.management.decided import Program
from registret.kernel.by import By

_NOT_YET = "not decided yet"
_LONGEST = {"--decided-by": 300, "--reference": 100, "--decision": 500}


class Command(Program):
    help = (
        "Brings the accounts of another system in as FILE says, all of it or nothing. Who has decided it stands in the "
        f"log of each. Columns: {', '.join(account_file.COLUMNS)}. Codes in {account_file.SUB_REGISTRIES} are "
        "separated by a space or a comma; a cell with a comma in it stands in quotation marks if commas separate the "
        "cells. "
        "A dry run looks at the file before anything is decided."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv", help="CSV in UTF-8, separated by ; or ,")
        # What is missing or wrong is said by this command, all of it at once, and not by argparse.
        parser.add_argument("--decided-by", action="append", default=[], metavar="NAME", help="who; may be repeated")
        parser.add_argument("--reference", default="", help="under which the decision is kept, such as a case number")
        parser.add_argument("--decision", default="", metavar="TEXT", help="what was decided, in one sentence")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be brought in")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        decision = self._decision(options, dry_run=dry_run)
        try:
            content = file.read_bytes()
        except OSError as trouble:
            self.stop(f"{file}: {trouble.strerror}")
        at = timezone.now()
        rows, faults = account_file.read(content)
        if faults:
            # The other lines are looked at as well, so that one round of mending is enough.
            self._stop_for(sorted([*faults, *check(rows, at=at)[1]]))
        try:
            by = By.of_program("import-accounts")
            moved = import_accounts(rows=rows, decision=decision, dry_run=dry_run, by=by, at=at)
        except AccountExists:
            self.stop("people of the file register at this moment: try again", "nothing was changed")
        if moved.faults:
            self._stop_for(moved.faults)
        for left in moved.left:
            self.stdout.write(f"line {left.line}: {left.why}")
        self.stdout.write(_told(len(rows), moved, dry_run=dry_run))

    def _decision(self, options: dict[str, Any], *, dry_run: bool) -> ImportDecision:
        """What a dry run takes back again needs no decision yet; what was said of it all the same is looked at."""
        given = {
            "--decided-by": ", ".join(name for name in map(_one_line, options["decided_by"]) if name),
            "--reference": _one_line(options["reference"]),
            "--decision": _one_line(options["decision"]),
        }
        if dry_run:
            given = {option: text or _NOT_YET for option, text in given.items()}
        faults = [*_faults(given)]
        if faults:
            self.stop(*faults, "nothing was changed")
        return ImportDecision(
            decided_by=given["--decided-by"], reference=given["--reference"], text=given["--decision"]
        )

    def _stop_for(self, faults: Sequence[AccountFault]) -> NoReturn:
        self.stop(*faults, f"nothing was changed ({len(faults)} to mend)")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _faults(given: dict[str, str]) -> Iterable[str]:
    for option, text in given.items():
        if not text:
            yield f"{option} is missing: the log of each account says who has decided what"
        elif len(text) > _LONGEST[option] or not text.isprintable():
            yield f"{option}: at most {_LONGEST[option]} printable characters"


def _told(read: int, moved: ImportResult, *, dry_run: bool) -> str:
    lines = f"{_count(read, 'line')} read"
    stands = f"{moved.standing} stood already, {len(moved.left)} left as they are"
    if not moved.accounts:
        return f"{lines}, nothing to change: {stands}"
    done = "would be brought in (dry run)" if dry_run else "brought in"
    return f"{lines}, {_count(moved.accounts, 'account')} with {_count(moved.rights, 'right')} {done}; {stands}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
