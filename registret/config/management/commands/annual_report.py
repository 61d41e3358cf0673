"""`registret annual-report --year YEAR FILE`: what the office has published, in the months of a year, as a PDF."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from registret.config.management.decided import Program
from registret.kernel.refused import Refused
from registret.reports.publishing import published
from registret.web.open_statistics.annual import annual_report_page
from registret.web.open_statistics.paper import annual_paper
from registret.words.refusals import page_of


class Command(Program):
    help = (
        "Writes the annual report of a year as a PDF that a screen reader can read: all indicators that the office has "
        "published, in the months of that year that an edition tells of, and how they are counted."
    )
    says = "registret: "
    nothing_done = "nothing was written"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--language", choices=[code for code, _ in settings.LANGUAGES], default="sv")
        parser.add_argument("file", type=Path, metavar="FILE", help="where to write it, such as report.pdf")

    def handle(self, *args: Any, year: int, language: str, file: Path, **options: Any) -> None:
        at = timezone.now()
        try:
            with translation.override(language):
                made = annual_paper(annual_report_page(year, published(), at=at), at=at)
        except Refused as no:
            with translation.override("en"):
                self.stop(page_of(no).happened)
        try:
            file.write_bytes(made)
        except OSError as no:
            self.stop(f"{file}: {no.strerror}")
        self.stdout.write(f"{file}: {len(made)} bytes")
