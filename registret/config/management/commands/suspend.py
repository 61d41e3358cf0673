"""`registret suspend`: suspend any account. Two named people decide; the log keeps both."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from registret.access.refusals import NotFound, PrincipalsMissing
from registret.access.staff.suspending import suspend_by_program
from registret.config.management.decided import DecidedByTwo
from registret.kernel.by import By
from registret.kernel.life import NotPossible


class Command(DecidedByTwo):
    help = "Suspends an account, also of the registry itself: two named people have decided it, and the log keeps both."
    nothing_done = "nobody was suspended"

    def handle(self, *args: Any, hsa_id: str, reason: str, decided_by: list[str], **options: Any) -> None:
        try:
            suspend_by_program(
                hsa_id=self.whom(hsa_id),
                reason=self.why(reason),
                decided_by=self.two(decided_by),
                by=By.of_program("suspend"),
                at=timezone.now(),
            )
        except PrincipalsMissing:
            self.stop("--decided-by: two different people, each by name")
        except NotFound:
            self.stop(f"{hsa_id} has no account")
        except NotPossible as trouble:
            self.stop(f"{hsa_id} is {trouble.state}: only an account that is in force is suspended")
        self.stdout.write(f"{hsa_id} is suspended everywhere, until the registry office lifts it")
