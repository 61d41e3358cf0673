"""The registry office decides. Who may is checked by the caller's seat."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.time_limits.lengths import LIMITS, TimeLimit
from registret.time_limits.models import Decision
from registret.time_limits.queries import length
from registret.time_limits.refusals import LimitImpossible, LimitUnchanged


@transaction.atomic
def decide(*, limit: TimeLimit, number: int, reason: str, by: By, at: datetime) -> None:
    """From now on `limit` is `number` days or months (its unit is fixed).

    Raises: LimitImpossible, LimitUnchanged; ValueError (no author, no reason).
    """
    bounds = LIMITS[limit]
    if not bounds.least <= number <= bounds.most:
        raise LimitImpossible(least=bounds.least, most=bounds.most)
    before = length(limit).number
    if number == before:
        raise LimitUnchanged()
    if by.account_id is None or not by.name or not reason.strip():
        raise ValueError("a decision has an author and a reason")
    Decision.objects.create(
        code=limit, number=number, reason=reason.strip(), at=at, by_account_id=by.account_id, by_name=by.name
    )
    facts = {"limit": limit.value, "before": before, "number": number, "reason": reason.strip()}
    record(event=Event.LIMIT_DECIDED, by=by, at=at, facts=facts)
