"""Fetch the file of an export: once."""

from __future__ import annotations

from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.roles import Permission
from registret.exchange.exporting.orders import end_export, end_of_file, lock_own
from registret.exchange.kept_files import destroy, parts_of
from registret.exchange.lifecycle import EXPORT_LIFE, ExportEnd, ExportState
from registret.exchange.models import Export
from registret.exchange.refusals import FileGone
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.records.queries.exports import are_all_there
from registret.records.scope import provider_scope


def fetch(*, actor: Actor, export: int, at: datetime) -> IO[bytes]:
    """Return the file of an own export at its beginning, and delete what is kept of it; the caller closes it.

    It is on disk, in a file without a name, when everything is logged: an interrupted download has left the registry
    too. Of two who fetch it at once, the second gets nothing.

    Raises: NotPermitted, NotFound, CardTooOld, NotPossible (it is not ready, or was fetched), FileGone.
    """
    check_card_age(actor, at=at)
    with provider_scope(actor, Permission.EXPORT):
        found = lock_own(actor, export)
        after = EXPORT_LIFE.after(ExportState(found.state), "fetch")
        file = _opened(actor, found, at=at)
        if file is not None:
            _note(actor, found, after, at=at)
    if file is None:
        raise FileGone()
    return file


def _opened(actor: Actor, found: Export, *, at: datetime) -> IO[bytes] | None:
    """The file, decrypted. None: it is gone, or may not be handed out any more, which is noted."""
    why = end_of_file(found, at=at)
    if why is None and not are_all_there(actor, found.who or []):
        why = ExportEnd.PATIENT_GONE
    if why is not None or found.file_id is None:
        end_export(found, why or ExportEnd.EXPIRED, by=actor.by, at=at)
        return None
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    try:
        for part in parts_of(found.file_id, at=at):
            file.write(part.content)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _note(actor: Actor, found: Export, after: ExportState, *, at: datetime) -> None:
    record(
        event=Event.EXPORT_FETCHED,
        by=actor.by,
        at=at,
        shown_patient_ids=found.who or [],
        clinic_id=found.clinic_id,
        facts={"export": found.id, "rows": found.done, "reason": found.reason},
    )
    found.state, found.ended_at, found.who = after, at, None
    found.save(update_fields=["state", "ended_at", "who"])
    if found.file_id is not None:
        destroy(found.file_id, at=at)
