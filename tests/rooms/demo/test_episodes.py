"""Plausible answers to every form that can be reported: what the generator makes can be read, and mostly signed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from registret.demo.people.episodes import fictitious_number, of_age, sexed, told
from registret.records.numbers import PERSONAL, PatientNumber
from registret.registries.queries import catalogue

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(("code", "version"), sorted(catalogue().forms))
def test_every_step_of_every_form_can_be_answered_and_signed(code: str, version: int) -> None:
    form = catalogue().forms[code, version]
    rng = random.Random(7)
    began_at = AT - timedelta(days=400)
    signable = dict.fromkeys((step.code for step in form.steps), 0)
    for _ in range(10):
        _, patient = of_age(rng, at=began_at)
        found = told(form, patient=patient, began_at=began_at, at=AT, rng=rng)
        for step, assessment in found.assessments.items():
            signable[step] += assessment.can_be_signed
    assert signable[form.inclusion.code] == 10
    assert all(times > 0 for times in signable.values()), signable


def test_the_numbers_are_of_nobody_and_right() -> None:
    rng = random.Random(1)
    for _ in range(200):
        born, patient = of_age(rng, at=AT)
        text = fictitious_number(rng, born=born)
        number = PatientNumber.parse(text, today=AT.date())
        assert number.kind == PERSONAL
        assert number.birth_date == born
        assert text[8:11] >= "980"
        assert number.sex is not None
        assert sexed(text, patient).sex == number.sex.value
