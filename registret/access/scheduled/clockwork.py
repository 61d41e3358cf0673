"""What becomes due by the clock: letters about what waits or ends, applications that lapse, accounts that nobody uses,
whether everybody who has a right still works where it counts, and (`forgetting`) what is kept no longer.

Every chore may be run at any time, again, and on several machines at once. A letter is written in one transaction with
its `Notice`, of which the database lets in one only; an act looks again at its row once that is locked. A chore that
was late does then what it would have done in time, but for a warning that the next one has overtaken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, Min, Model, OuterRef, Q, QuerySet

from registret.access.applications.account_end import end_account
from registret.access.grants.granting import revoke
from registret.access.grants.outcomes import SILENCE, record_outcome
from registret.access.lifecycle import APPLICATION_LIFE, ApplicationState, LineState
from registret.access.models import Application, Grant, Notice, Recertification, RecertificationLine
from registret.access.notices import first, post_to
from registret.access.queries import (
    Administrator,
    active_administrators,
    administrators_by_clinic,
    others_who_attest,
    registry_office,
    title_of,
)
from registret.access.refusals import NothingToRecertify, RecertificationOpen
from registret.access.scheduled.clock import BATCH, CLOCK, Clock, Done
from registret.access.scheduled.forgetting import FORGETTING
from registret.access.staff.recertification import (
    last_day,
    open_recertification,
    remind_office,
    tell_administrators,
    tell_office,
    tell_person,
    unanswered,
    valid_grants,
)
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.queries import AccountRow, unused_account, unused_accounts
from registret.kernel.sweden import SWEDEN, day_of, midnight
from registret.ledger.services import record
from registret.time_limits.lengths import TimeLimit
from registret.words.roles import role_name

M = TypeVar("M", bound=Model)

_UNUSED = (TimeLimit.DORMANT, TimeLimit.NEVER_LOGGED_IN)

DIGEST_FROM = time(7)
"""Digests go out on workdays from this hour on, in Sweden."""


def digest(clock: Clock) -> Iterator[Done]:
    """To each administrator, on workdays: how many applications wait since yesterday or longer."""
    here = clock.at.astimezone(SWEDEN)
    if here.weekday() >= 5 or here.time() < DIGEST_FROM:
        return
    waiting: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for wanted in _actionable_since(midnight(here.date())):
        waiting[wanted.clinic_id].append((wanted.account_id, _since(wanted)))
    for person, clinic_ids in _administrators(at=clock.at):
        theirs = [
            since for c in clinic_ids for account_id, since in waiting.get(c, ()) if account_id != person.account_id
        ]
        if theirs and _digested(clock, person, len(theirs), oldest=min(theirs), day=here.date()):
            yield Done(what="digest", subject=f"account {person.account_id}")


@transaction.atomic
def _digested(clock: Clock, person: Administrator, number: int, *, oldest: datetime, day: date) -> bool:
    if not first("digest", person.account_id, occasion=day.isoformat(), at=clock.at):
        return False
    post_to(person, kind="digest", context={"number": str(number), "oldest": oldest}, at=clock.at)
    return True


def remind_attesters(clock: Clock) -> Iterator[Done]:
    """Once per application, to those who could attest it."""
    late = _actionable_since(clock.ago(TimeLimit.REMIND_ATTESTERS)).filter(~_noticed("still_waiting"))
    for wanted in _each(late):
        if _reminded(clock, wanted):
            yield Done(what="reminded", subject=f"application {wanted.id}")


@transaction.atomic
def _reminded(clock: Clock, wanted: Application) -> bool:
    people = _attesters(wanted, at=clock.at)
    if not people or not _still(wanted) or not first("still_waiting", wanted.id, at=clock.at):
        return False
    for person in people:
        post_to(person, kind="still_waiting", context=_about(wanted), at=clock.at)
    return True


def escalate(clock: Clock) -> Iterator[Done]:
    """The office is told, once, of what nobody can attest, which stands there as long as that is so, and of what has
    waited too long, which stands there from now on."""
    here = _actionable_since(clock.at).filter(escalated_at=None)
    for wanted in _each(here.filter(~others_who_attest(at=clock.at)).filter(~_noticed("nobody_attests"))):
        if _told_of_nobody(clock, wanted):
            yield Done(what="escalated", subject=f"application {wanted.id}")
    late = here.filter(_by(clock.ago(TimeLimit.ESCALATE)))
    for wanted in _each(late.filter(others_who_attest(at=clock.at))):
        if _escalated(clock, wanted):
            yield Done(what="escalated", subject=f"application {wanted.id}")


@transaction.atomic
def _told_of_nobody(clock: Clock, wanted: Application) -> bool:
    office = registry_office(at=clock.at)
    # A letter to nobody is no escalation: it stays due until there is an office.
    if not office or not _still(wanted) or not first("nobody_attests", wanted.id, at=clock.at):
        return False
    about = {name: value for name, value in _about(wanted).items() if name != "waiting_since"}
    for person in office:
        post_to(person, kind="application_escalated", context=about, at=clock.at)
    _record(wanted, "application.escalated", {"reason": "nobody"}, at=clock.at)
    return True


@transaction.atomic
def _escalated(clock: Clock, wanted: Application) -> bool:
    office = registry_office(at=clock.at)
    if not office or not _still(wanted, escalated_at=None):
        return False
    Application.objects.filter(id=wanted.id).update(escalated_at=clock.at)
    for person in office:
        post_to(person, kind="application_late", context=_about(wanted), at=clock.at)
    _record(wanted, "application.escalated", {"reason": "late"}, at=clock.at)
    return True


def lapse(clock: Clock) -> Iterator[Done]:
    """Applications that nobody has decided about in time. Whoever has confirmed the address is told."""
    old = Application.objects.filter(state=ApplicationState.WAITING, applied_at__lte=clock.ago(TimeLimit.LAPSE))
    for wanted in _each(old.select_related("account", "clinic")):
        if _lapsed(clock, wanted):
            yield Done(what="lapsed", subject=f"application {wanted.id}")


@transaction.atomic
def _lapsed(clock: Clock, wanted: Application) -> bool:
    if not _still(wanted):
        return False
    state = APPLICATION_LIFE.after(ApplicationState.WAITING, "lapse")
    Application.objects.filter(id=wanted.id).update(state=state, decided_at=clock.at)
    _record(wanted, "application.lapse", {}, at=clock.at)
    if wanted.account.confirmed_at is not None:
        context = {"name": wanted.account.given_name, "clinic": title_of(wanted.clinic)}
        post_to(_Recipient.of(wanted), kind="lapsed", context=context | {"applied_at": wanted.applied_at}, at=clock.at)
    return True


def suspend_unused(clock: Clock) -> Iterator[Done]:
    """Warns those who have not logged in for long, and suspends those who were warned long enough ago.

    Whoever was given a grant and has never confirmed the address cannot log in at all: that account ends.
    """
    soon = clock.ahead(TimeLimit.WARN_OF_SUSPENSION)
    # Months are of unequal length: a few too many are looked at, rather than one too late.
    dormant, never = (clock.limits[limit].before(soon) + timedelta(days=3) for limit in _UNUSED)
    after = 0
    while people := unused_accounts(logged_in_before=dormant, granted_before=never, after=after, size=BATCH):
        after = people[-1].id
        warned = _warned_of_suspension(*people)
        for person in people:
            if _due(clock, person, warned) and (what := _unused(clock, person.id)):
                yield Done(what=what, subject=f"account {person.id}")


@transaction.atomic
def _unused(clock: Clock, account_id: int) -> str:
    person = unused_account(account_id=account_id)
    due = _due(clock, person, _warned_of_suspension(person)) if person else ""
    if person is None or not due:
        return ""  # logged in, or was suspended, a moment ago
    to = _Recipient(account_id=person.id, email=person.email.text, language=person.language)
    if due == "ended":
        reason = "dormant" if person.logged_in_at else "never_confirmed"
        end_account(account_id=person.id, reason=reason, by=CLOCK, at=clock.at)
    elif due == "suspended":
        reason = "dormant" if person.logged_in_at else "never_logged_in"
        accounts.suspend(account_id=person.id, reason=reason, authority=Authority.CLOCK, by=CLOCK, at=clock.at)
        post_to(to, kind="suspended_unused", context={"name": person.given_name}, at=clock.at)
    elif first("suspension_near", person.id, occasion=_occasion(person), at=clock.at):
        day = max(_unused_until(clock, person), clock.ahead(TimeLimit.WARN_OF_SUSPENSION))
        post_to(to, kind="suspension_near", context={"name": person.given_name, "day": day}, at=clock.at)
    return due


def _due(clock: Clock, person: AccountRow, warned: Mapping[tuple[int, str], datetime]) -> str:
    """What is to be done now about somebody who has not logged in for long."""
    until, notice = _unused_until(clock, person), clock.limits[TimeLimit.WARN_OF_SUSPENSION]
    # Who was brought in out of a file has logged in elsewhere, and is warned though the address is not confirmed here.
    if person.state is AccountState.REGISTERED and person.logged_in_at is None:
        return "ended" if until <= clock.at else ""
    warned_at = warned.get((person.id, _occasion(person)))
    if warned_at is None:
        return "warned of suspension" if notice.before(until) <= clock.at else ""
    if max(until, notice.after(warned_at)) > clock.at:
        return ""
    return "ended" if person.state is AccountState.REGISTERED else "suspended"


def _unused_until(clock: Clock, person: AccountRow) -> datetime:
    dormant, never = (clock.limits[limit] for limit in _UNUSED)
    return (never if person.logged_in_at is None else dormant).after(person.unused_since or clock.at)


def _occasion(person: AccountRow) -> str:
    """A warning counts for this time without a login: the next one is warned of anew."""
    return person.unused_since.isoformat() if person.unused_since else ""


def _warned_of_suspension(*people: AccountRow) -> Mapping[tuple[int, str], datetime]:
    notices = Notice.objects.filter(kind="suspension_near", subject__in=[person.id for person in people])
    return {(notice.subject, notice.occasion): notice.at for notice in notices}


def warn_of_end(clock: Clock) -> Iterator[Done]:
    """Before a grant ends: a first letter, unless it was shorter than that from the beginning, and a last one."""
    soon = clock.ahead(TimeLimit.WARN_OF_END)
    is_last = Q(ends_at__lte=clock.ahead(TimeLimit.WARN_OF_END_AGAIN))
    ending = Grant.objects.filter(revoked_at=None, ends_at__gt=clock.at, ends_at__lte=soon)
    ending = ending.filter(account__state=AccountState.CONFIRMED).select_related("account", "clinic")
    ending = ending.filter(
        (is_last & ~_noticed("grant_ends", occasion="last")) | (~is_last & ~_noticed("grant_ends", occasion="first"))
    )
    for grant in _each(ending):
        if _warned_of_end(clock, grant):
            yield Done(what="warned of the end", subject=f"grant {grant.id}")


@transaction.atomic
def _warned_of_end(clock: Clock, grant: Grant) -> bool:
    is_last = clock.ahead(TimeLimit.WARN_OF_END_AGAIN) >= grant.ends_at
    if not is_last and clock.limits[TimeLimit.WARN_OF_END].after(grant.begins_at) > grant.ends_at:
        return False
    here = Grant.objects.select_for_update(of=("self",), skip_locked=True)
    if not here.filter(id=grant.id, revoked_at=None).exists():
        return False
    if not first("grant_ends", grant.id, occasion="last" if is_last else "first", at=clock.at):
        return False
    person = _Recipient.of(grant)
    context: dict[str, str | date] = {
        "name": grant.account.given_name,
        "role": role_name(grant.role, language=person.language),
        "place": title_of(grant.clinic) if grant.clinic else settings.REGISTRY_NAME,
        "last_day": day_of(grant.ends_at - timedelta(seconds=1)),
    }
    post_to(person, kind="grant_ends", context=context, at=clock.at)
    return True


def end_by_silence(clock: Clock) -> Iterator[Done]:
    """Ends the grants that nobody has answered for in a recertification whose time is over, and whose last reminder is
    old enough. A grant that was over before is only settled."""
    for whole in _each(_going_on()):
        due = unanswered(whole) if _silence_counts(clock, whole) else unanswered(whole).filter(_over(clock))
        for line in _each(due):
            if what := _silenced(clock, line):
                yield Done(what=what, subject=f"grant {line.grant_id}")


@transaction.atomic
def _silenced(clock: Clock, line: RecertificationLine) -> str:
    accounts.lock_account(account_id=line.account_id)
    Grant.objects.select_for_update(of=("self",)).filter(id=line.grant_id).first()
    here = RecertificationLine.objects.filter(id=line.id, state=LineState.UNANSWERED)
    if not here.exists():
        return ""  # somebody answered a moment ago
    if here.filter(_over(clock)).exists():
        record_outcome(grant_id=line.grant_id, act="overtake", answered_by_id=None, by=CLOCK, at=clock.at)
        return "was over"
    revoke(grant_id=line.grant_id, reason=SILENCE, revoked_by_id=None, by=CLOCK, at=clock.at)
    tell_person(line.id, kind="recertification_silent", more={}, at=clock.at)
    return "ended by silence"


def _over(clock: Clock) -> Q:
    return Q(grant__ends_at__lte=clock.at) | Q(grant__revoked_at__isnull=False)


def _silence_counts(clock: Clock, whole: Recertification) -> bool:
    if whole.due_at > clock.at:
        return False
    # A clock that stood still ends nobody's right unreminded.
    last = Notice.objects.filter(kind="recertification_reminder", subject=whole.id, occasion="last").first()
    return last is not None and clock.limits[TimeLimit.RECERTIFY_REMIND_AGAIN].after(last.at) <= clock.at


def recertify(clock: Clock) -> Iterator[Done]:
    """Opens a recertification at each clinic where somebody has a grant and none was opened for so long."""
    for clinic_id in _to_recertify(clock):
        if _recertified(clock, clinic_id):
            yield Done(what="recertification opened", subject=f"clinic {clinic_id}")


def _recertified(clock: Clock, clinic_id: int) -> bool:
    try:
        open_recertification(
            clinic_id=clinic_id,
            opened_by_id=None,
            reason="",
            answer_within=clock.limits[TimeLimit.RECERTIFY_ANSWER],
            by=CLOCK,
            at=clock.at,
        )
    except (RecertificationOpen, NothingToRecertify):
        return False  # another machine, or the office, was faster; or the last one left a moment ago
    return True


def _to_recertify(clock: Clock) -> list[int]:
    every = clock.limits[TimeLimit.RECERTIFY_EVERY]
    oldest = dict(valid_grants(at=clock.at).values_list("clinic_id").annotate(Min("begins_at")).order_by("clinic_id"))
    newest = dict(Recertification.objects.values_list("clinic_id").annotate(Max("opened_at")).order_by("clinic_id"))
    asked_now = set(_going_on().values_list("clinic_id", flat=True))
    return [
        clinic_id
        for clinic_id, since in oldest.items()
        if clinic_id not in asked_now and every.after(max(since, newest.get(clinic_id, since))) <= clock.at
    ]


def remind_of_recertification(clock: Clock) -> Iterator[Done]:
    """Twice before the time is over, those who can answer; the last time also those who nobody has answered for. The
    office at once, when there is something that nobody at the clinic can answer (any more)."""
    for whole in _each(_going_on()):
        if _told_office(clock, whole):
            yield Done(what="the office told", subject=f"recertification {whole.id}")
        which = _reminder_due(clock, whole)
        if which and _reminded_of_recertification(clock, whole, which):
            yield Done(what="reminded", subject=f"recertification {whole.id}")


@transaction.atomic
def _told_office(clock: Clock, whole: Recertification) -> bool:
    return tell_office(whole, at=clock.at)


@transaction.atomic
def _reminded_of_recertification(clock: Clock, whole: Recertification, which: str) -> bool:
    here = Recertification.objects.select_for_update(of=("self",), skip_locked=True)
    if not here.filter(id=whole.id, closed_at=None).exists():
        return False
    # A reminder to nobody is none: silence does not count until there is somebody to break it.
    if not active_administrators(clinic_id=whole.clinic_id, at=clock.at) and not registry_office(at=clock.at):
        return False
    if not first("recertification_reminder", whole.id, occasion=which, at=clock.at):
        return False
    day = last_day(whole.due_at)
    if which == "last":
        day = max(day, clock.ahead(TimeLimit.RECERTIFY_REMIND_AGAIN))
    tell_administrators(whole, kind="recertification_reminder", day=day, at=clock.at)
    remind_office(whole, day=day, at=clock.at)
    if which == "last":
        for line in _each(unanswered(whole)):
            tell_person(line.id, kind="recertification_near", more={"day": day}, at=clock.at)
    return True


def _reminder_due(clock: Clock, whole: Recertification) -> str:
    if clock.ahead(TimeLimit.RECERTIFY_REMIND_AGAIN) >= whole.due_at:
        which = "last"
    elif clock.ahead(TimeLimit.RECERTIFY_REMIND) >= whole.due_at:
        which = "first"
    else:
        return ""
    written = Notice.objects.filter(kind="recertification_reminder", subject=whole.id, occasion=which)
    return "" if written.exists() else which


def _going_on() -> QuerySet[Recertification]:
    return Recertification.objects.filter(closed_at=None).select_related("clinic")


CHORES: Mapping[str, Callable[[Clock], Iterator[Done]]] = {
    "lapse": lapse,
    "escalate": escalate,
    "remind-attesters": remind_attesters,
    "digest": digest,
    "suspend-unused": suspend_unused,
    "warn-of-end": warn_of_end,
    "end-by-silence": end_by_silence,
    "recertify": recertify,
    "remind-of-recertification": remind_of_recertification,
    **FORGETTING,
}
"""In the order in which they are run: what has lapsed is not reminded of. Forgetting comes last."""


def run(name: str, *, at: datetime, dry_run: bool = False) -> tuple[Done, ...]:
    """Does all that is due, each thing in a transaction of its own; `dry_run` takes all of it back."""
    if not dry_run:
        return tuple(CHORES[name](Clock(at)))
    with transaction.atomic():
        done = tuple(CHORES[name](Clock(at)))
        transaction.set_rollback(True)
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipient:
    account_id: int
    email: str
    language: str

    @classmethod
    def of(cls, theirs: Application | Grant) -> _Recipient:
        person = theirs.account
        return cls(account_id=person.id, email=person.email, language=person.language)


def _actionable_since(moment: datetime) -> QuerySet[Application]:
    """Applications that can be acted on, and could at `moment`: made, and the address confirmed."""
    waiting = Application.objects.filter(_by(moment), state=ApplicationState.WAITING)
    return waiting.filter(account__state=AccountState.CONFIRMED).select_related("account", "clinic")


def _by(moment: datetime) -> Q:
    return Q(applied_at__lte=moment, account__confirmed_at__lte=moment)


def _since(wanted: Application) -> datetime:
    return max(wanted.applied_at, wanted.account.confirmed_at or wanted.applied_at)


def _noticed(kind: str, *, occasion: str = "") -> Exists:
    return Exists(Notice.objects.filter(kind=kind, subject=OuterRef("id"), occasion=occasion))


def _attesters(wanted: Application, *, at: datetime) -> list[Administrator]:
    people = active_administrators(clinic_id=wanted.clinic_id, at=at)
    return [person for person in people if person.account_id != wanted.account_id]


def _each(due: QuerySet[M]) -> Iterator[M]:
    """By id, in batches; what was due and was left alone does not come again."""
    after = 0
    while batch := list(due.filter(id__gt=after).order_by("id")[:BATCH]):
        yield from batch
        after = batch[-1].pk


def _still(wanted: Application, **others: object) -> bool:
    """Whether it waits now that it is locked. What somebody else has locked is being decided about."""
    here = Application.objects.select_for_update(of=("self",), skip_locked=True)
    return here.filter(id=wanted.id, state=ApplicationState.WAITING, **others).exists()


def _administrators(*, at: datetime) -> list[tuple[Administrator, list[int]]]:
    """Every active local administrator once, with the clinics."""
    found: dict[int, tuple[Administrator, list[int]]] = {}
    for clinic_id, people in administrators_by_clinic(at=at).items():
        for person in people:
            found.setdefault(person.account_id, (person, []))[1].append(clinic_id)
    return [found[account_id] for account_id in sorted(found)]


def _about(wanted: Application) -> dict[str, str | date]:
    return {
        "applicant": f"{wanted.account.given_name} {wanted.account.surname}".strip(),
        "clinic": title_of(wanted.clinic),
        "waiting_since": wanted.applied_at,
    }


def _record(wanted: Application, event: str, facts: dict[str, str | int | bool | None], *, at: datetime) -> None:
    record(
        event=event,
        by=CLOCK,
        at=at,
        about_account_id=wanted.account_id,
        about_hsa_id=wanted.account.hsa_id,
        clinic_id=wanted.clinic_id,
        facts=facts,
    )
