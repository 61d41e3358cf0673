"""The registry office is told of applications that nobody can attest, or that have waited too long."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from registret.access.models import Application
from registret.access.notices import first, post_to
from registret.access.queries.administrators import registry_office
from registret.access.queries.grants import others_who_attest
from registret.access.scheduled.applications_waiting import (
    actionable_by,
    actionable_since,
    facts_of,
    lock_if_waiting,
    record_about,
)
from registret.access.scheduled.clock import Clock, Done, each, noticed
from registret.ledger.events import Event
from registret.time_limits.lengths import TimeLimit


def escalate(clock: Clock) -> Iterator[Done]:
    """The office is told, once, of what nobody can attest, which stands there as long as that is so, and of what has
    waited too long, which stands there from now on."""
    here = actionable_since(clock.at).filter(escalated_at=None)
    for wanted in each(here.filter(~others_who_attest(at=clock.at)).filter(~noticed("nobody_attests"))):
        if _told_of_nobody(clock, wanted):
            yield Done(what="escalated", subject=f"application {wanted.id}")
    late = here.filter(actionable_by(clock.ago(TimeLimit.ESCALATE)))
    for wanted in each(late.filter(others_who_attest(at=clock.at))):
        if _escalated(clock, wanted):
            yield Done(what="escalated", subject=f"application {wanted.id}")


@transaction.atomic
def _told_of_nobody(clock: Clock, wanted: Application) -> bool:
    office = registry_office(at=clock.at)
    # A letter to nobody is no escalation: it stays due until there is an office.
    if not office or not lock_if_waiting(wanted) or not first("nobody_attests", wanted.id, at=clock.at):
        return False
    about = {name: value for name, value in facts_of(wanted).items() if name != "waiting_since"}
    for person in office:
        post_to(person, kind="application_escalated", context=about, at=clock.at)
    record_about(wanted, Event.APPLICATION_ESCALATED, {"reason": "nobody"}, at=clock.at)
    return True


@transaction.atomic
def _escalated(clock: Clock, wanted: Application) -> bool:
    office = registry_office(at=clock.at)
    if not office or not lock_if_waiting(wanted, escalated_at=None):
        return False
    Application.objects.filter(id=wanted.id).update(escalated_at=clock.at)
    for person in office:
        post_to(person, kind="application_late", context=facts_of(wanted), at=clock.at)
    record_about(wanted, Event.APPLICATION_ESCALATED, {"reason": "late"}, at=clock.at)
    return True
