"""`registret fetch-crls`: fetches the revocation lists now."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import translation

from registret.chores.revocation_lists import fetch_lists
from registret.chores.running import close_database
from registret.config import ready, ready_database
from registret.config.management.decided import Program
from registret.config.not_ready import NotReady
from registret.revocation.services import FetchedList, FetchOutcome
from registret.revocation.trust import trust
from registret.words.revocation import fault_name


class Command(Program):
    help = (
        "Fetches the revocation lists of all anchors with a crl_url in trust.toml, due or not. `registret serve` and "
        "`registret work` do so by themselves when it is time."
    )
    says = "registret: "

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anew",
            action="append",
            default=[],
            metavar="NAME",
            help="take the list of this anchor even if it is older than the kept one: only if its CA says that it "
            "has begun to number its lists anew (may be given several times)",
        )

    def handle(self, *args: Any, anew: list[str], **options: Any) -> None:
        try:
            ready.check_trust()
            ready_database.check_database()
            self._require_known(anew)
            fetched = fetch_lists(anew=anew)
        except NotReady as trouble:
            self.stop(trouble)
        finally:
            close_database()
        if not fetched:
            self.stdout.write("no anchor in trust.toml has a crl_url")
        with translation.override("en"):
            for one in fetched:
                self.stdout.write(f"{one.anchor.name}: {_said(one)}")
        if any(one.outcome is FetchOutcome.REFUSED for one in fetched):
            sys.exit(1)

    def _require_known(self, names: list[str]) -> None:
        known = {anchor.name for anchor in trust().anchors if anchor.crl_url}
        for name in names:
            if name not in known:
                raise NotReady(f"--anew {name}: no anchor of that name has a crl_url in trust.toml")


def _said(one: FetchedList) -> str:
    match one.outcome:
        case FetchOutcome.BUSY:
            return "another process is fetching it at this moment"
        case FetchOutcome.REFUSED:
            return f"not taken: {fault_name(one.fault)}"
        case _:
            return f"{one.outcome.value}, number {one.number}"
