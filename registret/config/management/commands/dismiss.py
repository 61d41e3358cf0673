"""`registret dismiss`: somebody works for the registry itself no more. Two named people decide; the log keeps both."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from registret.access.appointing import dismiss_by_program
from registret.access.refusals import NotFound, PrincipalsMissing
from registret.access.roles import ROLES_OF_THE_OFFICE, Role
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId, Malformed

_ROLES = ", ".join(sorted(ROLES_OF_THE_OFFICE))
_LONGEST = 500


class Command(BaseCommand):
    help = "Takes a role of the registry itself back: two named people have decided it, and the log keeps their names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        # What is missing or wrong is said by this command, and not by argparse.
        parser.add_argument("--hsa-id", default="", help="SE2321009991-E00K4T2")
        parser.add_argument("--role", default="", help=_ROLES)
        parser.add_argument("--reason", default="", help="the person reads it in a letter")
        parser.add_argument("--decided-by", action="append", default=[], metavar="NAME", help="twice, two people")

    def handle(self, *args: Any, hsa_id: str, role: str, reason: str, decided_by: list[str], **options: Any) -> None:
        said = " ".join(reason.split())
        if role not in ROLES_OF_THE_OFFICE:
            self._stop(f"--role: one of {_ROLES}")
        if not 0 < len(said) <= _LONGEST:
            self._stop(f"--reason: from 1 to {_LONGEST} characters, which the person reads")
        if len(decided_by) != 2:
            self._stop("--decided-by: give it twice, with the names of the two people who have decided")
        try:
            dismiss_by_program(
                hsa_id=HsaId.parse(hsa_id.strip(), allow_test=True),
                role=Role(role),
                reason=said,
                decided_by=(decided_by[0], decided_by[1]),
                by=By.of_program("dismiss"),
                at=timezone.now(),
            )
        except Malformed as trouble:
            self._stop(f"--hsa-id: {trouble}")
        except PrincipalsMissing:
            self._stop("--decided-by: two different people, each by name")
        except NotFound:
            self._stop(f"{hsa_id} is not {role}")
        self.stdout.write(f"{hsa_id} is {role} no more")

    def _stop(self, why: str) -> NoReturn:
        self.stderr.write(why)
        self.stderr.write("nobody was dismissed")
        sys.exit(1)
