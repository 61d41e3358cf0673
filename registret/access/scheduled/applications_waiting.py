"""Applications that wait for a decision: which can be acted on, who attests them, and what letters and the log say."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from registret.access.lifecycle import ApplicationState
from registret.access.models import Application
from registret.access.queries.administrators import Administrator, active_administrators
from registret.access.scheduled.clock import CLOCK
from registret.accounts.lifecycle import AccountState
from registret.ledger.events import Event
from registret.ledger.services import record


def actionable_since(moment: datetime) -> QuerySet[Application]:
    """Applications that can be acted on, and could at `moment`: made, and the address confirmed."""
    waiting = Application.objects.filter(actionable_by(moment), state=ApplicationState.WAITING)
    return waiting.filter(account__state=AccountState.CONFIRMED).select_related("account", "clinic")


def actionable_by(moment: datetime) -> Q:
    return Q(applied_at__lte=moment, account__confirmed_at__lte=moment)


def waiting_since(wanted: Application) -> datetime:
    return max(wanted.applied_at, wanted.account.confirmed_at or wanted.applied_at)


def attesters(wanted: Application, *, at: datetime) -> list[Administrator]:
    people = active_administrators(clinic_id=wanted.clinic_id, at=at)
    return [person for person in people if person.account_id != wanted.account_id]


def lock_if_waiting(wanted: Application, **others: object) -> bool:
    """Whether it waits now that it is locked. What another process has locked is being decided."""
    here = Application.objects.select_for_update(of=("self",), skip_locked=True)
    return here.filter(id=wanted.id, state=ApplicationState.WAITING, **others).exists()


def facts_of(wanted: Application) -> dict[str, str | date]:
    return {
        "applicant": wanted.account.name,
        "clinic": wanted.clinic.title,
        "waiting_since": wanted.applied_at,
    }


def record_about(wanted: Application, event: Event, facts: dict[str, str | int | bool | None], *, at: datetime) -> None:
    record(event=event, by=CLOCK, at=at, about=wanted.account, clinic_id=wanted.clinic_id, facts=facts)
