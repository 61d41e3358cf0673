"""A patient opts out (patienten har avböjt): hidden and blocked at once, destroyed a day later.

A second case handler can confirm, so that it is destroyed at once. Until then it can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.applications.earlier_accounts import all_accounts_of
from registret.access.checks import check_card_age
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.cases import Case, take_case
from registret.records.deaths import lock_patients
from registret.records.locks import lock_identities, lock_numbers
from registret.records.models import Episode, Leaving, OptOut, Patient, TakenBack
from registret.records.numbers import PatientNumber
from registret.records.opt_out_marks import marks_of
from registret.records.patient_rights.blocking import block, destroy_all_of, numbers_of
from registret.records.patient_rights.kept_marks import write_marks_at_once
from registret.records.proposals.forgetting import forget_waiting
from registret.records.queries.patients import is_blocked, patient_id_of
from registret.records.refusals import NotAsShown, NothingLeaves, OptedOut, OwnOptOut
from registret.records.scope import all_providers, deletion_allowed, leaving_patients

TO_THINK_AGAIN: Final = timedelta(days=1)
"""How long an opt-out can be taken back, unless a second person confirms it before."""

_CLOCK: Final = "destroy-left"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingRow:
    """An opt-out that can still be taken back."""

    case_number: str
    at: datetime
    due_at: datetime
    by_account_id: int
    by_name: str


def opt_out(*, actor: Actor, case: Case, expected: str | None, at: datetime) -> int:
    """Hide all about the person, at all care providers, and block every number that the person has or had; return how
    many episodes are going to be destroyed. Who is not in the registry can opt out too: the number is blocked.

    It is only done to who was shown: `expected` is the system id, None if it was nobody.

    Raises: NotPermitted, TooMany, CardTooOld; OptedOut (that was done already); NotAsShown (it is another person now).
    """
    take_case(actor=actor, at=at)
    check_card_age(actor, at=at)
    with transaction.atomic():
        lock_identities()
        with all_providers():
            patient_id = patient_id_of(case.number)
            numbers = numbers_of(patient_id) | {case.number}
            lock_numbers(*(number.text for number in numbers))
            _check_as_shown(patient_id, case.number, expected=expected)
            episodes = _hide(patient_id, case, actor=actor, at=at) if patient_id is not None else 0
        block(numbers, case_number=case.case_number.text, episodes=episodes, by=actor.by, at=at)
        facts: dict[str, Fact] = {"case": case.case_number.text, "episodes": episodes}
        record(event=Event.PATIENT_OPTED_OUT, by=actor.by, at=at, about_patient_id=patient_id, facts=facts)
        transaction.on_commit(write_marks_at_once)
    return episodes


def _check_as_shown(patient_id: int | None, number: PatientNumber, *, expected: str | None) -> None:
    """Raises: OptedOut, NotAsShown."""
    if patient_id is None and is_blocked(number):
        raise OptedOut()
    now = Patient.objects.get(id=patient_id).system_id if patient_id is not None else None
    if now != expected:
        raise NotAsShown(patient=now or "")


def _hide(patient_id: int, case: Case, *, actor: Actor, at: datetime) -> int:
    """Return how many episodes are hidden with the patient."""
    # Who is writing is done first; who comes after finds no episode.
    lock_patients([patient_id])
    episodes = Episode.objects.filter(patient_id=patient_id).count()
    forget_waiting(step__episode__patient_id=patient_id)
    Leaving.objects.create(
        patient_id=patient_id,
        case_number=case.case_number.text,
        at=at,
        due_at=at + TO_THINK_AGAIN,
        by_account_id=actor.account_id,
        by_name=actor.name,
    )
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
        _unblock(leaving, case, actor=actor, at=at)
        Leaving.objects.filter(id=leaving.id).delete()
        who, facts = leaving.patient_id, {"case": case.case_number.text}
        record(event=Event.PATIENT_OPT_OUT_TAKEN_BACK, by=actor.by, at=at, about_patient_id=who, facts=facts)
        transaction.on_commit(write_marks_at_once)


def _unblock(leaving: Leaving, case: Case, *, actor: Actor, at: datetime) -> None:
    """Lift what this opt-out has blocked, and remember that."""
    marks_here = {mark for number in numbers_of(leaving.patient_id) for mark in marks_of(number)}
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
            lock_numbers(*(number.text for number in numbers_of(found.patient_id)))
            yield found


def _let_go(leaving: Leaving, *, by: By, at: datetime) -> int:
    """Inside `leaving_patients`, with identities held."""
    patient_id, case_number = leaving.patient_id, leaving.case_number
    destroyed = destroy_all_of(patient_id, by=by, at=at)
    facts: dict[str, Fact] = {"case": case_number, "episodes": destroyed}
    record(event=Event.PATIENT_DESTROYED, by=by, at=at, about_patient_id=patient_id, facts=facts)
    return destroyed
