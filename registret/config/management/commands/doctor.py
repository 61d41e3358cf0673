"""`registret doctor`: whether all that an installation needs is there and well."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from registret.chores.running import close_database
from registret.config.doctor import around, database, here, services
from registret.config.doctor.around import Visit
from registret.config.doctor.examining import Diagnosis, Finding, findings
from registret.config.management.decided import Program


class Command(Program):
    help = (
        "Looks at settings, database, trust, lists, mail server, both hosts, clock, files and workers. Says of each "
        "that it is well, or what is wrong and how to mend it; ends with 1 if anything is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="an object for each check, one a line")
        parser.add_argument("--letter-to", default="", metavar="ADDRESS", help="also send a letter there")
        parser.add_argument(
            "--ca-file", default="", metavar="FILE", help="a CA to believe for both hosts beside those of the system"
        )
        parser.add_argument("--patient", action="store_true", help="also hold a request back, for up to a minute")
        parser.add_argument("--only-here", action="store_true", help="leave mail server, provider and hosts out")

    def handle(self, *args: Any, **options: Any) -> None:
        visit = Visit(ca_file=options["ca_file"], letter_to=options["letter_to"], is_patient=options["patient"])
        outside = () if options["only_here"] else (*around.checks(visit), *services.checks())
        checks = (*here.CHECKS, *database.CHECKS, *outside)
        try:
            wrong = sum(one.verdict is Diagnosis.WRONG for one in self._told(findings(checks), as_json=options["json"]))
        finally:
            close_database()
        if wrong:
            sys.exit(1)

    def _told(self, found: Iterator[Finding], *, as_json: bool) -> Iterator[Finding]:
        for one in found:
            line = json.dumps(asdict(one)) if as_json else f"{one.verdict:9}  {one.name:17}  {one.told}"
            self.stdout.write(line)
            self.stdout.flush()
            yield one
