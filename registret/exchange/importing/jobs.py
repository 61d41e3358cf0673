"""Large files: kept, tried by a worker, and then brought in by it. Users with the right to import see those of their
clinic, and may stop them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.exchange.importing.kept_rows import HEAD, KeptFileRows, head_of, parts_with, rows_in
from registret.exchange.importing.results import RowOutcome
from registret.exchange.importing.telling import log_file
from registret.exchange.kept_files import Purpose, add_parts, destroy, keep, parts_of
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.models import ImportBatch, ImportJob
from registret.exchange.readers.table import SourceTable
from registret.exchange.refusals import JobNotPossible
from registret.exchange.saved_mappings import SavedMapping, as_saved, understood, usable
from registret.kernel.by import By
from registret.kernel.sweden import day_of
from registret.rate_limits.services import Limit, take
from registret.records.scope import clinic_of

KEPT_FOR: Final = timedelta(days=7)
FILES_A_DAY: Final = Limit(what="import_files", most=30, per=timedelta(days=1))
PATIENTS: Final = 50
"""In a batch: who writes about one of them waits for it."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """How far a file has come. `is_running`: or waits for a worker. `why`: the code of the refusal that ended or
    stopped it; empty if none did."""

    file: int
    saved: SavedMapping
    by_account_id: int
    asked_at: datetime
    gone_at: datetime
    is_gone: bool
    only_tried: bool
    is_running: bool
    is_stopped: bool
    why: str
    done: int
    parts: int
    rows: int
    opted_out: int
    counts: dict[RowOutcome, int]

    @property
    def percent(self) -> int:
        return 100 * self.done // self.parts

    @property
    def can_be_brought_in(self) -> bool:
        """It has been tried to its end, and some of it can be brought in."""
        is_tried = self.only_tried and not self.is_running and not self.is_stopped and not self.is_gone
        return is_tried and self.done == self.parts and self.to_bring_in > 0

    @property
    def to_bring_in(self) -> int:
        return self.counts[RowOutcome.NEW] + self.counts[RowOutcome.CHANGED]


def keep_and_try(*, actor: Actor, saved: SavedMapping, table: SourceTable, at: datetime) -> int:
    """Keep a file, to be tried by a worker. Return its id. The table has the columns that the mapping expects.

    Raises: NotPermitted, NotOpenForEntry, ClosedForEntry, MappingOutdated, MappingBroken; TooMany, FileTooLarge.
    """
    mapping = usable(actor, saved)
    take(limit=FILES_A_DAY, subject=str(clinic_of(actor)), at=at)
    return keep_for_worker(actor=actor, saved=saved, mapping=mapping, table=table, only_tried=True, at=at)


@transaction.atomic
def keep_for_worker(
    *, actor: Actor, saved: SavedMapping, mapping: FormMapping, table: SourceTable, only_tried: bool, at: datetime
) -> int:
    """Keep a file, to be tried or brought in by a worker. Return its id. How often is for the caller to limit.

    `mapping`: what is `usable` of `saved`, for this actor.

    Raises: NotPermitted, FileTooLarge.
    """
    actor.require(Permission.IMPORT)
    file_id = keep(
        clinic_id=clinic_of(actor), account_id=actor.account_id, purpose=Purpose.IMPORT, ends_at=at + KEPT_FOR, at=at
    )
    parts = list(parts_with(mapping, table, today=day_of(at)))
    for first in range(0, len(parts), _AT_ONCE):
        add_parts(file_id, parts[first : first + _AT_ONCE])
    _ask(actor, file_id, saved.id, parts=parts[-1].number, rows=len(table.rows), only_tried=only_tried, at=at)
    return file_id


@transaction.atomic
def bring_in(*, actor: Actor, file: int, at: datetime) -> None:
    """Ask a worker to bring in the rows of a file that was tried, those that are right.

    Raises: NotPermitted, NotFound, JobNotPossible.
    """
    job = _locked(actor, file)
    if not _row(job, at).can_be_brought_in:
        raise JobNotPossible()
    _ask(actor, file, job.mapping_id, parts=job.parts, rows=job.rows, only_tried=False, at=at)


@transaction.atomic
def stop(*, actor: Actor, file: int, at: datetime) -> None:
    """Stop after the rows that are being brought in at this moment. Raises: NotPermitted, NotFound."""
    job = _locked(actor, file)
    if job.ended_at is None and job.stopped_at is None:
        job.stopped_at = at
        job.save(update_fields=["stopped_at"])


@transaction.atomic
def go_on(*, actor: Actor, file: int, at: datetime) -> None:
    """Go on with a file that was stopped, as the actor. Raises: NotPermitted, NotFound."""
    job = _locked(actor, file)
    if job.ended_at is None and job.stopped_at is not None:
        job.stopped_at, job.why = None, ""
        job.by_id, job.session_id = actor.account_id, actor.session_id
        job.save(update_fields=["stopped_at", "why", "by", "session_id"])


@transaction.atomic
def remove(*, actor: Actor, file: int, at: datetime) -> None:
    """Destroy a file before its time is over; what was brought in of it stays. Raises: NotPermitted, NotFound."""
    job = _locked(actor, file)
    if job.ended_at is None:
        end(job, by=actor.by, why="", at=at)
    destroy(file, at=at)


def job_of(*, actor: Actor, file: int, at: datetime) -> JobRow:
    """The newest job about a file of the actor's clinic. Raises: NotPermitted, NotFound."""
    found = _visible(actor).filter(file_id=file).order_by("-id").first()
    if found is None:
        raise NotFound()
    return _row(found, at)


def rows_of(job: JobRow, *, note: str | None = None, most: int | None = None, at: datetime) -> KeptFileRows:
    """The rows of a file, or those of them in parts with this note: of `most` patients.

    Raises: FileGone, MappingBroken.
    """
    mapping, table = understood(job.saved), head_of(job.file, at=at)
    parts = parts_of(job.file, first=HEAD + 1, most=most, note=note, at=at)
    rows = [row for part in parts for row in rows_in(table, mapping.form, part.content)]
    return KeptFileRows(mapping=mapping, table=table, rows=tuple(sorted(rows, key=lambda row: row.source.line)))


def kept_jobs(*, actor: Actor, before: int | None = None, most: int | None = None, at: datetime) -> tuple[JobRow, ...]:
    """Of each file that the actor sees and that is here, the newest job; the newest file first. `before`: this file.

    Raises: NotPermitted.
    """
    here = _visible(actor).filter(file__gone_at=None, file__ends_at__gt=at)
    if before is not None:
        here = here.filter(file_id__lt=before)
    return tuple(_row(job, at) for job in here.order_by("-file_id", "-id").distinct("file_id")[:most])


def end(job: ImportJob, *, by: By, why: str, at: datetime) -> None:
    """End a job, and tell what it came to. In the caller's transaction, with the job locked."""
    job.ended_at, job.stopped_at, job.why = at, None, why
    # A batch that a worker is at ends with it.
    left = job.batches.select_for_update(skip_locked=True).values_list("id", flat=True)
    job.batches.filter(id__in=list(left)).delete()
    if job.done == job.parts:
        # Of rows that were emptied meanwhile nobody knows how many they were.
        job.refused = job.rows - job.new - job.changed - job.unchanged
    job.save()
    log_file(
        by=by,
        account_id=job.by_id,
        saved=as_saved(job.mapping),
        clinic_id=job.mapping.clinic_id,
        counts=_counts(job),
        opted_out=job.opted_out,
        is_saved=not job.only_tried,
        at=at,
    )


def _ask(actor: Actor, file_id: int, mapping_id: int, *, parts: int, rows: int, only_tried: bool, at: datetime) -> None:
    job = ImportJob.objects.create(
        file_id=file_id,
        mapping_id=mapping_id,
        by_id=actor.account_id,
        session_id=actor.session_id,
        only_tried=only_tried,
        asked_at=at,
        parts=parts,
        rows=rows,
    )
    ImportBatch.objects.bulk_create(
        ImportBatch(job=job, first=first, last=min(first + PATIENTS - 1, parts))
        for first in range(HEAD + 1, parts + 1, PATIENTS)
    )


def _visible(actor: Actor) -> QuerySet[ImportJob]:
    """Those of the actor's clinic; a system sees its own files only."""
    actor.require(Permission.IMPORT)
    found = ImportJob.objects.filter(file__clinic_id=clinic_of(actor)).select_related("mapping", "file")
    return found.filter(file__by_id=actor.account_id) if actor.hsa_id.is_system else found


def _locked(actor: Actor, file: int) -> ImportJob:
    """The newest job about a file."""
    found = _visible(actor).select_for_update(of=("self",)).filter(file_id=file).order_by("-id").first()
    if found is None:
        raise NotFound()
    return found


def _counts(job: ImportJob) -> dict[RowOutcome, int]:
    return {outcome: getattr(job, outcome.value) for outcome in RowOutcome}


def _row(job: ImportJob, at: datetime) -> JobRow:
    return JobRow(
        file=job.file_id,
        saved=as_saved(job.mapping),
        by_account_id=job.by_id,
        asked_at=job.asked_at,
        gone_at=job.file.ends_at,
        is_gone=job.file.gone_at is not None or job.file.ends_at <= at,
        only_tried=job.only_tried,
        is_running=job.ended_at is None and job.stopped_at is None,
        is_stopped=job.stopped_at is not None,
        why=job.why,
        done=job.done,
        parts=job.parts,
        rows=job.rows,
        opted_out=job.opted_out,
        counts=_counts(job),
    )
