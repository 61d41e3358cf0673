"""Reading the log is itself an event of the log: no entry, no reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.ledger.queries import EntryPage, Wanted, entries
from registret.ledger.services import Fact, record


@transaction.atomic
def read_log(*, wanted: Wanted, told: Mapping[str, str], before: int | None, actor: Actor, at: datetime) -> EntryPage:
    """A page of the log, newest first; the question, as `told`, is in the log afterwards."""
    page = entries(wanted=wanted, before=before)
    facts: dict[str, Fact] = {**told, "below": before, "rows": len(page.rows)}
    record(event="log.read", by=actor.by, at=at, about_hsa_id=wanted.hsa_id, facts=facts)
    return page
