"""Opt out again, after a backup was restored, those whom it brought back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.locks import lock_identities, lock_numbers
from registret.records.models import Leaving, Number, OptOut, TakenBack
from registret.records.numbers import PatientNumber
from registret.records.opt_out_marks import marks_of
from registret.records.patient_rights.blocking import block, destroy_all_of, numbers_of
from registret.records.patient_rights.mark_file import BlockedNumber
from registret.records.scope import all_providers, deletion_allowed, leaving_patients

REPLAYED: Final = "replay"

_PROGRAM: Final = "replay-opt-outs"


def came_back(kept: frozenset[BlockedNumber], taken_back: frozenset[BlockedNumber] = frozenset()) -> tuple[int, ...]:
    """Return the ids of patients who have opted out and are in the database again.

    Their number has a mark among `kept`, or in the database and not among `taken_back`. Patients who wait to be
    destroyed are not among them: a scheduled job does that.
    """
    known = set(OptOut.objects.values_list("mark", flat=True)) - {one.mark for one in taken_back}
    with all_providers():
        return _with_marks({one.mark for one in kept} | known)


def _with_marks(marks: set[str]) -> tuple[int, ...]:
    """Ids of patients one of whose numbers has one of the marks, among those that the transaction sees."""
    numbers = Number.objects.values_list("patient_id", "text", "kind").iterator()
    found = {id_ for id_, text, kind in numbers if not marks.isdisjoint(marks_of(PatientNumber(text, kind)))}
    return tuple(sorted(found))


@transaction.atomic
def _take_back_again(taken_back: frozenset[BlockedNumber], *, at: datetime) -> None:
    """Opt-outs that were taken back after the backup was made: it has them still, and the clock would destroy."""
    lock_identities()
    marks = {one.mark for one in taken_back}
    blocked = OptOut.objects.filter(mark__in=marks)
    TakenBack.objects.bulk_create(
        TakenBack(mark=one.mark, key=one.key, case_number=REPLAYED, at=at, by_account_id=None, by_name=_PROGRAM)
        for one in blocked
    )
    with deletion_allowed():
        blocked.delete()
    with leaving_patients():
        back = Leaving.objects.filter(patient_id__in=_with_marks(marks))
        patients = list(back.values_list("patient_id", flat=True))
        back.delete()
    for patient_id in patients:
        record(
            event=Event.PATIENT_OPT_OUT_TAKEN_BACK,
            by=By.of_program(_PROGRAM),
            at=at,
            about_patient_id=patient_id,
            facts={"case": REPLAYED},
        )


def replay(kept: frozenset[BlockedNumber], taken_back: frozenset[BlockedNumber] = frozenset(), *, at: datetime) -> int:
    """After a backup was restored: take back again what was taken back since, block again all marks of `kept` that it
    lacks, and destroy again the patients whom it brought back; return how many. One transaction for each."""
    by = By.of_program(_PROGRAM)
    _take_back_again(taken_back, at=at)
    _block_again(kept, at=at)
    done = 0
    for patient_id in came_back(kept):
        with transaction.atomic():
            lock_identities()
            with all_providers():
                numbers = numbers_of(patient_id)
                if not numbers:
                    continue  # another process was faster
                lock_numbers(*(number.text for number in numbers))
                destroyed = destroy_all_of(patient_id, by=by, at=at)
            block(numbers, case_number=REPLAYED, episodes=destroyed, by=by, at=at)
            facts: dict[str, Fact] = {"case": REPLAYED, "episodes": destroyed}
            record(event=Event.PATIENT_OPTED_OUT, by=by, at=at, about_patient_id=patient_id, facts=facts)
            done += 1
    return done


@transaction.atomic
def _block_again(kept: frozenset[BlockedNumber], *, at: datetime) -> None:
    # An opt-out at this moment writes marks too.
    lock_identities()
    OptOut.objects.bulk_create(
        [
            OptOut(mark=one.mark, key=one.key, case_number=REPLAYED, episodes=0, at=at, by_name=_PROGRAM)
            for one in sorted(kept, key=lambda one: one.mark)
        ],
        ignore_conflicts=True,
    )
