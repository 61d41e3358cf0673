"""Open a recertification: ask a clinic about every grant that is valid there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.models import Grant, Recertification, RecertificationLine
from registret.access.refusals import NothingToRecertify, RecertificationOpen
from registret.access.roles import Permission
from registret.access.staff.recertification.letters import last_day, tell_administrators, tell_office
from registret.accounts.lifecycle import AccountState
from registret.accounts.locks import lock_accounts
from registret.database.conflicts import conflict_as
from registret.kernel.by import By
from registret.kernel.sweden import day_of, midnight
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.time_limits.lengths import Length, TimeLimit
from registret.time_limits.queries import length


@transaction.atomic
def start(*, clinic_id: int, reason: str, actor: Actor, at: datetime) -> int:
    """The office asks a clinic out of turn. Return the recertification's id. The next regular one is counted from it.

    Raises: NotPermitted, CardTooOld, RecertificationOpen, NothingToRecertify; ValueError (no reason).
    """
    actor.require(Permission.APPOINT)
    check_card_age(actor, at=at)
    if not reason.strip():
        raise ValueError("out of turn there is a reason")
    return open_recertification(
        clinic_id=clinic_id,
        opened_by_id=actor.account_id,
        reason=reason.strip(),
        answer_within=length(TimeLimit.RECERTIFY_ANSWER),
        by=actor.by,
        at=at,
    )


@transaction.atomic
def open_recertification(
    *, clinic_id: int, opened_by_id: int | None, reason: str, answer_within: Length, by: By, at: datetime
) -> int:
    """Ask about every grant that is valid at the clinic now, and tell those who answer. For this room.

    Raises: RecertificationOpen, NothingToRecertify.
    """
    grants = _locked(valid_grants(at=at).filter(clinic_id=clinic_id).order_by("id"))
    if not grants:
        raise NothingToRecertify()
    with conflict_as(RecertificationOpen, constraint="one_open_recertification_per_clinic"):
        whole = Recertification.objects.create(
            clinic_id=clinic_id, opened_at=at, due_at=_due(at, answer_within), opened_by_id=opened_by_id, reason=reason
        )
    RecertificationLine.objects.bulk_create(
        RecertificationLine(recertification=whole, grant=grant, account_id=grant.account_id) for grant in grants
    )
    facts: dict[str, Fact] = {"recertification": whole.id, "rows": len(grants), "reason": reason}
    record(event=Event.RECERTIFICATION_OPENED, by=by, at=at, clinic_id=clinic_id, facts=facts)
    tell_administrators(whole, kind="recertification_opened", day=last_day(whole.due_at), at=at)
    tell_office(whole, at=at)
    return whole.id


def _locked(valid: QuerySet[Grant]) -> list[Grant]:
    """As where a right is revoked: no line begins about a grant that is gone."""
    held = set(valid.values_list("account_id", flat=True))
    lock_accounts(account_ids=held)
    return list(valid.filter(account_id__in=held))


def valid_grants(*, at: datetime) -> QuerySet[Grant]:
    """What people may do at a clinic now, or could if they confirmed their mail or were not suspended."""
    here = Grant.objects.valid(at=at).filter(clinic__isnull=False)
    return here.exclude(account__state=AccountState.ENDED)


def _due(at: datetime, answer_within: Length) -> datetime:
    """Midnight after the last day: a day that a letter names counts whole."""
    day = day_of(answer_within.after(at)) + timedelta(days=1)
    return midnight(day)
