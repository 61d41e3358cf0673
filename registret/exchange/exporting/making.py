"""A worker makes the files of exports: page by page, so that memory stays flat, and encrypted as they grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.queries.logins import at_work
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.exchange.exporting.archive import Archive, write_archive
from registret.exchange.exporting.orders import end_export, end_of_file, wish_of
from registret.exchange.kept_files import Purpose, destroy, keep
from registret.exchange.lifecycle import EXPORT_LIFE, ExportEnd, ExportState
from registret.exchange.models import Export
from registret.exchange.refusals import FileGone, FileTooLarge
from registret.kernel.by import By
from registret.records.queries.exports import ExportedEpisode, episodes_to_export, page_to_export
from registret.records.refusals import OptedOut
from registret.records.scope import provider_scope

KEPT_FOR: Final = timedelta(days=3)
"""Over a weekend."""
SILENT_FOR: Final = timedelta(minutes=2)
"""A worker that has told nothing for so long has stopped: it tells with every page, which takes a second."""
ATTEMPTS: Final = 3

_BY: Final = By.of_program("exports")


class _Overtaken(Exception):
    """The order was taken back, or another worker makes it."""


def make_next(*, clock: Callable[[], datetime] = timezone.now) -> bool:
    """By the clock: make the export that has waited longest; whether there was one.

    What stops a worker in the middle leaves nothing that can be read; another begins again, three times.
    """
    end_due(at=clock())
    claimed = _claimed(at=clock())
    if claimed is None:
        return False
    found, file_id = claimed
    try:
        _make(found, file_id, clock=clock)
    except (OptedOut, FileGone):
        # A patient has opted out meanwhile, and is not among the pages of the next attempt.
        Export.objects.filter(id=found.id, attempts=found.attempts).update(beat_at=None)
    except NotPermitted:
        _end(found, ExportEnd.RIGHT_ENDED, at=clock())
    except FileTooLarge:
        _end(found, ExportEnd.TOO_LARGE, at=clock())
    except _Overtaken:
        pass
    return True


def end_due(*, at: datetime) -> int:
    """End exports whose file was not fetched in time, or taken away; return how many."""
    ended = 0
    with transaction.atomic():
        ready = Export.objects.filter(state=ExportState.READY).filter(
            Q(file__ends_at__lte=at) | Q(file__gone_at__isnull=False)
        )
        for found in ready.select_for_update(of=("self",), skip_locked=True).select_related("file"):
            end_export(found, end_of_file(found, at=at) or ExportEnd.EXPIRED, by=_BY, at=at)
            ended += 1
    return ended


@transaction.atomic
def _claimed(*, at: datetime) -> tuple[Export, int] | None:
    """The export that this worker makes now, and the id of a kept file to make it in."""
    silent = Q(beat_at=None) | Q(beat_at__lt=at - SILENT_FOR)
    waiting = Export.objects.filter(Q(state=ExportState.ORDERED) | Q(silent, state=ExportState.MAKING))
    found = waiting.select_for_update(skip_locked=True).order_by("id").first()
    if found is None:
        return None
    if found.file_id is not None:
        destroy(found.file_id, at=at)
    if found.attempts == ATTEMPTS:
        end_export(found, ExportEnd.FAILED, by=_BY, at=at)
        return None
    file_id = keep(
        clinic_id=found.clinic_id, account_id=found.by_id, purpose=Purpose.EXPORT, ends_at=at + KEPT_FOR, at=at
    )
    found.file_id = file_id
    found.state = EXPORT_LIFE.after(ExportState(found.state), "start")
    found.attempts, found.beat_at, found.done = found.attempts + 1, at, 0
    found.save(update_fields=["file", "state", "attempts", "beat_at", "done"])
    return found, file_id


def _make(found: Export, file_id: int, *, clock: Callable[[], datetime]) -> None:
    """Raises: NotPermitted, OptedOut, FileGone, FileTooLarge, _Overtaken."""
    at = clock()
    actor = at_work(
        account_id=found.by_id, clinic_id=found.clinic_id, session_id=0, card_read_at=found.card_read_at, at=at
    )
    if actor is None:
        raise NotPermitted()
    run = _Run(found=found, actor=actor, clock=clock)
    archive = Archive(file_id=file_id, export=found.id, wish=wish_of(found), actor=actor, at=at)
    write_archive(archive, run.pages())
    _keep_on(found, clock=clock, state=ExportState.READY, who=sorted(run.who), patients=len(run.who))


@dataclass(kw_only=True)
class _Run:
    """`who`: the patients so far."""

    found: Export
    actor: Actor
    clock: Callable[[], datetime]
    who: set[int] = field(default_factory=set)

    def pages(self) -> Iterator[tuple[ExportedEpisode, ...]]:
        """Each in a transaction of its own. Raises: NotPermitted, _Overtaken."""
        wanted, after, done = wish_of(self.found).selection, 0, 0
        if wanted.sub_registry not in self.actor.seat.sub_registries_for(Permission.EXPORT):
            raise NotPermitted()
        with provider_scope(self.actor, Permission.EXPORT):
            total = episodes_to_export(self.actor, wanted).count()
        while True:
            _keep_on(self.found, clock=self.clock, total=total, done=done)
            with provider_scope(self.actor, Permission.EXPORT):
                page = page_to_export(self.actor, wanted, after=after)
            if not page:
                return
            self.who |= {episode.patient.id for episode in page}
            yield page
            after, done = page[-1].id, done + len(page)


def _keep_on(found: Export, *, clock: Callable[[], datetime], **told: object) -> None:
    """Tell how far it is. Raises: _Overtaken."""
    own = Export.objects.filter(id=found.id, state=ExportState.MAKING, attempts=found.attempts)
    if not own.update(beat_at=clock(), **told):
        raise _Overtaken


def _end(found: Export, why: ExportEnd, *, at: datetime) -> None:
    with transaction.atomic():
        own = Export.objects.select_for_update().filter(id=found.id, state=ExportState.MAKING, attempts=found.attempts)
        for one in own:
            end_export(one, why, by=_BY, at=at)
