"""Ask the population register about patients, again and again, so that deaths, protection and new numbers are seen."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from registret.ledger.events import Event
from registret.ledger.services import record
from registret.records.deaths import POPULATION, settle
from registret.records.identity.filling_in import fill_in
from registret.records.identity.population import population_register
from registret.records.identity.population_entry import PopulationEntry
from registret.records.identity.renumbering import follow_register
from registret.records.models import Number, Patient
from registret.records.numbers import PatientNumber
from registret.records.refusals import RegisterSilent
from registret.records.scope import all_providers

ASK_AGAIN_AFTER: Final = timedelta(hours=20)
_BATCH: Final = 200
_TRIES: Final = 2

_log = logging.getLogger(__name__)


def ask_again(*, at: datetime) -> int:
    """Ask the population register about patients whom it was not asked about lately, and return how many changed.

    The register is asked about many at once, outside of transactions; then there is one for each patient. If it does
    not answer, the round ends, and the next one goes on with those who are left.
    """
    asked = known = changed = left = 0
    try:
        for batch in _to_ask(at):
            found = _told(list(batch.values()))
            followed = _told([person.number_now for person in found.values() if person.number_now])
            asked, known = asked + len(batch), known + len(found)
            for patient_id, number in batch.items():
                person = found.get(number.text)
                changed += _noted(patient_id, number, person, at=at)
                if person and person.number_now:
                    is_done = follow_register(
                        patient_id, person.number_now, followed.get(person.number_now.text), at=at
                    )
                    changed, left = changed + is_done, left + (not is_done)
    except RegisterSilent:
        _log.error("the population register does not answer: the others are asked about in the next round")
    if changed or left:
        _log.info("population: asked about %s, knew %s, changed %s, new numbers left %s", asked, known, changed, left)
    return changed


def _told(numbers: list[PatientNumber]) -> Mapping[str, PopulationEntry]:
    """A second time, if there was no answer. Raises: RegisterSilent."""
    for _ in range(1, _TRIES):
        try:
            return population_register().people(numbers)
        except RegisterSilent:
            continue
    return population_register().people(numbers)


def _to_ask(at: datetime) -> Iterator[Mapping[int, PatientNumber]]:
    """By id, in batches, the number in force of each: what was asked about and is not known does not come again in this
    round."""
    after = 0
    while True:
        with all_providers():
            due = Patient.objects.filter(Q(looked_up_at=None) | Q(looked_up_at__lt=at - ASK_AGAIN_AFTER), id__gt=after)
            ids = list(due.order_by("id").values_list("id", flat=True)[:_BATCH])
            numbers = Number.objects.filter(patient_id__in=ids, until=None)
            found = {one.patient_id: PatientNumber(one.text, one.kind) for one in numbers}
        if not ids:
            return
        yield found
        after = ids[-1]


@transaction.atomic
def _noted(patient_id: int, asked: PatientNumber, person: PopulationEntry | None, *, at: datetime) -> bool:
    """`person`: what the register says about the number that was asked. Return whether anything has changed."""
    with all_providers():
        # A patient who is merged or destroyed at this moment is left alone, and so is one with another number by now.
        row = Patient.objects.select_for_update(skip_locked=True).filter(id=patient_id).first()
        if row is None or not Number.objects.filter(patient_id=patient_id, until=None, text=asked.text).exists():
            return False
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
