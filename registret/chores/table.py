"""The table of what runs by the clock. A new chore is a row here and a function in the room whose data it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone

from registret.access.scheduled.clock import Clock, Done
from registret.access.scheduled.ending_grants import warn_of_end
from registret.access.scheduled.escalation import escalate
from registret.access.scheduled.forgetting import erase_ended, forget_applications, forget_letters
from registret.access.scheduled.lapsing import lapse
from registret.access.scheduled.recertifying import end_by_silence, recertify, remind_of_recertification
from registret.access.scheduled.reminders import digest, remind_attesters
from registret.access.scheduled.unused_accounts import suspend_unused
from registret.chores.expired_rows import forget_old
from registret.chores.letters import deliver_letters
from registret.chores.log import add_log_months, draw_reviews, seal_log
from registret.chores.revocation_lists import keep_lists_fresh
from registret.exchange.exporting.making import make_next
from registret.exchange.importing.batches import work_on_files
from registret.records.data_queries.scheduled import look_after_queries
from registret.records.disclosure.ending import close_due
from registret.records.identity.lookups import ask_again
from registret.records.patient_rights.kept_marks import write_marks
from registret.records.patient_rights.opting_out import destroy_left
from registret.records.retention.destroying import destroy_due
from registret.reports.editions import make_due
from registret.reports.making import refresh
from registret.reports.rebuilding import prove_nightly
from registret.time_limits.lengths import TimeLimit

SECOND, MINUTE, HOUR = 1, 60, 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousChore:
    """Work with a worker of its own: `act` every `every` seconds."""

    name: str
    every: int
    act: Callable[[], object]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something that becomes due when a time limit of the registry office is over.

    `act` does all that is due, each thing in a transaction of its own, and yields what it did, so that a run
    can be rehearsed (`registret chores --dry-run`).
    """

    name: str
    act: Callable[[Clock], Iterator[Done]]
    limits: tuple[TimeLimit, ...] = ()
    says: str


UPKEEP: tuple[ContinuousChore, ...] = (
    ContinuousChore(name="mail", every=SECOND, act=deliver_letters, says="sends letters that are due"),
    # One small query asks whether a list is due.
    ContinuousChore(name="lists", every=5 * SECOND, act=keep_lists_fresh, says="fetches revocation lists that are due"),
    ContinuousChore(
        name="forget",
        every=HOUR,
        act=forget_old,
        says="deletes counts of rate limits, login attempts, sessions, OCSP answers, reasons for opening protected "
        "identities, what record systems have signed, the keys of files that they sent, and kept files whose time is "
        "over",
    ),
    ContinuousChore(name="seal", every=MINUTE, act=seal_log, says="seals the log"),
    ContinuousChore(name="reviews", every=HOUR, act=draw_reviews, says="draws last month's log reviews, once"),
    ContinuousChore(
        name="months", every=HOUR, act=add_log_months, says="creates the log's partitions for the coming months"
    ),
    ContinuousChore(
        name="population",
        every=HOUR,
        act=lambda: ask_again(at=timezone.now()),
        says="asks the population register about patients that it was not asked about lately",
    ),
    ContinuousChore(
        name="retention",
        every=HOUR,
        act=lambda: destroy_due(at=timezone.now()),
        says="carries out decisions to destroy old episodes",
    ),
    ContinuousChore(
        name="data-queries",
        every=10 * MINUTE,
        act=lambda: look_after_queries(at=timezone.now()),
        says="tells clinics on workdays what the office asks about answers, ends questions that nobody answered in "
        "time, and forgets those that led nowhere",
    ),
    ContinuousChore(
        name="disclosures",
        every=HOUR,
        act=lambda: close_due(at=timezone.now()),
        says="ends disclosures for research that are over, or that nobody decided in time",
    ),
    ContinuousChore(
        name="leaving",
        every=10 * MINUTE,
        act=lambda: destroy_left(at=timezone.now()),
        says="destroys patients who opted out a day ago",
    ),
    ContinuousChore(
        name="opt-outs", every=MINUTE, act=write_marks, says="completes the file of opt-outs beside the backups"
    ),
    # One small query asks whether anything waits.
    ContinuousChore(
        name="exports",
        every=2 * SECOND,
        act=make_next,
        says="makes the files of exports that clinics ordered, and ends those that nobody fetched in time",
    ),
    # One small query asks whether a file waits.
    ContinuousChore(
        name="imports",
        every=2 * SECOND,
        act=lambda: work_on_files(now=timezone.now),
        says="tries, and brings in, large files",
    ),
    # One small query asks whether anything has changed.
    ContinuousChore(
        name="reports", every=2 * SECOND, act=refresh, says="brings the reports up to date with what was signed"
    ),
    ContinuousChore(
        name="prove-reports",
        every=HOUR,
        act=lambda: prove_nightly(at=timezone.now()),
        says="between 2 and 3 at night, makes all reports anew and logs an error if any was wrong",
    ),
    ContinuousChore(
        name="editions",
        every=HOUR,
        act=lambda: make_due(at=timezone.now()),
        says="on the first of February, May, August and November, after 4 in the morning, makes the edition of figures "
        "that others are told",
    ),
)

CHORES_EVERY = 10 * MINUTE

# In the order in which they run: what has lapsed is not reminded of, and forgetting comes last.
_CHORES = (
    Chore(
        name="lapse",
        act=lapse,
        limits=(TimeLimit.LAPSE,),
        says="lapses applications that nobody decided about",
    ),
    Chore(
        name="escalate",
        act=escalate,
        limits=(TimeLimit.ESCALATE,),
        says="tells the registry office of applications that nobody can attest, or that wait too long",
    ),
    Chore(
        name="remind-attesters",
        act=remind_attesters,
        limits=(TimeLimit.REMIND_ATTESTERS,),
        says="reminds local administrators of an application, once",
    ),
    Chore(
        name="digest",
        act=digest,
        says="tells local administrators on workdays how many applications wait",
    ),
    Chore(
        name="suspend-unused",
        act=suspend_unused,
        limits=(TimeLimit.DORMANT, TimeLimit.NEVER_LOGGED_IN, TimeLimit.WARN_OF_SUSPENSION),
        says="warns people who have not logged in for long, then suspends them",
    ),
    Chore(
        name="warn-of-end",
        act=warn_of_end,
        limits=(TimeLimit.WARN_OF_END, TimeLimit.WARN_OF_END_AGAIN),
        says="writes to people whose grant ends soon, twice",
    ),
    Chore(
        name="end-by-silence",
        act=end_by_silence,
        limits=(TimeLimit.RECERTIFY_REMIND_AGAIN,),
        says="ends grants that nobody answered for in a recertification",
    ),
    Chore(
        name="recertify",
        act=recertify,
        limits=(TimeLimit.RECERTIFY_EVERY, TimeLimit.RECERTIFY_ANSWER),
        says="opens a clinic's recertification",
    ),
    Chore(
        name="remind-of-recertification",
        act=remind_of_recertification,
        limits=(TimeLimit.RECERTIFY_REMIND, TimeLimit.RECERTIFY_REMIND_AGAIN),
        says="reminds local administrators and the office of a recertification, twice",
    ),
    Chore(
        name="forget-applications",
        act=forget_applications,
        limits=(TimeLimit.KEEP_DECLINED, TimeLimit.KEEP_LAPSED),
        says="deletes old applications, and ends accounts with neither a right nor an application",
    ),
    Chore(
        name="erase-ended",
        act=erase_ended,
        limits=(TimeLimit.KEEP_ENDED, TimeLimit.KEEP_LOG),
        says="erases personal data of accounts that ended long ago",
    ),
    Chore(
        name="forget-letters",
        act=forget_letters,
        limits=(TimeLimit.KEEP_LETTERS, TimeLimit.KEEP_DECLINED, TimeLimit.NOMINATION),
        says="deletes old letters, notices, claims and proposals",
    ),
)

CHORES: Mapping[str, Chore] = {chore.name: chore for chore in _CHORES}
