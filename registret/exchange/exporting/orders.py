"""Exports as pages show them, and what all acts on one have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.accounts.queries import accounts_by_id
from registret.exchange.exporting.wishes import ExportFormat, ExportWish, RowFor, ShownAs
from registret.exchange.kept_files import destroy
from registret.exchange.lifecycle import EXPORT_LIFE, ExportEnd, ExportState
from registret.exchange.models import Export
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.records.queries.exports import ExportSelection
from registret.records.scope import clinic_of

SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    """`state`: ENDED as soon as the file is gone, also if no worker has noted it yet. `total`: None until a worker has
    counted. `fetch_until`: None if there is nothing to fetch. `is_own`: ordered by the reader."""

    id: int
    wish: ExportWish
    state: ExportState
    end: ExportEnd | None
    at: datetime
    by_name: str
    done: int
    total: int | None
    patients: int | None
    fetch_until: datetime | None
    is_own: bool


def newest_exports(actor: Actor, *, at: datetime) -> tuple[ExportRow, ...]:
    """The last ones of the actor's clinic. Raises: NotPermitted."""
    actor.require(Permission.EXPORT)
    found = list(Export.objects.filter(clinic_id=clinic_of(actor)).select_related("file").order_by("-id")[:SHOWN])
    names = {number: one.name for number, one in accounts_by_id(account_ids=[one.by_id for one in found]).items()}
    return tuple(_row(one, names.get(one.by_id, ""), actor, at) for one in found)


def own_export(actor: Actor, export: int, *, at: datetime) -> ExportRow:
    """One that the actor has ordered where they sit now. Raises: NotPermitted, NotFound."""
    actor.require(Permission.EXPORT)
    own = Export.objects.filter(id=export, clinic_id=clinic_of(actor), by_id=actor.account_id)
    return _row(existing(own.select_related("file").first()), actor.name, actor, at)


def lock_own(actor: Actor, export: int) -> Export:
    """An export that the actor has ordered where they sit now, locked. Raises: NotPermitted, NotFound."""
    actor.require(Permission.EXPORT)
    own = Export.objects.filter(id=export, clinic_id=clinic_of(actor), by_id=actor.account_id)
    return existing(own.select_for_update().first())


def end_export(found: Export, why: ExportEnd, *, by: By, at: datetime) -> None:
    """There is no file, or none any more. `found`: locked. Raises: NotPossible (it is over)."""
    found.state = EXPORT_LIFE.after(ExportState(found.state), "end")
    found.end, found.ended_at, found.who = why, at, None
    found.save(update_fields=["state", "end", "ended_at", "who"])
    if found.file_id is not None:
        destroy(found.file_id, at=at)
    facts = {"export": found.id, "why": why.value}
    record(event=Event.EXPORT_ENDED, by=by, at=at, clinic_id=found.clinic_id, facts=facts)


def end_of_file(found: Export, *, at: datetime) -> ExportEnd | None:
    """Why the file of an export that is ready is gone; None if it is there."""
    if found.file is None or found.file.gone_at is None:
        return ExportEnd.EXPIRED if found.file is None or found.file.ends_at <= at else None
    return ExportEnd.PATIENT_GONE if found.file.gone_at < found.file.ends_at else ExportEnd.EXPIRED


def wish_of(found: Export) -> ExportWish:
    selection = ExportSelection(sub_registry=found.sub_registry, first_day=found.first_day, last_day=found.last_day)
    return ExportWish(
        selection=selection,
        format=ExportFormat(found.format),
        shown_as=ShownAs(found.shown_as),
        row_for=RowFor(found.row_for),
        reason=found.reason,
    )


def _row(found: Export, by_name: str, actor: Actor, at: datetime) -> ExportRow:
    state, why = ExportState(found.state), ExportEnd(found.end) if found.end else None
    gone = end_of_file(found, at=at) if state is ExportState.READY else None
    is_there = state is ExportState.READY and gone is None
    return ExportRow(
        id=found.id,
        wish=wish_of(found),
        state=ExportState.ENDED if gone else state,
        end=gone or why,
        at=found.at,
        by_name=by_name,
        done=found.done,
        total=found.total,
        patients=found.patients,
        fetch_until=found.file.ends_at if is_there and found.file is not None else None,
        is_own=found.by_id == actor.account_id,
    )
