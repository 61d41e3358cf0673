"""Who a patient is, said in a patient's case: what touches the records of several care providers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.records.cases import Case, identities_of, take_case
from registret.records.identity.checks import Said
from registret.records.identity.merging import is_as_shown, join, other_of
from registret.records.identity.renumbering import put_number
from registret.records.locks import lock_identities, lock_numbers
from registret.records.numbers import PatientNumber
from registret.records.refusals import NotAsShown
from registret.records.rows import PatientRow
from registret.records.scope import all_providers


def change_number(
    *, actor: Actor, case: Case, number: PatientNumber, reason: str, mistaken: bool = False, at: datetime
) -> None:
    """As `identity.change_number`, for patients of any care provider, and also to another birth date.

    Raises: NotPermitted, TooMany, CardTooOld, NobodyHere, NumberUnchanged, OptedOut, NumberTaken;
        ValueError (no reason).
    """
    said = Said(actor=actor, reason=reason, case_number=case.case_number.text)
    with _held(actor, case, at=at) as found:
        lock_numbers(number.text, *(one.text for one in found.numbers))
        put_number(found, number, mistaken=mistaken, said=said, at=at)


def merge(
    *,
    actor: Actor,
    case: Case,
    number: PatientNumber,
    expected: Collection[str],
    reason: str,
    mistaken: bool = False,
    at: datetime,
) -> str:
    """The patient of the case and the one who has or had `number` are one person, of any care provider and
    birth date: see `identity.join`. Return the system id of the one that remains. `expected`: system ids of the two
    that were shown.

    Raises: NotPermitted, TooMany, CardTooOld, NobodyHere, OptedOut, NothingToMerge; NotAsShown (the two are not those
        that were expected); ValueError (no reason).
    """
    said = Said(actor=actor, reason=reason, case_number=case.case_number.text)
    with _held(actor, case, at=at) as found:
        other = other_of(found, number)
        if not is_as_shown(found, other, expected):
            raise NotAsShown(patient=other.system_id)
        lock_numbers(*(one.text for one in (*found.numbers, *other.numbers)))
        return join(found, other, mistaken=mistaken, said=said, at=at)


@contextmanager
def _held(actor: Actor, case: Case, *, at: datetime) -> Iterator[PatientRow]:
    """The patient of the case; nobody else changes who anybody is until the transaction ends."""
    take_case(actor=actor, at=at)
    check_card_age(actor, at=at)
    with transaction.atomic():
        lock_identities()
        with all_providers():
            yield identities_of(case).patient
