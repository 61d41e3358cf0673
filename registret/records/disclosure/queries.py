"""Show disclosures to case handlers: numbers, and no patient."""

from __future__ import annotations

from typing import Final

from registret.access.actor import Actor
from registret.access.applications.earlier_accounts import all_accounts_of
from registret.access.checks import existing
from registret.records.disclosure.rows import DisclosurePage, DisclosureRow, DisclosureWish, FetchRow, ListedDisclosures
from registret.records.disclosure.scope import is_preparer, selection_of, visible_disclosures
from registret.records.disclosure.selection import extent
from registret.records.ethics_approval import Approval
from registret.records.lifecycle import DisclosureState
from registret.records.models import Disclosure
from registret.records.scope import all_providers

PAGE: Final = 50


def to_decide(*, actor: Actor) -> int:
    """Return how many disclosures the actor could decide: prepared by another person. Raises: NotPermitted."""
    waiting = visible_disclosures(actor).filter(state=DisclosureState.PREPARED)
    return waiting.exclude(prepared_by_id__in=all_accounts_of([actor.account_id])).count()


def disclosures(*, actor: Actor, before: int | None = None, size: int = PAGE) -> ListedDisclosures:
    """Raises: NotPermitted."""
    found = visible_disclosures(actor)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = tuple(map(_row, found.order_by("-id")[: size + 1]))
    return ListedDisclosures(rows=rows[:size], older=rows[size - 1].number if len(rows) > size else None)


def disclosure(*, actor: Actor, number: int) -> DisclosurePage:
    """Return one disclosure with its extent now. Raises: NotPermitted, NotFound."""
    found = existing(visible_disclosures(actor).filter(id=number).first())
    row, wanted = _row(found), selection_of(found)
    counted = None
    if row.state in {DisclosureState.PREPARED, DisclosureState.DECIDED}:
        with all_providers():
            counted = extent(wanted)
    fetches = tuple(
        FetchRow(what=one.what, at=one.at, by_name=one.by_name, patients=one.patients, digest=one.digest)
        for one in found.fetches.defer("who").order_by("-id")[:PAGE]
    )
    return DisclosurePage(
        row=row,
        extent=counted,
        free_text=wanted.free_text,
        fetches=fetches,
        decidable=row.state is DisclosureState.PREPARED and not is_preparer(actor, found),
    )


def _row(found: Disclosure) -> DisclosureRow:
    return DisclosureRow(
        number=found.id,
        wish=DisclosureWish(
            project=found.project,
            approval=Approval(found.approval),
            recipient_name=found.recipient_name,
            recipient_organisation=found.recipient_organisation,
            sub_registry=found.sub_registry,
            first_day=found.first_day,
            last_day=found.last_day,
            parts=frozenset(found.parts),
            full_dates=found.full_dates,
            dates_reason=found.dates_reason,
            clinics=found.clinics,
            reason=found.reason,
        ),
        state=DisclosureState(found.state),
        prepared_at=found.prepared_at,
        prepared_by_id=found.prepared_by_id,
        prepared_by_name=found.prepared_by_name,
        decided_at=found.decided_at,
        decided_by_name=found.decided_by_name,
        patients=found.patients,
        episodes=found.episodes,
        fetch_until=found.fetch_until,
        ended_at=found.ended_at,
        ended_by_name=found.ended_by_name,
    )
