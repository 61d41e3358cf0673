"""What is done again and again beside the pages: letters are sent, the log is sealed, what is old is forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.db import connections
from django.utils import timezone

from registret.accounts import attempts, sessions
from registret.kernel.by import By
from registret.ledger.months import add_months
from registret.ledger.sealing import checkpoint, seal_settled
from registret.ledger.services import record
from registret.limits import services as limits
from registret.mail.services import GivenUp, deliver_due
from registret.oversight.services import draw_monthly, last_month
from registret.serving import Worker

_log = logging.getLogger(__name__)

_LETTERS_A_ROUND = 20
_MINUTE, _HOUR = 60.0, 3600.0


def workers() -> tuple[Worker, ...]:
    """The workers of one installation, not started yet. More than one process may run them at the same time."""
    return (
        Worker("mail", partial(_round, deliver_letters), every=1),
        Worker("forget", partial(_round, forget_old), every=_HOUR),
        Worker("seal", partial(_round, seal_log), every=_MINUTE),
        Worker("reviews", partial(_round, draw_reviews), every=_HOUR),
        Worker("months", partial(_round, add_log_months), every=_HOUR),
    )


def deliver_letters() -> int:
    """Sends letters that are due; answers how many. Those that will never be sent are told to the log."""
    return deliver_due(at=timezone.now, limit=_LETTERS_A_ROUND, given_up=_given_up)


def forget_old() -> dict[str, int]:
    """Removes counts of rate limits, login attempts and sessions whose time is over; answers how many of each."""
    at = timezone.now()
    return {
        "counts": limits.forget_old(at=at),
        "attempts": attempts.forget_old(at=at),
        "sessions": sessions.forget_old(at=at),
    }


def seal_log() -> int:
    """Seals the entries of the log that are settled; answers how many.

    Each time the program's messages say how far it has come: kept elsewhere, they are checkpoints.
    """
    sealed = seal_settled(at=timezone.now)
    newest = checkpoint()
    if sealed and newest is not None:
        _log.info("the log is sealed: %s", newest)
    return sealed


def add_log_months() -> tuple[str, ...]:
    """Makes the partitions of the log for the coming months; answers those that are new."""
    return add_months(at=timezone.now())


def draw_reviews() -> tuple[int, ...]:
    """Draws last month's log reviews, a sample for each clinic, once; answers the ids of those that are new."""
    at = timezone.now()
    since, until = last_month(at)
    return draw_monthly(since=since, until=until, by=By.of_program("clock"), at=at)


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
