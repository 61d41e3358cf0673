"""`registret draw-reviews`: once what the worker does each month."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from registret.chores.log import draw_reviews
from registret.config.management.decided import Program
from registret.ledger.queries import clinics_with_entries
from registret.oversight.services import last_month
from registret.places.queries import clinics


class Command(Program):
    help = (
        "Draws last month's log reviews, a sample for each clinic where anyone worked, unless they are drawn already."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say at which clinics anyone worked")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            places = clinics(clinics_with_entries(last_month(timezone.now())))
            for place in places.values():
                self.stdout.write(place.title)
            self.stdout.write(f"{len(places)} clinics (dry run)")
        else:
            self.stdout.write(f"{len(draw_reviews())} reviews drawn")
