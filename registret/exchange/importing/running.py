"""Bring a file in: tried first, which is the same act in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from registret.access.actor import Actor
from registret.exchange.importing.one_row import bring
from registret.exchange.importing.results import FileResult, RowOutcome, RowResult, Way, refused_twice
from registret.exchange.importing.telling import log_file, log_patients_met, opted_out_in
from registret.exchange.mappings.applying import MappedRow, apply
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.readers.table import SourceTable
from registret.exchange.refusals import TooManyAtOnce
from registret.exchange.saved_mappings import SavedMapping, usable
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
    mapping = usable(actor, wish.saved)
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
            yield refused_twice(row, lines[row.source_id])
            continue
        if row.source_id:
            lines[row.source_id] = row.line
        yield bring(actor=actor, mapping=mapping, row=row, at=at)


@transaction.atomic
def _log(actor: Actor, wish: ImportWish, result: FileResult, at: datetime) -> None:
    log_file(
        by=actor.by,
        account_id=actor.account_id,
        saved=wish.saved,
        clinic_id=clinic_of(actor),
        counts=result.counts,
        opted_out=opted_out_in(result.rows),
        is_saved=result.is_saved,
        as_a_whole=wish.way is Way.WHOLE,
        at=at,
    )
    log_patients_met(actor, wish.saved, result.rows, is_saved=result.is_saved, at=at)
