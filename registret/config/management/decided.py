"""What commands have in common: how they stop, and how two named people say that they have decided."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import NoReturn

from django.core.management.base import BaseCommand

from registret.kernel.identifiers import HsaId, Malformed

_LONGEST = 500


class Program(BaseCommand):
    """A command that says in plain lines why it stops."""

    # Django's checks are for developers (`registret check`) and import every page: they take as long as all the rest.
    # What would keep a server from working is looked for in `registret.config.ready`.
    requires_system_checks: list[str] = []
    says = ""
    """What each of those lines begins with."""
    nothing_done = ""
    """What is said last when something was wrong."""

    def stop(self, *lines: object) -> NoReturn:
        for line in filter(None, (*lines, self.nothing_done)):
            self.stderr.write(f"{self.says}{line}")
        sys.exit(1)

    def two(self, decided_by: list[str]) -> tuple[str, str]:
        if len(decided_by) != 2:
            self.stop("--decided-by: give it twice, with the names of the two people who have decided")
        return decided_by[0], decided_by[1]


class DecidedByTwo(Program):
    """It takes something from a person, who reads why."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        # What is missing or wrong is said by the command, and not by argparse.
        parser.add_argument("--hsa-id", default="", help="SE2321009991-E00K4T2")
        parser.add_argument("--reason", default="", help="the person reads it in a letter")
        parser.add_argument("--decided-by", action="append", default=[], metavar="NAME", help="twice, two people")

    def whom(self, hsa_id: str) -> HsaId:
        try:
            return HsaId.parse(hsa_id.strip(), allow_test=True)
        except Malformed as trouble:
            self.stop(f"--hsa-id: {trouble}")

    def why(self, reason: str) -> str:
        said = " ".join(reason.split())
        if not 0 < len(said) <= _LONGEST:
            self.stop(f"--reason: from 1 to {_LONGEST} characters, which the person reads")
        return said
