"""Withdraw a disclosure before it is decided, or close it after, by hand or when its time is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.kernel.by import By
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.records.disclosure.deciding import DECIDABLE_FOR
from registret.records.disclosure.scope import lock_disclosure, log_disclosure
from registret.records.lifecycle import DISCLOSURE_LIFE, DisclosureState
from registret.records.models import Disclosure


@transaction.atomic
def withdraw(*, actor: Actor, number: int, at: datetime) -> None:
    """Withdraw (ta tillbaka) a disclosure that is not decided yet. Any case handler may.

    Raises: NotPermitted, NotFound, CardTooOld; NotPossible (it was decided or withdrawn a moment ago).
    """
    found = lock_disclosure(actor, number)
    check_card_age(actor, at=at)
    _end(found, "withdraw", by_id=actor.account_id, by_name=actor.name, at=at)
    log_disclosure(Event.DISCLOSURE_WITHDRAWN, found, by=actor.by, at=at)


@transaction.atomic
def close(*, actor: Actor, number: int, at: datetime) -> None:
    """Close (avsluta) a disclosure before its last day: the file can no longer be fetched.

    Raises: NotPermitted, NotFound, CardTooOld; NotPossible (it is not decided, or is over).
    """
    found = lock_disclosure(actor, number)
    check_card_age(actor, at=at)
    _end(found, "close", by_id=actor.account_id, by_name=actor.name, at=at)
    log_disclosure(Event.DISCLOSURE_CLOSED, found, by=actor.by, at=at)


def close_due(*, at: datetime) -> int:
    """Close disclosures whose last day has passed, withdraw those that waited too long, and return how many."""
    return sum(_ended_if_due(number, at=at) for number in _due(at).values_list("id", flat=True))


def _end(found: Disclosure, act: str, *, by_id: int | None, by_name: str, at: datetime) -> None:
    """Raises: NotPossible."""
    found.state = DISCLOSURE_LIFE.after(DisclosureState(found.state), act)
    found.ended_at, found.ended_by_id, found.ended_by_name = at, by_id, by_name
    found.save()


def _due(at: datetime) -> QuerySet[Disclosure]:
    over = Q(state=DisclosureState.DECIDED, fetch_until__lt=day_of(at))
    return Disclosure.objects.filter(over | Q(state=DisclosureState.PREPARED, prepared_at__lt=at - DECIDABLE_FOR))


@transaction.atomic
def _ended_if_due(number: int, *, at: datetime) -> int:
    found = _due(at).select_for_update(skip_locked=True).filter(id=number).first()
    if found is None:
        return 0
    is_prepared = found.state == DisclosureState.PREPARED
    _end(found, "withdraw" if is_prepared else "close", by_id=None, by_name="", at=at)
    event = Event.DISCLOSURE_LAPSED if is_prepared else Event.DISCLOSURE_CLOSED
    record(event=event, by=By.of_program("clock"), at=at, facts={"disclosure": number, "project": found.project})
    return 1
