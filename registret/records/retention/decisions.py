"""Decide that what is older than its sub-registry keeps it is destroyed, or kept until a day."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.refusals import NotFound
from registret.database.conflicts import conflict_as
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.models import RetentionDecision
from registret.records.refusals import AlreadyDeciding, KeptUntil, NothingSoOld
from registret.records.retention.ages import PENDING, Age, Past, age_of


@transaction.atomic
def decide_to_destroy(*, actor: Actor, sub_registry: str, reason: str, at: datetime) -> None:
    """Decide to destroy episodes that are older than the sub-registry keeps them. A scheduled job does it.

    Raises: NotPermitted, NotFound, CardTooOld, NothingSoOld, AlreadyDeciding; KeptUntil (a decision keeps them);
        ValueError (no reason).
    """
    age = _to_decide(actor, sub_registry, reason, at=at)
    _decide_to_destroy(actor, age, age.whole, reason, what=RetentionDecision.What.DESTROY, at=at)


@transaction.atomic
def decide_to_destroy_research(*, actor: Actor, sub_registry: str, reason: str, at: datetime) -> None:
    """The answers to research questions that are older than the sub-registry keeps those will be destroyed, by the
    clock. The episodes stay.

    Raises: NotPermitted, CardTooOld, NothingSoOld, AlreadyDeciding; NotFound (also: they are kept as long as the rest);
        KeptUntil (a decision keeps them); ValueError (no reason).
    """
    age = _to_decide(actor, sub_registry, reason, at=at)
    if age.research is None:
        raise NotFound()
    _decide_to_destroy(actor, age, age.research, reason, what=RetentionDecision.What.RESEARCH, at=at)


@transaction.atomic
def decide_to_keep(*, actor: Actor, sub_registry: str, until: date, reason: str, at: datetime) -> None:
    """Decide that nothing in the sub-registry is destroyed for its age until that day.

    Research needs it, or something is being investigated. Ends earlier decisions to destroy that are not carried out.

    Raises: NotPermitted, NotFound, CardTooOld; ValueError (no reason, or the day is not ahead).
    """
    age = _to_decide(actor, sub_registry, reason, at=at)
    if until <= day_of(at):
        raise ValueError("kept until a day that is not ahead")
    RetentionDecision.objects.filter(PENDING, sub_registry=sub_registry).update(done_at=at)
    _decided(actor, age, age.whole, reason, what=RetentionDecision.What.KEEP, until=until, at=at)


def _to_decide(actor: Actor, sub_registry: str, reason: str, *, at: datetime) -> Age:
    if not reason.strip():
        raise ValueError("a decision has a reason")
    age = age_of(actor=actor, sub_registry=sub_registry, at=at)
    check_card_age(actor, at=at)
    return age


def _decide_to_destroy(
    actor: Actor, age: Age, past: Past, reason: str, *, what: RetentionDecision.What, at: datetime
) -> None:
    if age.held_until is not None:
        raise KeptUntil(day=age.held_until.isoformat())
    if past.past == 0:
        raise NothingSoOld()
    with conflict_as(AlreadyDeciding, constraint="one_destruction_at_a_time"):
        _decided(actor, age, past, reason, what=what, until=None, at=at)


def _decided(
    actor: Actor, age: Age, past: Past, reason: str, *, what: RetentionDecision.What, until: date | None, at: datetime
) -> None:
    RetentionDecision.objects.create(
        sub_registry=age.sub_registry,
        what=what,
        before=past.before if until is None else None,
        until=until,
        reason=reason.strip(),
        episodes=past.past,
        at=at,
        by_account_id=actor.account_id,
        by_name=actor.name,
    )
    facts: dict[str, Fact] = {
        "sub_registry": age.sub_registry,
        "what": what.value,
        "episodes": past.past,
        "until": until.isoformat() if until else None,
        "reason": reason.strip(),
    }
    record(event=Event.RETENTION_DECIDED, by=actor.by, at=at, facts=facts)
