"""Reading the log: keyset pages, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from registret.ledger.models import Entry
from registret.ledger.services import Fact

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    id: int
    at: datetime
    event: str
    outcome: str
    by_hsa_id: str
    by_name: str
    by_role: str
    by_clinic_id: int | None
    by_program: str
    network: str | None
    about_account_id: int | None
    about_hsa_id: str
    about_patient_id: int | None
    clinic_id: int | None
    reference: str
    facts: dict[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """`older` is what to ask for next (`before`), or None when there is nothing older."""

    rows: tuple[EntryRow, ...]
    older: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for; None and "" mean everything. `since` and `until` are aware moments, half open."""

    hsa_id: str = ""
    event: str = ""
    outcome: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(*, wanted: Wanted, before: int | None = None, size: int = PAGE) -> EntryPage:
    """Entries that fit, newest first, from below number `before`."""
    fits = Q()
    if wanted.hsa_id:
        fits &= Q(by_hsa_id__iexact=wanted.hsa_id) | Q(about_hsa_id__iexact=wanted.hsa_id)
    if wanted.event:
        fits &= Q(event=wanted.event)
    if wanted.outcome:
        fits &= Q(outcome=wanted.outcome)
    if wanted.reference:
        fits &= Q(reference=wanted.reference.upper())
    if wanted.since:
        fits &= Q(at__gte=wanted.since)
    if wanted.until:
        fits &= Q(at__lt=wanted.until)
    return _page(fits, before, size)


def entries_of_account(*, account_id: int, before: int | None = None, size: int = PAGE) -> EntryPage:
    """What the account did and what was done to it, newest first."""
    return _page(Q(by_account_id=account_id) | Q(about_account_id=account_id), before, size)


def events_seen() -> tuple[str, ...]:
    """Codes of all events that the log holds, for the filter."""
    return tuple(Entry.objects.order_by("event").values_list("event", flat=True).distinct())


def _page(fits: Q, before: int | None, size: int) -> EntryPage:
    found = Entry.objects.filter(fits)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = [
        EntryRow(**{name: getattr(entry, name) for name in EntryRow.__slots__})
        for entry in found.order_by("-id")[: size + 1]
    ]
    more = len(rows) > size
    return EntryPage(rows=tuple(rows[:size]), older=rows[size - 1].id if more else None)
