"""Reading the log is itself an event of the log: no entry, no reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.ledger import exporting
from registret.ledger.queries import EntryPage, Wanted, entries
from registret.ledger.services import Fact, record
from registret.oversight.queries import JudgedEntry, ReviewRow, entries_of, review_for


@transaction.atomic
def read_log(*, wanted: Wanted, told: Mapping[str, str], before: int | None, actor: Actor, at: datetime) -> EntryPage:
    """A page of the log, newest first; the question, as `told`, is in the log afterwards."""
    page = entries(wanted=wanted, before=before)
    facts: dict[str, Fact] = {**told, "below": before, "rows": len(page.rows)}
    record(event="log.read", by=actor.by, at=at, about_hsa_id=wanted.hsa_id, facts=facts)
    return page


@transaction.atomic
def read_review(*, review_id: int, actor: Actor, at: datetime) -> tuple[ReviewRow, tuple[JudgedEntry, ...]]:
    """A review with its entries; that it was read is in the log afterwards.

    Raises: NotFound, NotPermitted.
    """
    review = review_for(actor=actor, review_id=review_id)
    found = entries_of(review)
    facts: dict[str, Fact] = {"review": review_id, "rows": len(found)}
    record(event="review.read", by=actor.by, at=at, about_account_id=review.about_account_id, facts=facts)
    return review, found


def export_log(*, wanted: Wanted, told: Mapping[str, str], form: str, actor: Actor, at: datetime) -> Iterator[bytes]:
    """The log as a file (`jsonl`, `csv` or `seals`), in a stream. The log has an entry before it begins."""
    count, last = exporting.extent(wanted)
    facts: dict[str, Fact] = {**told, "form": form, "rows": count}
    record(event="log.exported", by=actor.by, at=at, about_hsa_id=wanted.hsa_id, facts=facts)
    match form:
        case "csv":
            return exporting.table(wanted=wanted, last=last)
        case "jsonl":
            return exporting.jsonl(wanted=wanted, last=last)
        case _:
            return exporting.seals()
