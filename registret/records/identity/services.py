"""Who a patient is: another number, two that were one, and what the population register says since."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.refused import Refused
from registret.ledger.services import record
from registret.records.deaths import POPULATION, lock_patients, settle
from registret.records.identity.population import Person, population_register
from registret.records.identity.protected import has_reason, require_reason
from registret.records.locks import lock_identities, lock_numbers
from registret.records.models import Episode, Merge, Number, Patient
from registret.records.numbers import PatientNumber
from registret.records.queries import (
    episodes_of,
    is_blocked,
    patient_id_of,
    patient_numbered,
    patient_of,
    patient_row,
)
from registret.records.refusals import (
    AlsoElsewhere,
    NotAsShown,
    NothingToMerge,
    NotTheSame,
    NumberTaken,
    NumberUnchanged,
    OptedOut,
    ReasonNeeded,
    TakenElsewhere,
)
from registret.records.rows import PatientRow
from registret.records.scope import all_providers, deletion_allowed, provider_scope

ASK_AGAIN_AFTER: Final = timedelta(hours=20)
_BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who says who a patient is, and why; `case_number` None: at a clinic."""

    actor: Actor
    reason: str
    case_number: str | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("who a patient is is said for a reason")


def change_number(
    *, actor: Actor, patient: str, number: PatientNumber, reason: str, mistaken: bool = False, at: datetime
) -> None:
    """The patient has this number from now on. The earlier one still leads to the patient, unless it was `mistaken`:
    then whoever has it can be registered. The log says that it happened and why, and no number.

    Only of patients whose records the actor sees, all of them; the others' numbers are changed in a case
    (`identity_cases`). Whoever is met by what is refused gets an entry.

    Raises: NotFound, NotPermitted, ReasonNeeded (of either), AlsoElsewhere, NumberUnchanged; NotTheSame (two official
        numbers with different birth dates); NumberTaken (another patient has or had it: are they one?); TakenElsewhere
        (the same, or whoever has it has opted out); ValueError (no reason).
    """
    said = Said(actor=actor, reason=reason)
    with transaction.atomic():
        mine, other, refusal = _met(actor, patient, number, at=at)
        if refusal is None and other is not None:
            refusal = NumberTaken(patient=other.system_id)
        if refusal is None:
            with all_providers():
                put_number(mine, number, mistaken=mistaken, said=said, at=at)
    if refusal is not None:
        raise refusal


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
    """The patient and the one who has or had this number are one person; answers the system id of what remains: see
    `join`. Only of patients whose records the actor sees, all of them, for it cannot be undone. `expected`: system ids
    of the two that were shown. Whoever is met by what is refused gets an entry.

    Raises: NotFound, NotPermitted, ReasonNeeded (of either), AlsoElsewhere, TakenElsewhere (or opted out);
        NothingToMerge (no other patient has the number); NotTheSame (two official numbers with different birth dates);
        NotAsShown (the two are not those that were expected); ValueError (no reason).
    """
    said = Said(actor=actor, reason=reason)
    with transaction.atomic():
        mine, _, refusal = _met(actor, patient, number, at=at)
        if refusal is None:
            with all_providers():
                other = other_of(mine, number)
                if is_as_shown(mine, other, expected):
                    return join(mine, other, mistaken=mistaken, said=said, at=at)
            refusal = NotAsShown(patient=other.system_id)
    raise refusal


def put_number(found: PatientRow, number: PatientNumber, *, mistaken: bool, said: Said, at: datetime) -> None:
    """For acts of this room, with identities and numbers held, inside `all_providers`.

    Raises: NumberUnchanged, OptedOut, NumberTaken.
    """
    if number.text == found.number.text:
        raise NumberUnchanged()
    if is_blocked(number):
        raise OptedOut()
    owner = patient_id_of(number)
    if (other := _other(found, owner)) is not None:
        raise NumberTaken(patient=other.system_id)
    _give_up_number(found, mistaken=mistaken, at=at)
    if owner is None:
        Number.objects.create(patient_id=found.id, text=number.text, kind=number.kind, since=at)
    else:
        Number.objects.filter(text=number.text).update(until=None)
    row = Patient.objects.select_for_update().get(id=found.id)
    if number.birth_date and number.sex:
        row.birth_date, row.sex = number.birth_date, number.sex
    if mistaken:
        # What the population register has said was about somebody else.
        row.given_name, row.surname, row.died_on, row.looked_up_at = "", "", None, None
    # It is asked about another number from now on, and has said nothing of that one yet.
    row.register_protects = False
    _fill_in(row, population_register().person(number), at=at)
    row.save()
    if row.died_on != found.died_on:
        settle(found.id, by=said.actor.by, at=at)
    record(
        event="patient.number_changed",
        by=said.actor.by,
        at=at,
        about_patient_id=found.id,
        clinic_id=said.actor.seat.clinic_id,
        facts={
            "before": found.number.kind,
            "after": number.kind,
            "mistaken": mistaken,
            "reason": said.reason.strip(),
            "case": said.case_number,
        },
    )


def other_of(mine: PatientRow, number: PatientNumber) -> PatientRow:
    """Who else has or had the number. For acts of this room, inside `all_providers`.

    Raises: OptedOut, NothingToMerge.
    """
    other = _other(mine, patient_id_of(number))
    if other is None:
        raise OptedOut() if is_blocked(number) else NothingToMerge()
    return other


def is_as_shown(mine: PatientRow, other: PatientRow, expected: Collection[str]) -> bool:
    """Whether these two, by their system ids, are the ones that were shown to whoever says that they are one."""
    return {mine.system_id, other.system_id} == set(expected)


def join(mine: PatientRow, other: PatientRow, *, mistaken: bool, said: Said, at: datetime) -> str:
    """Two are one; answers the system id of what remains. For acts of this room, with identities and all numbers held,
    inside `all_providers`.

    A patient of a personnummer or samordningsnummer remains before one of a reserve number, else `other`. Episodes,
    numbers and traces of the other move there; the number of `mine` does not if it was `mistaken`. The trace says who
    was merged, when, by whom and why; it is destroyed with the patient, so the log does not repeat the reason.
    """
    backwards = other.number.is_reserve and not mine.number.is_reserve and not mistaken
    stays, goes = (mine, other) if backwards else (other, mine)
    lock_patients([stays.id, goes.id])
    moved = Episode.objects.filter(patient_id=goes.id).update(patient_id=stays.id)
    _give_up_number(goes, mistaken=mistaken, at=at)
    Number.objects.filter(patient_id=goes.id).update(patient_id=stays.id)
    _hand_over(goes, stays)
    Merge.objects.create(
        patient_id=stays.id,
        gone=goes.system_id,
        gone_id=goes.id,
        at=at,
        by_account_id=said.actor.account_id,
        by_name=said.actor.name,
        reason=said.reason.strip(),
    )
    Patient.objects.filter(id=goes.id).delete()
    settle(stays.id, by=said.actor.by, at=at)
    # Under both: whoever asks for the log of either finds it.
    for one in (stays, goes):
        record(
            event="patient.merged",
            by=said.actor.by,
            at=at,
            about_patient_id=one.id,
            clinic_id=said.actor.seat.clinic_id,
            facts={"episodes": moved, "mistaken": mistaken, "case": said.case_number},
        )
    return stays.system_id


def ask_again(*, at: datetime) -> int:
    """Asks the population register about everybody whom it was not asked about lately; answers how many changed.

    So deaths and protection of identity are seen. One transaction for each patient.
    """
    return sum(_asked(patient_id, at=at) for patient_id in _to_ask(at))


def _mine(actor: Actor, patient: str, *, at: datetime) -> PatientRow:
    """The actor's patient; nobody else changes who anybody is until the transaction ends."""
    lock_identities()
    with provider_scope(actor, Permission.REPORT):
        found = patient_of(actor, patient, Permission.REPORT)
        require_reason(actor, found, at=at)
    return found


def _give_up_number(patient: PatientRow, *, mistaken: bool, at: datetime) -> None:
    in_force = Number.objects.filter(patient_id=patient.id, until=None)
    if mistaken:
        in_force.delete()
    else:
        in_force.update(until=at)


def _met(
    actor: Actor, patient: str, number: PatientNumber, *, at: datetime
) -> tuple[PatientRow, PatientRow | None, Refused | None]:
    """The actor's patient, who else has or had the number, and why the actor does not say anything about these two;
    with identities and numbers held. What shows by a refusal is an entry: it must not be rolled back by it.

    Raises: NotFound, NotPermitted, ReasonNeeded.
    """
    mine = _mine(actor, patient, at=at)
    lock_numbers(number.text, *(one.text for one in mine.numbers))
    with provider_scope(actor, Permission.REPORT):
        seen = patient_numbered(actor, number)
    with all_providers():
        other = _other(mine, patient_id_of(number))
        if other is not None:
            lock_numbers(*(one.text for one in other.numbers))
        if _has_more(actor, mine):
            _tell(actor, mine, event="patient.more_met", at=at)
            return mine, other, AlsoElsewhere()
        # By the number alone, so that the answer is the same whether somebody has it or not.
        if not _one_birth_date(mine.numbers, (number,)):
            return mine, other, NotTheSame()
        if other is None:
            # The same answer as for a number that others have: nobody learns here who has opted out.
            return mine, None, TakenElsewhere() if is_blocked(number) else None
        _tell(actor, other, event="patient.number_met", at=at)
        if seen is None or _has_more(actor, other):
            return mine, other, TakenElsewhere()
    if not has_reason(actor, other, at=at):
        return mine, other, ReasonNeeded(patient=other.system_id)
    return mine, other, None if _one_birth_date(mine.numbers, other.numbers) else NotTheSame()


def _other(mine: PatientRow, patient_id: int | None) -> PatientRow | None:
    """The patient of this id, unless it is the same. Inside `all_providers`."""
    if patient_id is None or patient_id == mine.id:
        return None
    return patient_row(Patient.objects.prefetch_related("numbers").get(id=patient_id))


def _has_more(actor: Actor, patient: PatientRow) -> bool:
    """Whether the patient has episodes that the actor does not see: of another care provider, or of a sub-registry
    outside the seat. Inside `all_providers`."""
    episodes = Episode.objects.filter(patient_id=patient.id)
    return episodes.exclude(id__in=episodes_of(actor).values("id")).exists()


def _one_birth_date(mine: Collection[PatientNumber], others: Collection[PatientNumber]) -> bool:
    """Nobody has, or ever had, two official numbers with different birth dates: one is mistyped, and a merge cannot be
    undone. A reserve number says nothing reliable, so it stops nobody; one that was said to be wrong is gone."""
    pairs = ((one.birth_date, other.birth_date) for one in mine for other in others)
    return all(one is None or other is None or one == other for one, other in pairs)


def _tell(actor: Actor, patient: PatientRow, *, event: str, at: datetime) -> None:
    record(event=event, by=actor.by, at=at, about_patient_id=patient.id, clinic_id=actor.seat.clinic_id)


def _to_ask(at: datetime) -> Iterator[int]:
    """By id, in batches: what was asked about and is not known does not come again in this round."""
    after = 0
    while True:
        with all_providers():
            due = Patient.objects.filter(Q(looked_up_at=None) | Q(looked_up_at__lt=at - ASK_AGAIN_AFTER), id__gt=after)
            batch = list(due.order_by("id").values_list("id", flat=True)[:_BATCH])
        if not batch:
            return
        yield from batch
        after = batch[-1]


@transaction.atomic
def _asked(patient_id: int, *, at: datetime) -> bool:
    with all_providers():
        # Somebody who is merged or destroyed at this moment is left alone.
        row = Patient.objects.select_for_update(skip_locked=True).filter(id=patient_id).first()
        number = Number.objects.filter(patient_id=patient_id, until=None).first()
        if row is None or number is None:
            return False
        person = population_register().person(PatientNumber(number.text, number.kind))
        changed = _fill_in(row, person, at=at)
        if person is not None:
            row.save()
        if "died_on" in changed:
            settle(patient_id, by=POPULATION, at=at)
        if changed:
            record(
                event="patient.looked_up",
                by=POPULATION,
                at=at,
                about_patient_id=patient_id,
                facts={"fields": ",".join(changed)},
            )
        return bool(changed)


def _fill_in(row: Patient, person: Person | None, *, at: datetime) -> list[str]:
    """What the population register says; answers the names of what changed. What it does not know stays.

    A protection that came along from another number or patient stays until the register has protected the number in
    force and says that it no longer does.
    """
    if person is None:
        return []
    now = {
        "given_name": person.given_name,
        "surname": person.surname,
        "sex": person.sex.value,
        "is_protected": person.is_protected or (row.is_protected and not row.register_protects),
        "died_on": person.died_on if person.died_on is None or person.died_on >= row.birth_date else row.died_on,
    }
    changed = [name for name, value in now.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, now[name])
    row.register_protects = person.is_protected
    row.looked_up_at = at
    return changed


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
