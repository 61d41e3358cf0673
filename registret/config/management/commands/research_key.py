"""`registret research-key`: who is who in a disclosure for research. Two named people decide; the log keeps both."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from registret.access.refusals import NotFound, PrincipalsMissing
from registret.config.management.decided import Program
from registret.kernel.by import By
from registret.records.disclosure.key import take_key
from registret.records.refusals import NotDecided, NotFetched, ResearchKeyMissing


class Command(Program):
    help = (
        "Writes the key to the pseudonyms of a disclosure for research as CSV to standard output. Two named people "
        "have decided it, and the log keeps their names and has an entry for each patient."
    )
    nothing_done = "no key was written"

    def add_arguments(self, parser: ArgumentParser) -> None:
        # What is missing or wrong is said by this command, and not by argparse.
        parser.add_argument("--disclosure", default="", metavar="NUMBER", help="its number on the page")
        parser.add_argument("--decided-by", action="append", default=[], metavar="NAME", help="twice, two people")

    def handle(self, *args: Any, disclosure: str, decided_by: list[str], **options: Any) -> None:
        if not (disclosure.isascii() and disclosure.isdigit() and len(disclosure) <= 18):
            self.stop("--disclosure: the number of a disclosure")
        try:
            key = take_key(
                number=int(disclosure),
                decided_by=self.two(decided_by),
                by=By.of_program("research-key"),
                at=timezone.now(),
            )
        except PrincipalsMissing:
            self.stop("--decided-by: two different people, each by name")
        except NotFound:
            self.stop(f"--disclosure: there is no disclosure {disclosure}")
        except NotDecided:
            self.stop(f"disclosure {disclosure} is not decided")
        except NotFetched:
            self.stop(f"no file of disclosure {disclosure} was fetched: there is nobody to lead back to")
        except ResearchKeyMissing:
            self.stop("its pseudonyms are of an earlier REGISTRET_RESEARCH_KEY: see REGISTRET_RESEARCH_KEYS_BEFORE")
        lines = csv.writer(self.stdout, delimiter=";", lineterminator="\n")
        lines.writerow(["patient", "number"])
        lines.writerows(key.pairs)
        self.stderr.write(f"patients: {len(key.pairs)}; of protected identity and left out: {key.left_out}")
