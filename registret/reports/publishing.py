"""What all may see: the registry office decides, by indicator, and by year for the annual report.

Who may decide is checked by the caller's seat. How much is told of an indicator is decided when an edition is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registret.database.prepared import Prepared
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.registries.measuring import Indicator
from registret.reports.models import Publication
from registret.reports.refusals import PublicationUnchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRow:
    is_published: bool
    reason: str
    at: datetime
    by_name: str


def subject_of(indicator: Indicator) -> str:
    return f"{indicator.sub_registry}.{indicator.code}"


def subject_of_year(year: int) -> str:
    """The annual report of a year."""
    return f"annual-report.{year}"


def published() -> frozenset[str]:
    """Return the subjects that all may see, now. One query."""
    return frozenset(subject for subject, row in newest_publications().items() if row.is_published)


_IN_FORCE = Prepared(lambda: Publication.objects.order_by("subject", "-id").distinct("subject"))


def newest_publications() -> Mapping[str, PublicationRow]:
    """The decision in force of each subject that the office has decided about. One query."""
    return {row.subject: _row(row) for row in _IN_FORCE.rows()}


def publications(subject: str, *, size: int = 20) -> tuple[PublicationRow, ...]:
    """Newest first."""
    return tuple(_row(row) for row in Publication.objects.filter(subject=subject).order_by("-id")[:size])


@transaction.atomic
def decide_publication(*, subject: str, is_published: bool, reason: str, by: By, at: datetime) -> None:
    """From now on all may see `subject`, or no longer.

    Raises: PublicationUnchanged; ValueError (no author, no reason).
    """
    if is_published == (subject in published()):
        raise PublicationUnchanged()
    if by.account_id is None or not by.name or not reason.strip():
        raise ValueError("a decision has an author and a reason")
    Publication.objects.create(
        subject=subject,
        is_published=is_published,
        reason=reason.strip(),
        at=at,
        by_account_id=by.account_id,
        by_name=by.name,
    )
    record(
        event=Event.PUBLICATION_DECIDED,
        by=by,
        at=at,
        facts={"name": subject, "result": "published" if is_published else "taken_back", "reason": reason.strip()},
    )


def _row(row: Publication) -> PublicationRow:
    return PublicationRow(is_published=row.is_published, reason=row.reason, at=row.at, by_name=row.by_name)
