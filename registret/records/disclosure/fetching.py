"""Fetch the file of a disclosure that was decided. What leaves the registry is pseudonymised."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BufferedRandom
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Final

from django.db import OperationalError, connection
from django.db.models import Max, Min
from psycopg.errors import SerializationFailure

from registret.access.actor import Actor
from registret.access.checks import check_card_age, existing
from registret.access.roles import Permission
from registret.kernel.by import By
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.ledger.services import NewEntry, record_many
from registret.rate_limits.services import Limit, take
from registret.records.disclosure.file import Heading, write
from registret.records.disclosure.scope import log_disclosure, pseudonyms_of, selection_of
from registret.records.disclosure.selection import Selection, extent, signed
from registret.records.lifecycle import DisclosureState
from registret.records.models import Disclosure, DisclosureFetch
from registret.records.refusals import DisclosureClosed, NotDecided
from registret.records.scope import snapshot_of_all

FETCHES_PER_PERSON: Final = Limit(what="disclosure_files", most=20, per=timedelta(hours=1))
"""Each makes a file and an entry for each patient in it. A file that was lost on the way is fetched a few times."""

_BATCH: Final = 500


def fetch(*, actor: Actor, number: int, at: datetime) -> IO[bytes]:
    """Return the file of a decided disclosure, at its beginning; the caller closes it. Call it outside a transaction.

    It is written to disk, in a file without a name, and returned when everything is logged: an interrupted download
    has left the registry too.

    A case handler who closes the disclosure meanwhile waits until the file is written.

    Raises: NotPermitted, NotFound, CardTooOld, NotDecided, DisclosureClosed (also a moment ago), ResearchKeyMissing,
        TooMany.
    """
    actor.require(Permission.HANDLE_CASES)
    check_card_age(actor, at=at)
    _fetchable(number, at=at)
    take(limit=FETCHES_PER_PERSON, subject=str(actor.account_id), at=at)
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    try:
        with snapshot_of_all():
            _keep_open(number)
            _disclose(_fetchable(number, at=at), file, actor=actor, at=at)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _disclose(found: Disclosure, file: BufferedRandom, *, actor: Actor, at: datetime) -> None:
    """Write the file, and log it, also for each patient in it. Inside `snapshot_of_all`."""
    wanted, pseudonyms = selection_of(found), pseudonyms_of(found)
    counted = extent(wanted)
    clinics = _patients(wanted)
    log_each_patient(clinics, Event.PATIENT_DISCLOSED, found.id, by=actor.by, at=at)
    write(file, selection=wanted, heading=_heading(found), pseudonyms=pseudonyms, found=counted, at=at)
    file.seek(0)
    DisclosureFetch.objects.create(
        disclosure=found,
        what=DisclosureFetch.What.FILE,
        patients=counted.patients,
        who=list(clinics),
        digest=hashlib.file_digest(file, "sha256").hexdigest(),
        at=at,
        by_account_id=actor.account_id,
        by_name=actor.name,
    )
    sizes = {"patients": counted.patients, "episodes": counted.episodes}
    log_disclosure(Event.DISCLOSURE_FETCHED, found, by=actor.by, at=at, **sizes)


def _fetchable(number: int, *, at: datetime) -> Disclosure:
    """Raises: NotFound, NotDecided, DisclosureClosed."""
    found = existing(Disclosure.objects.filter(id=number).first())
    if found.fetch_until is None:
        raise NotDecided()
    # The scheduled job that closes it may be late.
    if found.state != DisclosureState.DECIDED or found.fetch_until < day_of(at):
        raise DisclosureClosed()
    return found


def _keep_open(number: int) -> None:
    """Keep the disclosure from being closed until this transaction ends. Must be the first query of its snapshot.

    Raises: DisclosureClosed (since the snapshot was taken).
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM records_disclosure WHERE id = %s FOR SHARE", [number])
    except OperationalError as trouble:
        # Closing is the only change that a decided disclosure can still undergo.
        if isinstance(trouble.__cause__, SerializationFailure):
            raise DisclosureClosed() from None
        raise


def _patients(wanted: Selection) -> dict[int, int | None]:
    """Return the patients, each with the clinic that has all of its steps, or None if they are several."""
    found = signed(wanted).order_by("episode__patient_id").values_list("episode__patient_id")
    each = found.annotate(Min("clinic_id"), Max("clinic_id"))
    return {patient: first if first == last else None for patient, first, last in each.iterator(chunk_size=_BATCH)}


def log_each_patient(clinics: Mapping[int, int | None], event: Event, number: int, *, by: By, at: datetime) -> None:
    each = iter(clinics.items())
    while batch := list(islice(each, _BATCH)):
        entries = [
            NewEntry(event=event, about_patient_id=patient, clinic_id=clinic, facts={"disclosure": number})
            for patient, clinic in batch
        ]
        record_many(entries=entries, by=by, at=at)


def _heading(found: Disclosure) -> Heading:
    return Heading(
        number=found.id,
        project=found.project,
        approval=found.approval,
        recipient_name=found.recipient_name,
        recipient_organisation=found.recipient_organisation,
        prepared_by=found.prepared_by_name,
        decided_by=found.decided_by_name,
        decided_at=found.decided_at,
    )
