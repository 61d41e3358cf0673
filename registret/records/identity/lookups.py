"""Ask the population register about patients, again and again, so that deaths and protection are seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from registret.ledger.events import Event
from registret.ledger.services import record
from registret.records.deaths import POPULATION, settle
from registret.records.identity.population import PopulationEntry, population_register
from registret.records.models import Number, Patient
from registret.records.numbers import PatientNumber
from registret.records.scope import all_providers

ASK_AGAIN_AFTER: Final = timedelta(hours=20)
_BATCH: Final = 200


def ask_again(*, at: datetime) -> int:
    """Ask the population register about patients whom it was not asked about lately, and return how many changed.

    One transaction for each patient.
    """
    return sum(_asked(patient_id, at=at) for patient_id in _to_ask(at))


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
        # A patient who is merged or destroyed at this moment is left alone.
        row = Patient.objects.select_for_update(skip_locked=True).filter(id=patient_id).first()
        number = Number.objects.filter(patient_id=patient_id, until=None).first()
        if row is None or number is None:
            return False
        person = population_register().person(PatientNumber(number.text, number.kind))
        changed = fill_in(row, person, at=at)
        if person is not None:
            row.save()
        if "died_on" in changed:
            settle(patient_id, by=POPULATION, at=at)
        if changed:
            record(
                event=Event.PATIENT_LOOKED_UP,
                by=POPULATION,
                at=at,
                about_patient_id=patient_id,
                facts={"fields": ",".join(changed)},
            )
        return bool(changed)


def fill_in(row: Patient, person: PopulationEntry | None, *, at: datetime) -> list[str]:
    """Fill in what the population register knows, and return the names of the fields that changed.

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
