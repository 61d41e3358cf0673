"""Recertification by the clock: opened when it is time, reminded of, and ended by silence."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet

from registret.access.grants.granting import revoke
from registret.access.grants.outcomes import SILENCE, record_outcome
from registret.access.lifecycle import LineState
from registret.access.models import Grant, Notice, Recertification, RecertificationLine
from registret.access.notices import first
from registret.access.queries.administrators import active_administrators, registry_office
from registret.access.refusals import NothingToRecertify, RecertificationOpen
from registret.access.scheduled.clock import CLOCK, Clock, Done, each
from registret.access.staff.recertification.letters import (
    last_day,
    remind_office,
    tell_administrators,
    tell_office,
    tell_person,
)
from registret.access.staff.recertification.opening import open_recertification, valid_grants
from registret.access.staff.recertification.rows import unanswered
from registret.accounts.locks import lock_account
from registret.time_limits.lengths import TimeLimit


def recertify(clock: Clock) -> Iterator[Done]:
    """Open a recertification at each clinic where anyone has a grant and none was opened for so long."""
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
    for whole in each(_going_on()):
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
    # A reminder to nobody is none: silence does not count until there is an administrator to break it.
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
        for line in each(unanswered(whole)):
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


def end_by_silence(clock: Clock) -> Iterator[Done]:
    """Ends the grants that nobody has answered for in a recertification whose time is over, and whose last reminder is
    old enough. A grant that was over before is only settled."""
    for whole in each(_going_on()):
        due = unanswered(whole) if _silence_counts(clock, whole) else unanswered(whole).filter(_over(clock))
        for line in each(due):
            if what := _silenced(clock, line):
                yield Done(what=what, subject=f"grant {line.grant_id}")


@transaction.atomic
def _silenced(clock: Clock, line: RecertificationLine) -> str:
    lock_account(account_id=line.account_id)
    Grant.objects.select_for_update(of=("self",)).filter(id=line.grant_id).first()
    here = RecertificationLine.objects.filter(id=line.id, state=LineState.UNANSWERED)
    if not here.exists():
        return ""  # it was answered a moment ago
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


def _going_on() -> QuerySet[Recertification]:
    return Recertification.objects.filter(closed_at=None).select_related("clinic")
