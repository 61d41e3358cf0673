"""Bring a file in: tried first, which is the same act in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.exchange.importing.one_row import bring
from registret.exchange.importing.results import FileResult, RowFault, RowOutcome, RowResult, Way
from registret.exchange.mappings.applying import MappedRow, apply
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.models import ImportRun
from registret.exchange.readers.table import SourceTable
from registret.exchange.refusals import MappingOutdated, SourceIdTwice, TooManyAtOnce
from registret.exchange.saved_mappings import SavedMapping, understood
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.logged import log_each
from registret.records.refusals import OptedOut
from registret.records.reporting.inclusion import form_open_to
from registret.records.scope import clinic_of

MOST_AT_ONCE: Final = 100
"""Rows that are brought in while a person waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """A file, and how it is to be brought in. The table has the columns that the mapping expects."""

    saved: SavedMapping
    table: SourceTable
    way: Way


def run(*, actor: Actor, wish: ImportWish, at: datetime) -> FileResult:
    """Bring in the rows of a file, or only try to. Each patient whose data a row was held against in vain is logged.

    Raises: NotPermitted, NotOpenForEntry, ClosedForEntry, MappingOutdated, TooManyAtOnce, MappingBroken.
    """
    actor.require(Permission.IMPORT)
    mapping = understood(wish.saved)
    in_force = form_open_to(actor, mapping.form.code)
    if in_force.version != mapping.form.version:
        raise MappingOutdated(version=mapping.form.version)
    if len(wish.table.rows) > MOST_AT_ONCE:
        raise TooManyAtOnce(most=MOST_AT_ONCE)
    rows = [apply(mapping, row) for row in wish.table.rows]
    result = _by_row(actor, mapping, rows, at) if wish.way is Way.ROWS else _at_once(actor, mapping, rows, wish.way, at)
    _log(actor, wish, result, at)
    return result


def _by_row(actor: Actor, mapping: FormMapping, rows: Sequence[MappedRow], at: datetime) -> FileResult:
    """A transaction for each row."""
    return FileResult.of(tuple(_results(actor, mapping, rows, at)), is_saved=True)


def _at_once(actor: Actor, mapping: FormMapping, rows: Sequence[MappedRow], way: Way, at: datetime) -> FileResult:
    """One transaction, which is rolled back if it was only tried, or if a row is refused."""
    with transaction.atomic():
        results = tuple(_results(actor, mapping, rows, at))
        is_saved = way is Way.WHOLE and all(row.outcome is not RowOutcome.REFUSED for row in results)
        if not is_saved:
            # What a commit would have refused is refused here.
            connection.check_constraints()
            transaction.set_rollback(True)
    return FileResult.of(results, is_saved=is_saved)


def _results(actor: Actor, mapping: FormMapping, rows: Sequence[MappedRow], at: datetime) -> Iterator[RowResult]:
    lines: dict[str, int] = {}
    for row in rows:
        if row.source_id in lines:
            twice = RowFault(why=SourceIdTwice(line=lines[row.source_id]))
            yield RowResult(line=row.line, source_id=row.source_id, outcome=RowOutcome.REFUSED, faults=(twice,))
            continue
        if row.source_id:
            lines[row.source_id] = row.line
        yield bring(actor=actor, mapping=mapping, row=row, at=at)


@transaction.atomic
def _log(actor: Actor, wish: ImportWish, result: FileResult, at: datetime) -> None:
    """The file, and each patient whom its rows met and of whom no other entry tells: what was done was rolled back."""
    saved = wish.saved
    counts = {outcome.value: result.counts.get(outcome, 0) for outcome in RowOutcome}
    from_where: dict[str, Fact] = {"source": saved.source_system, "sub_registry": saved.sub_registry}
    facts: dict[str, Fact] = {
        "number": saved.number,
        "rows": len(result.rows),
        "episodes": counts["new"],
        "changed": counts["changed"],
        "refused": counts["refused"],
        "opted_out": sum(isinstance(fault.why, OptedOut) for row in result.rows for fault in row.faults),
    }
    event = Event.IMPORT_RUN if result.is_saved else Event.IMPORT_TRIED
    record(event=event, by=actor.by, at=at, clinic_id=clinic_of(actor), facts=from_where | facts)
    told = [row for row in result.rows if row.outcome is RowOutcome.REFUSED or not result.is_saved]
    met = {row.patient_id: from_where for row in told if row.patient_id is not None}
    log_each(actor, Event.PATIENT_IMPORT_MET, list(met.items()), at=at)
    if result.is_saved:
        ImportRun.objects.create(
            mapping_id=saved.id,
            at=at,
            by_id=actor.account_id,
            as_a_whole=wish.way is Way.WHOLE,
            rows=len(result.rows),
            **counts,
        )
