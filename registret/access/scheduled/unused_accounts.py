"""Accounts that nobody has logged in with for long: warned, then suspended or ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from registret.access.applications.account_end import end_account
from registret.access.models import Notice
from registret.access.notices import first, post_to
from registret.access.scheduled.clock import BATCH, CLOCK, Clock, Done
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.queries import AccountRow, unused_account, unused_accounts
from registret.time_limits.lengths import TimeLimit

_UNUSED = (TimeLimit.DORMANT, TimeLimit.NEVER_LOGGED_IN)


def suspend_unused(clock: Clock) -> Iterator[Done]:
    """Warns those who have not logged in for long, and suspends those who were warned long enough ago.

    A person with a grant who never confirmed the address cannot log in at all: that account ends.
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
    if due == "ended":
        reason = "dormant" if person.logged_in_at else "never_confirmed"
        end_account(account_id=person.id, reason=reason, by=CLOCK, at=clock.at)
    elif due == "suspended":
        reason = "dormant" if person.logged_in_at else "never_logged_in"
        accounts.suspend(account_id=person.id, reason=reason, authority=Authority.CLOCK, by=CLOCK, at=clock.at)
        post_to(person, kind="suspended_unused", context={"name": person.given_name}, at=clock.at)
    elif first("suspension_near", person.id, occasion=_occasion(person), at=clock.at):
        day = max(_unused_until(clock, person), clock.ahead(TimeLimit.WARN_OF_SUSPENSION))
        post_to(person, kind="suspension_near", context={"name": person.given_name, "day": day}, at=clock.at)
    return due


def _due(clock: Clock, person: AccountRow, warned: Mapping[tuple[int, str], datetime]) -> str:
    """What is to be done now about a person who has not logged in for long."""
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
