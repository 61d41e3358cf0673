"""What the log takes of people without a card: anybody can be refused as often as they like, and entries stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from registret.kernel.by import By
from registret.kernel.networks import network_subject
from registret.ledger.services import Fact, record
from registret.limits.services import Limit, TooMany, take

REFUSALS_PER_NETWORK = Limit(what="refusals_network", most=300, per=timedelta(minutes=10))
# A hospital sits behind one address; only a machine is refused this often.

_TOLD = Limit(what="refusals_told", most=1, per=REFUSALS_PER_NETWORK.per)


def record_refusal(*, event: str, by: By, at: datetime, reference: str | None, facts: Mapping[str, Fact]) -> None:
    """Logs a refusal. Those of a network's visitors beyond the limit are left out: one entry says from when on.

    Call it outside a transaction: the counts must outlive the refusal.
    """
    if by.hsa_id is None and not _has_room(by, at):
        return
    record(event=event, outcome="refused", by=by, at=at, reference=reference, facts=facts)


def _has_room(by: By, at: datetime) -> bool:
    subject = network_subject(by.network)
    try:
        take(limit=REFUSALS_PER_NETWORK, subject=subject, at=at)
    except TooMany as reached:
        try:
            take(limit=_TOLD, subject=subject, at=at)
        except TooMany:
            return False
        facts = {"most": REFUSALS_PER_NETWORK.most} | reached.facts
        record(event="request.limit_reached", outcome="refused", by=by, at=at, facts=facts)
        return False
    return True
