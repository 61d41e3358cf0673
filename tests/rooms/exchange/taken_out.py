"""Episodes of a form with made-up answers, as an export takes them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from registret.demo.people.episodes import fictitious_number, of_age, sexed, told
from registret.records.lifecycle import StepState
from registret.records.numbers import PatientNumber, Sex
from registret.records.queries.exports import ExportedEpisode, ExportedStep
from registret.records.rows import PatientRow
from registret.registries.forms import Form

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def episodes(form: Form, how_many: int = 6) -> tuple[ExportedEpisode, ...]:
    rng = random.Random(form.code)
    return tuple(_episode(form, place, rng) for place in range(1, how_many + 1))


def _episode(form: Form, place: int, rng: random.Random) -> ExportedEpisode:
    began_at = AT - timedelta(days=200 + place)
    born, patient = of_age(rng, at=began_at)
    number = fictitious_number(rng, born=born)
    patient = sexed(number, patient)
    made = told(form, patient=patient, began_at=began_at, at=AT, rng=rng)
    row = PatientRow(
        id=place,
        system_id=f"P{place:08}",
        birth_date=born,
        sex=Sex(patient.sex),
        given_name="",
        surname="",
        is_protected=False,
        died_on=None,
        numbers=(PatientNumber.parse(number, today=AT.date()),),
    )
    steps = tuple(
        ExportedStep(
            code=step.code, state=state, signed_at=when, signed_by_name=name, answers=made.answers[step.code], unfit=0
        )
        for step in form.steps
        for state, when, name in [
            (StepState.SIGNED, AT, "Anna Berg") if made.answers[step.code] else (StepState.PLANNED, None, "")
        ]
    )
    return ExportedEpisode(
        id=place,
        system_id=f"E{place:08}",
        patient=row,
        known=patient,
        form=form,
        began_at=began_at,
        saved_at=AT,
        steps=steps,
    )
