"""`registret dismiss`: a person works for the registry itself no more. Two named people decide; the log keeps both."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from registret.access.refusals import NotFound, PrincipalsMissing
from registret.access.roles import ROLES_OF_THE_OFFICE, Role
from registret.access.staff.dismissing import dismiss_by_program
from registret.config.management.decided import DecidedByTwo
from registret.kernel.by import By

_ROLES = ", ".join(sorted(ROLES_OF_THE_OFFICE))


class Command(DecidedByTwo):
    help = "Takes a role of the registry itself back: two named people have decided it, and the log keeps their names."
    nothing_done = "nobody was dismissed"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--role", default="", help=_ROLES)

    def handle(self, *args: Any, hsa_id: str, role: str, reason: str, decided_by: list[str], **options: Any) -> None:
        if role not in ROLES_OF_THE_OFFICE:
            self.stop(f"--role: one of {_ROLES}")
        try:
            dismiss_by_program(
                hsa_id=self.whom(hsa_id),
                role=Role(role),
                reason=self.why(reason),
                decided_by=self.two(decided_by),
                by=By.of_program("dismiss"),
                at=timezone.now(),
            )
        except PrincipalsMissing:
            self.stop("--decided-by: two different people, each by name")
        except NotFound:
            self.stop(f"{hsa_id} is not {role}")
        self.stdout.write(f"{hsa_id} is {role} no more")
