"""Letters to administrators: a digest each workday, and one reminder of each application that waits too long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time

from django.db import transaction

from registret.access.models import Application
from registret.access.notices import first, post_to
from registret.access.queries.administrators import Administrator, administrators_by_clinic
from registret.access.scheduled.applications_waiting import (
    actionable_since,
    attesters,
    facts_of,
    lock_if_waiting,
    waiting_since,
)
from registret.access.scheduled.clock import Clock, Done, each, noticed
from registret.kernel.sweden import SWEDEN, midnight
from registret.time_limits.lengths import TimeLimit

DIGEST_FROM = time(7)
"""Digests go out on workdays from this hour on, in Sweden."""


def digest(clock: Clock) -> Iterator[Done]:
    """To each administrator, on workdays: how many applications wait since yesterday or longer."""
    here = clock.at.astimezone(SWEDEN)
    if here.weekday() >= 5 or here.time() < DIGEST_FROM:
        return
    waiting: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for wanted in actionable_since(midnight(here.date())):
        waiting[wanted.clinic_id].append((wanted.account_id, waiting_since(wanted)))
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
    late = actionable_since(clock.ago(TimeLimit.REMIND_ATTESTERS)).filter(~noticed("still_waiting"))
    for wanted in each(late):
        if _reminded(clock, wanted):
            yield Done(what="reminded", subject=f"application {wanted.id}")


@transaction.atomic
def _reminded(clock: Clock, wanted: Application) -> bool:
    people = attesters(wanted, at=clock.at)
    if not people or not lock_if_waiting(wanted) or not first("still_waiting", wanted.id, at=clock.at):
        return False
    for person in people:
        post_to(person, kind="still_waiting", context=facts_of(wanted), at=clock.at)
    return True


def _administrators(*, at: datetime) -> list[tuple[Administrator, list[int]]]:
    """Every active local administrator once, with the clinics."""
    found: dict[int, tuple[Administrator, list[int]]] = {}
    for clinic_id, people in administrators_by_clinic(at=at).items():
        for person in people:
            found.setdefault(person.account_id, (person, []))[1].append(clinic_id)
    return [found[account_id] for account_id in sorted(found)]
