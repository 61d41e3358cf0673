"""Merge two patients who are one person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.ledger.events import Event
from registret.records.deaths import lock_patients, settle
from registret.records.identity.checks import Said, check_pair, patient_unless_same
from registret.records.identity.renumbering import give_up_number
from registret.records.logged import log_patient
from registret.records.models import Episode, Merge, Number, Patient
from registret.records.numbers import PatientNumber
from registret.records.queries.patients import is_blocked, patient_id_of
from registret.records.refusals import NotAsShown, NothingToMerge, OptedOut
from registret.records.rows import PatientRow
from registret.records.scope import all_providers, deletion_allowed


def merge(
    *,
    actor: Actor,
    patient: str,
    number: PatientNumber,
    expected: Collection[str],
    reason: str,
    mistaken: bool = False,
    at: datetime,
) -> str:
    """Merge the patient and the one who has or had this number, and return the system id of the one that remains.

    See `join`. Only if the actor sees all records of both, for a merge cannot be undone. `expected`: system ids of the
    two that were shown. A refusal that shows another patient is logged about that patient.

    Raises: NotFound, NotPermitted, ReasonNeeded (of either), AlsoElsewhere, TakenElsewhere (or opted out);
        NothingToMerge (no other patient has the number); NotTheSame (two official numbers with different birth dates);
        NotAsShown (the two are not those that were expected); ValueError (no reason).
    """
    said = Said(actor=actor, reason=reason)
    with transaction.atomic():
        mine, _, refusal = check_pair(actor, patient, number, at=at)
        if refusal is None:
            with all_providers():
                other = other_of(mine, number)
                if is_as_shown(mine, other, expected):
                    return join(mine, other, mistaken=mistaken, said=said, at=at)
            refusal = NotAsShown(patient=other.system_id)
    raise refusal


def other_of(mine: PatientRow, number: PatientNumber) -> PatientRow:
    """Who else has or had the number. For acts of this room, inside `all_providers`.

    Raises: OptedOut, NothingToMerge.
    """
    other = patient_unless_same(mine, patient_id_of(number))
    if other is None:
        raise OptedOut() if is_blocked(number) else NothingToMerge()
    return other


def is_as_shown(mine: PatientRow, other: PatientRow, expected: Collection[str]) -> bool:
    """Return whether these two are the patients that the actor was shown, by their system ids."""
    return {mine.system_id, other.system_id} == set(expected)


def join(mine: PatientRow, other: PatientRow, *, mistaken: bool, said: Said, at: datetime) -> str:
    """Merge two patients and return the system id of the one that remains.

    For acts of this room, with identities and all numbers locked, inside `all_providers`.

    A patient of a personnummer or samordningsnummer remains before one of a reserve number, else `other`. Episodes,
    numbers and traces of the other move there; the number of `mine` does not if it was `mistaken`. The trace says who
    was merged, when, by whom and why; it is destroyed with the patient, so the log does not repeat the reason.
    """
    backwards = other.number.is_reserve and not mine.number.is_reserve and not mistaken
    stays, goes = (mine, other) if backwards else (other, mine)
    lock_patients([stays.id, goes.id])
    moved = Episode.objects.filter(patient_id=goes.id).update(patient_id=stays.id)
    give_up_number(goes, mistaken=mistaken, at=at)
    Number.objects.filter(patient_id=goes.id).update(patient_id=stays.id)
    _hand_over(goes, stays)
    _leave_trace(goes, stays, said, at=at)
    Patient.objects.filter(id=goes.id).delete()
    settle(stays.id, by=said.actor.by, at=at)
    # Logged about both, so that an extract of either has it.
    for one in (stays, goes):
        facts = {"episodes": moved, "mistaken": mistaken, "case": said.case_number}
        log_patient(said.actor, Event.PATIENT_MERGED, one.id, at, **facts)
    return stays.system_id


def _leave_trace(goes: PatientRow, stays: PatientRow, said: Said, *, at: datetime) -> None:
    Merge.objects.create(
        patient_id=stays.id,
        gone=goes.system_id,
        gone_id=goes.id,
        at=at,
        by_account_id=said.actor.account_id,
        by_name=said.actor.name,
        reason=said.reason.strip(),
    )


def _hand_over(goes: PatientRow, stays: PatientRow) -> None:
    """Earlier traces, protection and death go along. A trace is not rewritten: it is written anew, as it was."""
    earlier = list(Merge.objects.filter(patient_id=goes.id))
    with deletion_allowed():
        Merge.objects.filter(patient_id=goes.id).delete()
    for trace in earlier:
        trace.id, trace.patient_id = None, stays.id
    Merge.objects.bulk_create(earlier)
    row = Patient.objects.select_for_update().get(id=stays.id)
    row.is_protected = stays.is_protected or goes.is_protected
    if row.died_on is None and goes.died_on is not None and goes.died_on >= row.birth_date:
        row.died_on = goes.died_on
    row.save(update_fields=["is_protected", "died_on"])
