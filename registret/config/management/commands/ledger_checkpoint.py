"""`registret ledger-checkpoint`: one line to keep out of reach of those who can change the database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from registret.config.management.decided import Program
from registret.heartbeats.services import checkpoint_fetched
from registret.ledger.sealing import checkpoint, seal_key, seal_settled


class Command(Program):
    help = "Seals what is new in the log and prints a line that says how far it has come, for `check-ledger`."
    says = "registret: "

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--key", action="store_true", help="print the public key that signs the seals instead")

    def handle(self, *args: Any, key: bool, **options: Any) -> None:
        if key:
            self.stdout.write(seal_key().public)
            return
        seal_settled(at=timezone.now)
        newest = checkpoint()
        if newest is None:
            self.stop("nothing is sealed yet")
        self.stdout.write(str(newest))
        # A person who looks keeps nothing; a timer of another machine does.
        if not self.stdout.isatty():
            checkpoint_fetched(at=timezone.now())
