"""Reading the log is itself an event of the log: no entry, no reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.kernel.identifiers import HsaId
from registret.ledger import exporting
from registret.ledger.events import Event
from registret.ledger.queries import EntryPage, Wanted, entries
from registret.ledger.services import Fact, record
from registret.oversight.openings import opening
from registret.oversight.queries import EntriesPage, ReviewRow, entries_of, review_for
from registret.records.identity.known_as import ids_in_the_log, system_ids

# So few that a page is a few screens of a telephone.
_ROWS = 20


@transaction.atomic
def read_log(
    *, wanted: Wanted, patient: str, told: Mapping[str, str], before: int | None, actor: Actor, at: datetime
) -> EntryPage:
    """A page of the log, newest first, of one patient if `patient` is a system id; the question, as `told`, is in the
    log afterwards, with the number of the entry that says why.

    Raises: NotPermitted, LogReasonNeeded.
    """
    why = opening(actor=actor, at=at)
    wanted = _about(wanted, patient, actor)
    page = entries(wanted=wanted, before=before, size=_ROWS)
    patient_id, known = _of_whom(wanted)
    record(
        event=Event.LOG_READ,
        by=actor.by,
        at=at,
        about_hsa_id=HsaId(wanted.hsa_id),
        about_patient_id=patient_id,
        facts={**told, **known, "below": before, "rows": len(page.rows), "opening": why},
    )
    return page


@transaction.atomic
def read_review(*, review_id: int, page: int = 1, actor: Actor, at: datetime) -> tuple[ReviewRow, EntriesPage]:
    """A review with a page of its entries; that it was read is in the log afterwards.

    Raises: NotFound, NotPermitted.
    """
    review = review_for(actor=actor, review_id=review_id)
    found = entries_of(review, page=page)
    record(
        event=Event.REVIEW_READ,
        by=actor.by,
        at=at,
        about_account_id=review.about_account_id,
        about_patient_id=review.about_patient_id,
        facts={"review": review_id, "rows": len(found.entries)},
    )
    return review, found


def export_log(
    *, wanted: Wanted, patient: str, told: Mapping[str, str], form: str, actor: Actor, at: datetime
) -> Iterator[bytes]:
    """The log as a file (`jsonl`, `csv` or `seals`), in a stream. The log has an entry before it begins.

    Raises: NotPermitted, LogReasonNeeded.
    """
    why = opening(actor=actor, at=at)
    wanted = _about(wanted, patient, actor)
    count, last = exporting.extent(wanted)
    patient_id, known = _of_whom(wanted)
    facts: dict[str, Fact] = {**told, **known, "form": form, "rows": count, "opening": why}
    whom, by = HsaId(wanted.hsa_id), actor.by
    record(event=Event.LOG_EXPORTED, by=by, at=at, about_hsa_id=whom, about_patient_id=patient_id, facts=facts)
    if form == "jsonl":
        return exporting.jsonl(wanted=wanted, last=last)
    if form == "csv":
        return exporting.table(
            wanted=wanted, last=last, system_ids=lambda ids: system_ids(actor=actor, patient_ids=ids)
        )
    return exporting.seals()


def _about(wanted: Wanted, patient: str, actor: Actor) -> Wanted:
    if not patient:
        return wanted
    return replace(wanted, patient_ids=ids_in_the_log(actor=actor, system_id=patient))


def _of_whom(wanted: Wanted) -> tuple[int | None, dict[str, Fact]]:
    """What the log keeps of the patient who was asked for: the id, or that there was nobody.

    A system id beside that id would say who it was after the patient is destroyed.
    """
    if wanted.patient_ids == ():
        return None, {"patient_known": False}
    return wanted.patient_ids[0] if wanted.patient_ids else None, {}
