"""What the log is told of files that are brought in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from registret.access.actor import Actor
from registret.exchange.importing.results import RowOutcome, RowResult
from registret.exchange.models import ImportRun
from registret.exchange.saved_mappings import SavedMapping
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.logged import log_each
from registret.records.refusals import OptedOut


def opted_out_in(results: Iterable[RowResult]) -> int:
    """How many rows are refused because the patient has opted out."""
    return sum(isinstance(fault.why, OptedOut) for row in results for fault in row.faults)


def log_file(
    *,
    by: By,
    account_id: int,
    saved: SavedMapping,
    clinic_id: int,
    counts: Mapping[RowOutcome, int],
    opted_out: int,
    is_saved: bool,
    as_a_whole: bool = False,
    at: datetime,
) -> None:
    """Tell what a file came to; of one that was brought in, for the clinic's list too. `account_id`: who asked."""
    by_name = {outcome.value: counts.get(outcome, 0) for outcome in RowOutcome}
    rows = sum(by_name.values())
    facts: dict[str, Fact] = {
        "number": saved.number,
        "rows": rows,
        "episodes": by_name["new"],
        "changed": by_name["changed"],
        "refused": by_name["refused"],
        "opted_out": opted_out,
    }
    event = Event.IMPORT_RUN if is_saved else Event.IMPORT_TRIED
    record(event=event, by=by, at=at, clinic_id=clinic_id, facts=_from_where(saved) | facts)
    if is_saved:
        ImportRun.objects.create(
            mapping_id=saved.id, at=at, by_id=account_id, as_a_whole=as_a_whole, rows=rows, **by_name
        )


def log_patients_met(
    actor: Actor, saved: SavedMapping, results: Iterable[RowResult], *, is_saved: bool, at: datetime
) -> None:
    """Tell of each patient whom rows met and of whom no other entry tells: what was done was rolled back."""
    told = [row for row in results if row.outcome is RowOutcome.REFUSED or not is_saved]
    met = {row.patient_id: _from_where(saved) for row in told if row.patient_id is not None}
    log_each(actor, Event.PATIENT_IMPORT_MET, list(met.items()), at=at)


def _from_where(saved: SavedMapping) -> dict[str, Fact]:
    return {"source": saved.source_system, "sub_registry": saved.sub_registry}
