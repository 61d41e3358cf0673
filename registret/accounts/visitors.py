"""What the log takes of people without a card, and of networks that ask more than people do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from registret.kernel.by import By
from registret.kernel.networks import network_subject
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.rate_limits.services import Limit, TooMany, take

REFUSALS_PER_NETWORK = Limit(what="refusals_network", most=300, per=timedelta(minutes=10))
# A hospital sits behind one address; only a machine is refused this often.


def record_refusal(*, event: Event, by: By, at: datetime, reference: str | None, facts: Mapping[str, Fact]) -> None:
    """Logs a refusal. Those of a network's visitors beyond the limit are left out: one entry says from when on.

    If it raises afterwards, call it outside a transaction: the counts must outlive the refusal.
    """
    if by.hsa_id is None and not is_usual(limit=REFUSALS_PER_NETWORK, by=by, at=at):
        return
    record(event=event, outcome="refused", by=by, at=at, reference=reference, facts=facts)


def is_usual(*, limit: Limit, by: By, at: datetime) -> bool:
    """Count one more from this network. Beyond the limit, the log says so once in each window.

    For what is counted as an alarm: a whole hospital sits behind one address, so nobody is refused because of it.
    Call it outside a transaction.
    """
    subject = network_subject(by.network)
    try:
        take(limit=limit, subject=subject, at=at)
    except TooMany as reached:
        try:
            take(limit=Limit(what=f"{limit.what}_told", most=1, per=limit.per), subject=subject, at=at)
        except TooMany:
            return False
        facts = {"most": limit.most} | reached.facts
        record(event=Event.REQUEST_LIMIT_REACHED, outcome="refused", by=by, at=at, facts=facts)
        return False
    return True
