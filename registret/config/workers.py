"""What is done again and again beside the pages: letters are sent, revocation lists are kept fresh, the log is
sealed, what is due by the clock is done, and what nobody may need any more is forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

from django.db import connections, transaction
from django.utils import timezone

from registret.access.scheduled import clockwork
from registret.accounts import attempts, sessions
from registret.kernel.by import By
from registret.ledger.months import add_months
from registret.ledger.sealing import checkpoint, seal_settled
from registret.ledger.services import record
from registret.mail.services import GivenUp, deliver_due
from registret.oversight.services import draw_monthly, last_month
from registret.rate_limits import services as limits
from registret.records.disclosure.ending import close_due
from registret.records.identity import protected
from registret.records.identity.lookups import ask_again
from registret.records.patient_rights.kept_marks import write_marks
from registret.records.patient_rights.opting_out import destroy_left
from registret.records.retention.destroying import destroy_due
from registret.revocation import online
from registret.revocation.services import Event, Fetched, Happened, fetch_due, fetch_now, tell_of_age
from registret.serving import Worker
from registret.web.trust import revocation, trust

_log = logging.getLogger(__name__)

_LETTERS_A_ROUND = 20
_LISTS = 5.0  # seconds between looks whether a list is due; one small query each
_MINUTE, _HOUR = 60.0, 3600.0


def workers() -> tuple[Worker, ...]:
    """The workers of one installation, not started yet. More than one process may run them at the same time."""
    return (
        Worker("mail", partial(_round, deliver_letters), every=1),
        Worker("lists", partial(_round, keep_lists_fresh), every=_LISTS),
        Worker("forget", partial(_round, forget_old), every=_HOUR),
        Worker("clock", partial(_round, run_chores), every=_HOUR / 6),
        Worker("seal", partial(_round, seal_log), every=_MINUTE),
        Worker("reviews", partial(_round, draw_reviews), every=_HOUR),
        Worker("months", partial(_round, add_log_months), every=_HOUR),
        Worker("population", partial(_round, ask_population), every=_HOUR),
        Worker("retention", partial(_round, destroy_old), every=_HOUR),
        Worker("disclosures", partial(_round, close_disclosures), every=_HOUR),
        Worker("leaving", partial(_round, destroy_opted_out), every=_HOUR / 6),
        Worker("opt-outs", partial(_round, write_marks), every=_MINUTE),
    )


def deliver_letters() -> int:
    """Sends letters that are due; answers how many. Those that will never be sent are told to the log."""
    return deliver_due(at=timezone.now, limit=_LETTERS_A_ROUND, given_up=_given_up)


def run_chores() -> dict[str, int]:
    """Does what is due by the clock; answers how many things of each chore. One that fails keeps no other from it."""
    done: dict[str, int] = {}
    failed: Exception | None = None
    for name in clockwork.CHORES:
        try:
            done[name] = len(clockwork.run(name, at=timezone.now()))
        except Exception as trouble:
            _log.error("chore %s failed: %s", name, type(trouble).__name__)
            failed = trouble
    if failed is not None:
        raise failed
    return done


def keep_lists_fresh() -> None:
    """Fetches the revocation lists that are due, and tells the log of those that have become late or too old."""
    fetch_due(trust=trust(), at=timezone.now, tell=_for_the_log)
    revocation().refresh()
    at = timezone.now()
    tell_of_age(standings=revocation().standings(at=at), at=at, tell=_for_the_log)


def fetch_lists(*, anew: Sequence[str] = ()) -> tuple[Fetched, ...]:
    """Fetches all revocation lists now; those of the anchors named in `anew` even if their numbers go back."""
    return fetch_now(trust=trust(), anew=anew, at=timezone.now, tell=_for_the_log)


def forget_old(*, dry_run: bool = False) -> dict[str, int]:
    """Removes what nobody needs any more: counts of rate limits, login attempts, sessions, answers about revocation,
    reasons for opening protected identities; `dry_run` takes all of it back. Answers how many of each."""
    if dry_run:
        with transaction.atomic():
            forgotten = forget_old()
            transaction.set_rollback(True)
        return forgotten
    at = timezone.now()
    return {
        "counts": limits.forget_old(at=at),
        "attempts": attempts.forget_old(at=at),
        "sessions": sessions.forget_old(at=at),
        "answers": online.forget_old(at=at),
        "reasons": protected.forget_old(at=at),
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


def ask_population() -> int:
    """Asks the population register about those whom it was not asked about lately; answers how many have changed."""
    return ask_again(at=timezone.now())


def destroy_opted_out() -> int:
    """Destroys those who opted out a day ago; answers how many patients."""
    return destroy_left(at=timezone.now())


def close_disclosures() -> int:
    """Ends disclosures for research that are over, or that nobody decided in time; answers how many."""
    return close_due(at=timezone.now())


def destroy_old() -> int:
    """Carries out what was decided about episodes that are older than they are kept; answers how many."""
    return destroy_due(at=timezone.now())


def draw_reviews() -> tuple[int, ...]:
    """Draws last month's log reviews, a sample for each clinic, once; answers the ids of those that are new."""
    at = timezone.now()
    since, until = last_month(at)
    return draw_monthly(since=since, until=until, by=By.of_program("clock"), at=at)


def close_database() -> None:
    """For the end of a process: gives back all connections and ends the pool's threads."""
    if revocation.cache_info().currsize:
        revocation().stop()
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's backend


def _round(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        # A worker sleeps most of the time, and a connection that it kept would be one less for the pages.
        connections.close_all()


def _for_the_log(happened: Happened) -> None:
    refused = happened.event is not Event.LIST_REPLACED
    record(
        event=happened.event.value,
        outcome="refused" if refused else "done",
        by=By.of_program("lists"),
        at=happened.at,
        facts={"issuer": happened.issuer} | happened.facts,
    )


def _given_up(letter: GivenUp) -> None:
    record(
        event="letter.given_up",
        by=By.of_program("mail"),
        at=letter.at,
        about_account_id=letter.about_account_id,
        facts={"letter": letter.letter_id, "kind": letter.kind, "error": letter.error, "attempts": letter.attempts},
    )
