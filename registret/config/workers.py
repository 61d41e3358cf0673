"""What is done again and again beside the pages: letters are sent, and what nobody may need any more is forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.db import connections
from django.utils import timezone

from registret.access import clockwork
from registret.accounts import attempts, sessions
from registret.kernel.by import By
from registret.ledger.services import record
from registret.limits import services as limits
from registret.mail.services import GivenUp, deliver_due
from registret.serving import Worker

_log = logging.getLogger(__name__)

_LETTERS_A_ROUND = 20
_HOUR = 3600.0


def workers() -> tuple[Worker, ...]:
    """The workers of one installation, not started yet. More than one process may run them at the same time."""
    return (
        Worker("mail", partial(_round, deliver_letters), every=1),
        Worker("forget", partial(_round, forget_old), every=_HOUR),
        Worker("clock", partial(_round, run_chores), every=_HOUR / 6),
    )


def deliver_letters() -> int:
    """Sends letters that are due; answers how many. Those that will never be sent are told to the log."""
    return deliver_due(at=timezone.now, limit=_LETTERS_A_ROUND, given_up=_given_up)


def run_chores() -> dict[str, int]:
    """Does what is due by the clock; answers how many things of each chore."""
    return {name: len(clockwork.run(name, at=timezone.now())) for name in clockwork.CHORES}


def forget_old() -> dict[str, int]:
    """Removes counts of rate limits, login attempts and sessions whose time is over; answers how many of each."""
    at = timezone.now()
    return {
        "counts": limits.forget_old(at=at),
        "attempts": attempts.forget_old(at=at),
        "sessions": sessions.forget_old(at=at),
    }


def close_database() -> None:
    """For the end of a process: gives back all connections and ends the pool's threads."""
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's backend


def _round(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        # A worker sleeps most of the time, and a connection that it kept would be one less for the pages.
        connections.close_all()


def _given_up(letter: GivenUp) -> None:
    record(
        event="letter.given_up",
        outcome="refused",
        by=By.of_program("mail"),
        at=letter.at,
        about_account_id=letter.about_account_id,
        facts={"letter": letter.letter_id, "kind": letter.kind, "error": letter.error, "attempts": letter.attempts},
    )
