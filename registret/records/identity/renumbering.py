"""Give a patient another number. The earlier one still leads to the patient."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.deaths import POPULATION, settle
from registret.records.identity.checks import Said, check_pair, is_one_birth_date, patient_unless_same
from registret.records.identity.filling_in import fill_in
from registret.records.identity.population import person_of
from registret.records.identity.population_entry import PopulationEntry
from registret.records.locks import lock_identities, lock_numbers
from registret.records.logged import log_patient
from registret.records.models import Number, Patient
from registret.records.numbers import PatientNumber
from registret.records.queries.patients import is_blocked, patient_id_of, patient_row
from registret.records.refusals import NumberTaken, NumberUnchanged, OptedOut
from registret.records.rows import PatientRow
from registret.records.scope import all_providers


def change_number(
    *, actor: Actor, patient: str, number: PatientNumber, reason: str, mistaken: bool = False, at: datetime
) -> None:
    """Give the patient this number from now on. The earlier one still leads to the patient, unless it was `mistaken`:
    then the person who really has it can be registered. The log has the reason, and no number.

    Only of patients whose records the actor sees, all of them; the others' numbers are changed in a case
    (`identity_cases`). A refusal because of another patient is logged about that patient.

    Raises: NotFound, NotPermitted, ReasonNeeded (of either), AlsoElsewhere, NumberUnchanged; NotTheSame (two official
        numbers with different birth dates); NumberTaken (another patient has or had it: are they one?); TakenElsewhere
        (the same, or its holder has opted out); ValueError (no reason).
    """
    said = Said(actor=actor, reason=reason)
    with transaction.atomic():
        mine, other, refusal = check_pair(actor, patient, number, at=at)
        if refusal is None and other is not None:
            refusal = NumberTaken(patient=other.system_id)
        if refusal is None:
            with all_providers():
                put_number(mine, number, mistaken=mistaken, said=said, at=at)
    if refusal is not None:
        raise refusal


def put_number(found: PatientRow, number: PatientNumber, *, mistaken: bool, said: Said, at: datetime) -> None:
    """For acts of this room, with identities and numbers held, inside `all_providers`.

    Raises: NumberUnchanged, OptedOut, NumberTaken.
    """
    _replace(found, number, person_of(number), mistaken=mistaken, by=said.actor.by, at=at)
    facts: dict[str, Fact] = {"before": found.number.kind, "after": number.kind, **said.facts}
    log_patient(said.actor, Event.PATIENT_NUMBER_CHANGED, found.id, at, mistaken=mistaken, **facts)


@transaction.atomic
def follow_register(patient_id: int, number: PatientNumber, person: PopulationEntry | None, *, at: datetime) -> bool:
    """Give the patient the number that the population register says that they have now; `person`: what it says about
    that one. Return whether it was done: not if the birth date is another, or if the new number is another patient's
    or of a person who has opted out. Then people decide."""
    lock_identities()
    with all_providers():
        row = Patient.objects.prefetch_related("numbers").filter(id=patient_id).first()
        if row is None:
            return False
        found = patient_row(row)
        lock_numbers(number.text, *(one.text for one in found.numbers))
        if not is_one_birth_date(found.numbers, (number,)):
            return False
        try:
            _replace(found, number, person, mistaken=False, by=POPULATION, at=at)
        except (NumberUnchanged, OptedOut, NumberTaken):
            return False
        facts: dict[str, Fact] = {"before": found.number.kind, "after": number.kind}
        record(event=Event.PATIENT_NUMBER_CHANGED, by=POPULATION, at=at, about_patient_id=patient_id, facts=facts)
        return True


def _replace(
    found: PatientRow,
    number: PatientNumber,
    person: PopulationEntry | None,
    *,
    mistaken: bool,
    by: By,
    at: datetime,
) -> None:
    """`person`: what the population register says about the new number. Raises: NumberUnchanged, OptedOut,
    NumberTaken."""
    if number.text == found.number.text:
        raise NumberUnchanged()
    if is_blocked(number):
        raise OptedOut()
    owner = patient_id_of(number)
    if (other := patient_unless_same(found, owner)) is not None:
        raise NumberTaken(patient=other.system_id)
    give_up_number(found, mistaken=mistaken, at=at)
    if owner is None:
        Number.objects.create(patient_id=found.id, text=number.text, kind=number.kind, since=at)
    else:
        Number.objects.filter(text=number.text).update(until=None)
    _identify(found, number, person, mistaken=mistaken, by=by, at=at)


def _identify(
    found: PatientRow,
    number: PatientNumber,
    person: PopulationEntry | None,
    *,
    mistaken: bool,
    by: By,
    at: datetime,
) -> None:
    """Who the patient is by the new number, and by what the population register says about it."""
    row = Patient.objects.select_for_update().get(id=found.id)
    if number.birth_date and number.sex:
        row.birth_date, row.sex = number.birth_date, number.sex
    if mistaken:
        # What the population register said was about another person.
        row.given_name, row.surname, row.died_on, row.looked_up_at = "", "", None, None
    # It is asked about another number from now on, and has said nothing of that one yet.
    row.register_protects = False
    fill_in(row, person, at=at)
    row.save()
    if row.died_on != found.died_on:
        settle(found.id, by=by, at=at)


def give_up_number(patient: PatientRow, *, mistaken: bool, at: datetime) -> None:
    in_force = Number.objects.filter(patient_id=patient.id, until=None)
    if mistaken:
        in_force.delete()
    else:
        in_force.update(until=at)
