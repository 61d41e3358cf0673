"""Applications that nobody decided about in time lapse."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from registret.access.lifecycle import APPLICATION_LIFE, ApplicationState
from registret.access.models import Application
from registret.access.notices import write_to
from registret.access.scheduled.applications_waiting import lock_if_waiting, record_about
from registret.access.scheduled.clock import Clock, Done, each
from registret.ledger.events import Event
from registret.time_limits.lengths import TimeLimit


def lapse(clock: Clock) -> Iterator[Done]:
    """Applications that were not decided in time. Applicants whose address is confirmed are told."""
    old = Application.objects.filter(state=ApplicationState.WAITING, applied_at__lte=clock.ago(TimeLimit.LAPSE))
    for wanted in each(old.select_related("account", "clinic")):
        if _lapsed(clock, wanted):
            yield Done(what="lapsed", subject=f"application {wanted.id}")


@transaction.atomic
def _lapsed(clock: Clock, wanted: Application) -> bool:
    if not lock_if_waiting(wanted):
        return False
    state = APPLICATION_LIFE.after(ApplicationState.WAITING, "lapse")
    Application.objects.filter(id=wanted.id).update(state=state, decided_at=clock.at)
    record_about(wanted, Event.APPLICATION_LAPSE, {}, at=clock.at)
    clinic, applied_at = wanted.clinic.title, wanted.applied_at
    write_to(wanted.account_id, kind="lapsed", clinic=clinic, applied_at=applied_at, at=clock.at)
    return True
