"""Files that record systems send: tried or brought in by a worker, each once, however often it is sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from registret.access.systems.assertions import System
from registret.exchange.importing.jobs import JobRow, keep_for_worker
from registret.exchange.importing.kept_rows import FAULTY, HEAD, KeptFileRows, head_of, rows_in
from registret.exchange.kept_files import parts_of
from registret.exchange.mappings.reading import FormMapping, MappingBroken
from registret.exchange.models import Delivery
from registret.exchange.readers.table import SourceTable
from registret.exchange.refusals import IdempotencyKeyReused, MappingUnknown
from registret.exchange.saved_mappings import SavedMapping, mappings_in_force, understood, usable
from registret.rate_limits.services import Limit, take

FILES_A_DAY: Final = Limit(what="system_files", most=300, per=timedelta(days=1))
PATIENTS_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file with the mapping that reads it, as `mapping_for` has found it. The table has the columns that the mapping
    expects. `key`: under which the system sends it once more if it got no answer."""

    saved: SavedMapping
    mapping: FormMapping
    content: bytes
    table: SourceTable
    only_tried: bool
    key: str


def mapping_for(system: System, sub_registry: str) -> tuple[SavedMapping, FormMapping]:
    """The mapping in force for what the system sends, as it was saved and as it is used.

    Raises: NotPermitted, NotOpenForEntry, ClosedForEntry, MappingOutdated, MappingUnknown.
    """
    name = system.source_system.casefold()
    for saved in mappings_in_force(system.actor):
        if saved.sub_registry == sub_registry and saved.source_system.casefold() == name:
            try:
                return saved, usable(system.actor, saved)
            except MappingBroken:
                break
    raise MappingUnknown()


def deliver(system: System, sent: SentFile, *, at: datetime) -> int:
    """Keep a file, to be tried or brought in by a worker; return its id. The same again is the same file.

    Raises: NotPermitted, IdempotencyKeyReused, TooMany, FileTooLarge.
    """
    actor = system.actor
    about = f"{sent.saved.sub_registry}\x1f{sent.only_tried}\x1f".encode()
    asked = {"by_id": actor.account_id, "key": hashlib.sha256(sent.key.encode()).digest()}
    said = hashlib.sha256(about + sent.content).digest()
    found = Delivery.objects.filter(**asked).first()
    if found is None:
        take(limit=FILES_A_DAY, subject=str(actor.account_id), at=at)
        with transaction.atomic():
            kept = keep_for_worker(
                actor=actor,
                saved=sent.saved,
                mapping=sent.mapping,
                table=sent.table,
                only_tried=sent.only_tried,
                at=at,
            )
            # Of two at once, the second waits here for the first, and takes back what it has kept.
            found, is_new = Delivery.objects.get_or_create(**asked, defaults={"said": said, "file_id": kept})
            transaction.set_rollback(not is_new)
    if bytes(found.said) != said:
        raise IdempotencyKeyReused()
    return found.file_id


def faulty_rows(job: JobRow, *, after: int = HEAD, at: datetime) -> tuple[KeptFileRows, int | None]:
    """Rows of which something is told, of some patients after part `after`; and after which part to go on, if there are
    more.

    Raises: FileGone, MappingBroken.
    """
    mapping, table = understood(job.saved), head_of(job.file, at=at)
    parts = list(parts_of(job.file, first=after + 1, most=PATIENTS_AT_ONCE + 1, note=FAULTY, at=at))
    page = parts[:PATIENTS_AT_ONCE]
    rows = tuple(row for part in page for row in rows_in(table, mapping.form, part.content))
    return KeptFileRows(mapping=mapping, table=table, rows=rows), page[-1].number if len(parts) > len(page) else None


def forget_old(*, at: datetime) -> int:
    """Delete the keys of files that are not kept any more; return how many."""
    return Delivery.objects.filter(file__ends_at__lte=at).delete()[0]
