"""What a worker does of large files: some patients at a time, a transaction for each such batch.

A worker that dies leaves the batch undone, and another goes on with it. The batch is locked meanwhile, so of two
workers each takes other patients, of the same file or of another. The job is locked at the end of a batch only.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from registret.access.actor import Actor
from registret.access.queries.logins import at_work
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.exchange.importing.jobs import end
from registret.exchange.importing.kept_rows import KeptRow, content_of, head_of, note_of, rows_in, with_results
from registret.exchange.importing.one_row import bring
from registret.exchange.importing.results import RowResult, refused_twice
from registret.exchange.importing.telling import log_patients_met, opted_out_in
from registret.exchange.kept_files import FilePart, parts_of, replace_parts
from registret.exchange.mappings.applying import apply
from registret.exchange.mappings.reading import FormMapping, MappingBroken
from registret.exchange.models import ImportBatch, ImportJob
from registret.exchange.refusals import FileGone, MappingOutdated
from registret.exchange.saved_mappings import as_saved, usable
from registret.kernel.by import By
from registret.kernel.refused import Refused
from registret.ledger.services import gathered
from registret.records.scope import provider_scope

_ROUND: Final = timedelta(minutes=1)
_FAILED: Final = "request.failed"

_log = logging.getLogger(__name__)


def work_on_files(*, now: Callable[[], datetime]) -> int:
    """Go on with the files that wait, for a minute at most; return how many batches were done."""
    began_at, done = now(), 0
    while now() - began_at < _ROUND and work_on_one(at=now()):
        done += 1
    return done


def work_on_one(*, at: datetime) -> bool:
    """Do one batch of the file of which least is done, so that a small one need not wait for a large one. Return
    whether there was one."""
    is_gone = Q(job__file__ends_at__lte=at) | Q(job__file__gone_at__isnull=False)
    # A file that was stopped and is gone by now ends.
    waiting = ImportBatch.objects.select_related("job__mapping").filter(
        Q(job__stopped_at=None) | is_gone, job__ended_at=None
    )
    with transaction.atomic():
        locked = waiting.select_for_update(of=("self",), skip_locked=True)
        batch = locked.order_by("job__done", "job_id", "first").first()
        if batch is None:
            return False
        try:
            with transaction.atomic():
                _advance(batch, at)
        except OperationalError:
            # Another transaction was in the way: the same again later.
            raise
        except Exception as trouble:
            _give_up(batch, trouble, at)
    return True


def _give_up(batch: ImportBatch, trouble: Exception, at: datetime) -> None:
    """End a job whose file, mapping or right is gone. One that failed for another reason is stopped: a user can tell it
    to go on."""
    job = _locked(batch.job_id)
    if job.ended_at is not None:
        batch.delete()
        return
    if isinstance(trouble, (Refused, MappingBroken)):
        why = trouble.code if isinstance(trouble, Refused) else MappingOutdated.code
        end(job, by=By.of_program("import"), why=why, at=at)
        return
    _log.error("import job %s failed: %s", job.id, type(trouble).__name__)
    job.stopped_at, job.why = at, _FAILED
    job.save(update_fields=["stopped_at", "why"])


def _locked(job_id: int) -> ImportJob:
    """Locked until the end of the batch, which is near: before its file, and that before its parts."""
    return ImportJob.objects.select_related("mapping").select_for_update(of=("self",), no_key=True).get(id=job_id)


def _advance(batch: ImportBatch, at: datetime) -> None:
    """Raises: NotPermitted, NotOpenForEntry, ClosedForEntry, MappingOutdated, MappingBroken, FileGone."""
    asked = batch.job
    actor = _actor(asked, at)
    saved = as_saved(asked.mapping)
    mapping = usable(actor, saved)
    table = head_of(asked.file_id, at=at)
    parts = list(parts_of(asked.file_id, first=batch.first, most=batch.last - batch.first + 1, at=at))
    kept = {part.number: rows_in(table, mapping.form, part.content) for part in parts}
    done = _done(actor, mapping, kept, only_tried=asked.only_tried, at=at)
    job = _locked(batch.job_id)
    if job.ended_at is not None:
        # Removed meanwhile: nothing of the batch stays.
        raise FileGone()
    results = [row.result for rows in done.values() for row in rows if row.result is not None]
    _count(job, results, emptied=sum(not part.content for part in parts))
    log_patients_met(actor, saved, results, is_saved=not job.only_tried, at=at)
    replace_parts(
        job.file_id,
        [FilePart(number=n, content=content_of(table, rows), note=note_of(rows)) for n, rows in done.items() if rows],
    )
    batch.delete()
    job.done += len(parts)
    if job.done == job.parts:
        end(job, by=actor.by, why="", at=at)
    else:
        job.save()


def _done(
    actor: Actor, mapping: FormMapping, kept: Mapping[int, list[KeptRow]], *, only_tried: bool, at: datetime
) -> dict[int, list[KeptRow]]:
    """By part, its rows with what became of them."""
    # Seen as by the actor from the first row to the last: what a row asks says nothing of it again.
    with provider_scope(actor, Permission.REPORT), transaction.atomic(), gathered() as entries:
        done = {number: with_results(rows, list(_results(actor, mapping, rows, at))) for number, rows in kept.items()}
        if only_tried:
            connection.check_constraints()
            transaction.set_rollback(True)
            entries.clear()
    return done


def _actor(job: ImportJob, at: datetime) -> Actor:
    """Who asked for it, with the rights of this moment. Raises: NotPermitted."""
    actor = at_work(
        account_id=job.by_id,
        clinic_id=job.mapping.clinic_id,
        session_id=job.session_id,
        card_read_at=job.asked_at,
        at=at,
    )
    if actor is None:
        raise NotPermitted()
    return actor


def _results(actor: Actor, mapping: FormMapping, rows: list[KeptRow], at: datetime) -> Iterator[RowResult]:
    for row in rows:
        mapped = apply(mapping, row.source)
        if row.twice:
            yield refused_twice(mapped, row.twice)
        else:
            yield bring(actor=actor, mapping=mapping, row=mapped, at=at)


def _count(job: ImportJob, results: list[RowResult], *, emptied: int) -> None:
    counts = Counter(result.outcome.value for result in results)
    for name, number in counts.items():
        setattr(job, name, getattr(job, name) + number)
    job.refused += emptied
    job.opted_out += emptied + opted_out_in(results)
