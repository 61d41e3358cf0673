"""`registret research-key`: who is who in a disclosure for research. Two named people decide; the log keeps both."""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from registret.access.refusals import NotFound, PrincipalsMissing
from registret.kernel.by import By
from registret.records.disclosure.key import take_key
from registret.records.refusals import NotDecided, NotFetched, ResearchKeyMissing


class Command(BaseCommand):
    help = (
        "Writes the key to the pseudonyms of a disclosure for research as CSV to standard output. Two named people "
        "have decided it, and the log keeps their names and has an entry for each patient."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        # What is missing or wrong is said by this command, and not by argparse.
        parser.add_argument("--disclosure", default="", metavar="NUMBER", help="its number on the page")
        parser.add_argument("--decided-by", action="append", default=[], metavar="NAME", help="twice, two people")

    def handle(self, *args: Any, disclosure: str, decided_by: list[str], **options: Any) -> None:
        if not (disclosure.isascii() and disclosure.isdigit() and len(disclosure) <= 18):
            self._stop("--disclosure: the number of a disclosure")
        if len(decided_by) != 2:
            self._stop("--decided-by: give it twice, with the names of the two people who have decided")
        try:
            key = take_key(
                number=int(disclosure),
                decided_by=(decided_by[0], decided_by[1]),
                by=By.of_program("research-key"),
                at=timezone.now(),
            )
        except PrincipalsMissing:
            self._stop("--decided-by: two different people, each by name")
        except NotFound:
            self._stop(f"--disclosure: there is no disclosure {disclosure}")
        except NotDecided:
            self._stop(f"disclosure {disclosure} is not decided")
        except NotFetched:
            self._stop(f"no file of disclosure {disclosure} was fetched: there is nobody to lead back to")
        except ResearchKeyMissing:
            self._stop("its pseudonyms are of an earlier REGISTRET_RESEARCH_KEY: see REGISTRET_RESEARCH_KEYS_BEFORE")
        lines = csv.writer(self.stdout, delimiter=";", lineterminator="\n")
        lines.writerow(["patient", "number"])
        lines.writerows(key.pairs)
        self.stderr.write(f"patients: {len(key.pairs)}; of protected identity and left out: {key.left_out}")

    def _stop(self, line: str) -> NoReturn:
        self.stderr.write(line)
        self.stderr.write("no key was written")
        sys.exit(1)
