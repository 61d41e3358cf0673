"""Patienten har avböjt (L15): hidden and blocked at once, and destroyed a day later or when a second case handler
confirms; until then it can be taken back. And destroyed again, if a backup brings it back."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from registret.access.actor import Actor
from registret.access.applications.earlier_accounts import all_accounts_of
from registret.access.checks import check_card_age
from registret.kernel.by import By
from registret.ledger.services import record
from registret.records.cases import Case, take_case
from registret.records.locks import lock_identities, lock_numbers
from registret.records.models import DeletionTally, Episode, Leaving, Number, OptOut, Patient, TakenBack
from registret.records.numbers import PatientNumber
from registret.records.opt_out_marks import mark_of, marks_of
from registret.records.patient_rights.mark_file import Mark, MarksBroken, add_missing, kept_in
from registret.records.queries.patients import is_blocked, patient_id_of
from registret.records.refusals import NotAsShown, NothingLeaves, OptedOut, OwnOptOut
from registret.records.retention.deletion import destroy_episodes, destroy_patient
from registret.records.scope import all_providers, deletion_allowed, leaving_patients

_log = logging.getLogger(__name__)

TO_THINK_AGAIN: Final = timedelta(days=1)
"""So long an opt-out can be taken back, unless a second person confirms it before."""
REPLAYED: Final = "replay"
_CLOCK: Final = "destroy-left"
_PROGRAM: Final = "replay-opt-outs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingRow:
    """An opt-out that waits: under which case, since and until when, and whose."""

    case_number: str
    at: datetime
    due_at: datetime
    by_account_id: int
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOfMarks:
    """How it stands with the file beside the backups. `usable`: it can be written, and every line of it read.
    `lacking`: how many blocked numbers are not in it; `since`: when the first of them was blocked."""

    usable: bool
    lacking: int
    since: datetime | None


def opt_out(*, actor: Actor, case: Case, expected: str | None, at: datetime) -> int:
    """Hide all about the person, at all care providers, and block every number that the person has or had; return how
    many episodes are going to be destroyed. Who is not in the registry can opt out too: the number is blocked.

    It is only done to who was shown: `expected` is the system id, None if it was nobody.

    Raises: NotPermitted, TooMany, CardTooOld; OptedOut (that was done already); NotAsShown (it is somebody else now).
    """
    take_case(actor=actor, at=at)
    check_card_age(actor, at=at)
    with transaction.atomic():
        lock_identities()
        with all_providers():
            patient_id = patient_id_of(case.number)
            numbers = _numbers(patient_id) | {case.number}
            lock_numbers(*(number.text for number in numbers))
            if patient_id is None and is_blocked(case.number):
                raise OptedOut()
            now = Patient.objects.get(id=patient_id).system_id if patient_id is not None else None
            if now != expected:
                raise NotAsShown(patient=now or "")
            episodes = Episode.objects.filter(patient_id=patient_id).count() if patient_id is not None else 0
            if patient_id is not None:
                Leaving.objects.create(
                    patient_id=patient_id,
                    case_number=case.case_number.text,
                    at=at,
                    due_at=at + TO_THINK_AGAIN,
                    by_account_id=actor.account_id,
                    by_name=actor.name,
                )
        _block(
            numbers,
            case_number=case.case_number.text,
            episodes=episodes,
            by_account_id=actor.account_id,
            by_name=actor.name,
            at=at,
        )
        record(
            event="patient.opted_out",
            by=actor.by,
            at=at,
            about_patient_id=patient_id,
            facts={"case": case.case_number.text, "episodes": episodes},
        )
        transaction.on_commit(_write_at_once)
    return episodes


def confirm_opt_out(*, actor: Actor, case: Case, at: datetime) -> int:
    """Destroy at once who has opted out, as the second case handler; return how many episodes.

    Raises: NotPermitted, TooMany, CardTooOld; NothingLeaves (nobody of this number waits to be destroyed); OwnOptOut
        (the actor, under this or another account, was the first).
    """
    take_case(actor=actor, at=at)
    check_card_age(actor, at=at)
    with _held(case) as leaving:
        if leaving.by_account_id in all_accounts_of([actor.account_id]):
            raise OwnOptOut()
        return _let_go(leaving, by=actor.by, at=at)


def take_back(*, actor: Actor, case: Case, at: datetime) -> None:
    """Ångra: the patient is there again, and what this opt-out blocked is blocked no more. A number that an earlier one
    had blocked stays so: nobody has taken that back.

    Raises: NotPermitted, TooMany, CardTooOld; NothingLeaves (it is done, or nobody of this number has opted out).
    """
    take_case(actor=actor, at=at)
    check_card_age(actor, at=at)
    with _held(case) as leaving:
        if leaving.due_at <= at:
            raise NothingLeaves()
        marks_here = {mark for number in _numbers(leaving.patient_id) for mark in marks_of(number)}
        blocked = OptOut.objects.filter(mark__in=marks_here, case_number=leaving.case_number, at=leaving.at)
        TakenBack.objects.bulk_create(
            TakenBack(
                mark=one.mark,
                key=one.key,
                case_number=case.case_number.text,
                at=at,
                by_account_id=actor.account_id,
                by_name=actor.name,
            )
            for one in blocked
        )
        with deletion_allowed():
            blocked.delete()
        Leaving.objects.filter(id=leaving.id).delete()
        record(
            event="patient.opt_out_taken_back",
            by=actor.by,
            at=at,
            about_patient_id=leaving.patient_id,
            facts={"case": case.case_number.text},
        )
        transaction.on_commit(_write_at_once)


def destroy_left(*, at: datetime) -> int:
    """By the clock: destroy those whose day has passed; return how many patients. One transaction for each."""
    done = 0
    for patient_id in Leaving.objects.filter(due_at__lte=at).order_by("id").values_list("patient_id", flat=True):
        with transaction.atomic():
            lock_identities()
            with leaving_patients():
                # Another process, or a second person, may have been faster.
                leaving = Leaving.objects.filter(patient_id=patient_id, due_at__lte=at).first()
                if leaving is not None:
                    _let_go(leaving, by=By.of_program(_CLOCK), at=at)
                    done += 1
    return done


def leaving_under(number: PatientNumber) -> LeavingRow | None:
    """Whether the patient of this number has opted out and is not destroyed yet; nothing of who it is."""
    with leaving_patients():
        patient_id = patient_id_of(number)
        found = Leaving.objects.filter(patient_id=patient_id).first() if patient_id is not None else None
    if found is None:
        return None
    return LeavingRow(
        case_number=found.case_number,
        at=found.at,
        due_at=found.due_at,
        by_account_id=found.by_account_id,
        by_name=found.by_name,
    )


@contextmanager
def _held(case: Case) -> Iterator[Leaving]:
    """Who waits to be destroyed, in a transaction that sees them, with identities and numbers held.

    Raises: NothingLeaves.
    """
    with transaction.atomic():
        lock_identities()
        with leaving_patients():
            patient_id = patient_id_of(case.number)
            found = Leaving.objects.filter(patient_id=patient_id).first() if patient_id is not None else None
            if found is None:
                raise NothingLeaves()
            lock_numbers(*(number.text for number in _numbers(found.patient_id)))
            yield found


def _let_go(leaving: Leaving, *, by: By, at: datetime) -> int:
    """Inside `leaving_patients`, with identities held."""
    patient_id, facts = leaving.patient_id, {"case": leaving.case_number}
    destroyed = _destroy(patient_id, by=by, at=at)
    record(
        event="patient.destroyed",
        by=by,
        at=at,
        about_patient_id=patient_id,
        facts={**facts, "episodes": destroyed},
    )
    return destroyed


def marks() -> Iterator[Mark]:
    """All that are blocked, oldest first: what is kept beside the backups."""
    for mark, key in OptOut.objects.order_by("id").values_list("mark", "key").iterator():
        yield Mark(mark, key)


def _taken_back() -> Iterator[Mark]:
    for mark, key in TakenBack.objects.values_list("mark", "key").iterator():
        yield Mark(mark, key)


def write_marks() -> int:
    """Adds all that the file beside the backups lacks, if there is such a file; answers how many.

    Raises: OSError (it cannot be written); MarksBroken (all are there, and also a line that is no mark).
    """
    if settings.OPT_OUT_FILE is None:
        return 0
    return add_missing(settings.OPT_OUT_FILE, marks(), _taken_back())


def file_of_marks() -> FileOfMarks | None:
    """How it stands with the file, as this process reaches it; None: none is set."""
    if settings.OPT_OUT_FILE is None:
        return None
    try:
        kept = kept_in(settings.OPT_OUT_FILE)
    except OSError:
        kept = None
    known = kept.marks if kept else frozenset()
    all_of_them = OptOut.objects.order_by("at", "id").values_list("mark", "key", "at")
    lacking = [at for mark, key, at in all_of_them if Mark(mark, key) not in known]
    return FileOfMarks(
        usable=kept is not None and kept.broken is None,
        lacking=len(lacking),
        since=lacking[0] if lacking else None,
    )


def came_back(kept: frozenset[Mark], taken_back: frozenset[Mark] = frozenset()) -> tuple[int, ...]:
    """Ids of patients who have opted out and are here: their number has a mark among `kept`, or in the database and not
    among `taken_back`. Of those who wait to be destroyed the clock takes care."""
    known = set(OptOut.objects.values_list("mark", flat=True)) - {one.mark for one in taken_back}
    with all_providers():
        return _with_marks({one.mark for one in kept} | known)


def _with_marks(marks: set[str]) -> tuple[int, ...]:
    """Ids of patients one of whose numbers has one of the marks, among those that the transaction sees."""
    numbers = Number.objects.values_list("patient_id", "text", "kind").iterator()
    found = {id_ for id_, text, kind in numbers if not marks.isdisjoint(marks_of(PatientNumber(text, kind)))}
    return tuple(sorted(found))


@transaction.atomic
def _take_back_again(taken_back: frozenset[Mark], *, at: datetime) -> None:
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
            event="patient.opt_out_taken_back",
            by=By.of_program(_PROGRAM),
            at=at,
            about_patient_id=patient_id,
            facts={"case": REPLAYED},
        )


def replay(kept: frozenset[Mark], taken_back: frozenset[Mark] = frozenset(), *, at: datetime) -> int:
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
                numbers = _numbers(patient_id)
                if not numbers:
                    continue  # another process was faster
                lock_numbers(*(number.text for number in numbers))
                destroyed = _destroy(patient_id, by=by, at=at)
            _block(numbers, case_number=REPLAYED, episodes=destroyed, by_account_id=None, by_name=_PROGRAM, at=at)
            facts: dict[str, str | int | bool | None] = {"case": REPLAYED, "episodes": destroyed}
            record(event="patient.opted_out", by=by, at=at, about_patient_id=patient_id, facts=facts)
            done += 1
    return done


def _numbers(patient_id: int | None) -> set[PatientNumber]:
    if patient_id is None:
        return set()
    found = Number.objects.filter(patient_id=patient_id).values_list("text", "kind")
    return {PatientNumber(text, kind) for text, kind in found}


def _destroy(patient_id: int, *, by: By, at: datetime) -> int:
    """Inside `all_providers` (or `leaving_patients`), with identities and numbers held."""
    episodes = list(Episode.objects.filter(patient_id=patient_id).values_list("id", flat=True))
    gone = destroy_episodes(episodes, why=DeletionTally.Why.OPTED_OUT, by=by, at=at)
    destroy_patient(patient_id)
    return sum(gone.values())


def _block(
    numbers: Iterable[PatientNumber],
    *,
    case_number: str,
    episodes: int,
    by_account_id: int | None,
    by_name: str,
    at: datetime,
) -> None:
    """Under the key of today, those that are not blocked yet."""
    OptOut.objects.bulk_create(
        OptOut(
            mark=mark,
            key=key,
            case_number=case_number,
            episodes=episodes,
            at=at,
            by_account_id=by_account_id,
            by_name=by_name,
        )
        for key, mark in map(mark_of, (number for number in numbers if not is_blocked(number)))
    )


@transaction.atomic
def _block_again(kept: frozenset[Mark], *, at: datetime) -> None:
    # Whoever opts out at this moment writes marks too.
    lock_identities()
    OptOut.objects.bulk_create(
        [
            OptOut(mark=one.mark, key=one.key, case_number=REPLAYED, episodes=0, at=at, by_name=_PROGRAM)
            for one in sorted(kept, key=lambda one: one.mark)
        ],
        ignore_conflicts=True,
    )


def _write_at_once() -> None:
    """The opt-out holds also if the file does not: a worker tries again until it does."""
    try:
        write_marks()
    except (OSError, MarksBroken) as trouble:
        _log.error("REGISTRET_OPT_OUT_FILE: %s", trouble)
