"""`registret accept-card`: after a login was refused because an HSA-id seemed to be two people's, and is not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from registret.accounts.queries import living_account
from registret.accounts.services import accept_next_card
from registret.config.management.decided import Program
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId


class Command(Program):
    help = (
        "Lets the account take the next card with its HSA-id as its own, no matter who issued it. Two named people "
        "have made sure who holds the card, and the log keeps their names."
    )
    nothing_done = "nothing was changed"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hsa-id", default="", help="SE2321009991-E00K4T2")
        parser.add_argument("--decided-by", action="append", default=[], metavar="NAME", help="twice, two people")

    def handle(self, *args: Any, hsa_id: str, decided_by: list[str], **options: Any) -> None:
        names = [" ".join(name.split()) for name in decided_by]
        if len(names) != 2 or not all(names) or names[0].casefold() == names[1].casefold():
            self.stop("--decided-by: give it twice, with the names of two different people")
        account = living_account(hsa_id=HsaId(hsa_id.strip()))
        if account is None:
            self.stop("--hsa-id: there is no living account with this HSA-id")
        by = By.of_program("accept-card")
        accept_next_card(account_id=account.id, decided_by=", ".join(names), by=by, at=timezone.now())
        self.stdout.write(f"{account.hsa_id}: the next card is taken as the account's own")
