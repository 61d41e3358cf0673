"""`registret import-history FILE… --source … --decision … --decided-by … --decided-on …`: an earlier platform's
episodes."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from registret.config.management.decided import Program
from registret.exchange.history.importing import HistoryLine, HistoryResult, import_history
from registret.exchange.importing.results import RowFault
from registret.kernel.by import By
from registret.kernel.sweden import day_of
from registret.records.history.loading import HistoryDecision
from registret.records.refusals import FormChanged
from registret.web.steps.faults import fault_of
from registret.words.refusals import page_of

_LONGEST = {"source": 60, "decision": 100, "decided_by": 200}


class Command(Program):
    help = (
        "Brings in the care episodes of an earlier platform, as docs/interchange.md describes their file: all of "
        "them or none, once however often it is run, by a decision that is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE.ndjson")
        parser.add_argument("--source", default="", help="the earlier platform, as pages name it; its ids are unique")
        parser.add_argument("--decision", default="", metavar='"Dnr …"', help="the reference of the decision")
        parser.add_argument("--decided-by", default="", metavar="NAME", help="who has decided it, with their office")
        parser.add_argument("--decided-on", default="", metavar="YYYY-MM-DD")
        parser.add_argument("--dry-run", action="store_true", help="do the same, and then take it back")

    def handle(self, *args: Any, files: list[Path], dry_run: bool, **options: Any) -> None:
        by, at = By.of_program("import-history"), timezone.now()
        decision = self._decision(options, today=day_of(at))
        try:
            found = import_history(files, decision=decision, dry_run=dry_run, by=by, at=at, tell=self._tell)
        except OSError as trouble:
            self.stop(f"{trouble.filename}: {trouble.strerror}", "nothing was brought in")
        except FormChanged:
            self.stop("a form is not as it was when it was first used: nothing was brought in")
        self._say(found)
        if found.faulty:
            told = [text for line in found.faults for text in _told(line)]
            more = found.faulty - len(found.faults)
            self.stop(*told, f"and {more} lines more" if more else "", "nothing was brought in")
        done = "brought in" if found.is_saved else "would be brought in (dry run)"
        self.stdout.write(f"{found.episodes} episodes of {found.patients} patients {done}")

    def _decision(self, options: dict[str, Any], *, today: date) -> HistoryDecision:
        said = {name: " ".join(options[name].split()) for name in _LONGEST}
        for name, most in _LONGEST.items():
            if not 0 < len(said[name]) <= most:
                self.stop(f"--{name.replace('_', '-')}: from 1 to {most} characters")
        try:
            decided_on = date.fromisoformat(options["decided_on"])
        except ValueError:
            decided_on = date.max
        if decided_on > today:
            self.stop("--decided-on: a day that has been, as 2026-11-20")
        return HistoryDecision(
            source=said["source"], reference=said["decision"], decided_by=said["decided_by"], decided_on=decided_on
        )

    def _tell(self, lines: int) -> None:
        self.stderr.write(f"{lines} lines read", ending="\r" if self.stderr.isatty() else "\n")

    def _say(self, found: HistoryResult) -> None:
        for (sub_registry, version, code, variable), number in sorted(found.remarks.items()):
            self.stdout.write(f"remark: {sub_registry} {version}, {variable}: {code} ({number} times)")
        self.stdout.write(
            f"{found.lines} lines: {found.there} were there already, {found.opted_out} left out because the patient has"
            f" opted out, {found.faulty} wrong"
        )


def _told(line: HistoryLine) -> Iterator[str]:
    return (f"{line.file}, line {line.line}: {_about(line, fault)}" for fault in line.faults)


def _about(line: HistoryLine, fault: RowFault) -> str:
    """Code, variable, and what is wrong; never the value."""
    page = page_of(fault.why)
    what = f"{page.title} {page.happened}"
    if fault.rule is not None:
        what = str(fault.rule.message)
    elif fault.fault is not None and line.form is not None:
        what = fault_of(line.form.questions[fault.variable], fault.fault)
    return ": ".join(part for part in (fault.why.code, fault.variable, what) if part)
