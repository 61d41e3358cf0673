"""The two sub-registries of joint infections, which are closed: what is to be looked at again, and what counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registret.registries.answers import Answer
from registret.registries.assessing import Assessment, KnownOfPatient, assess, known_after_all
from registret.registries.language.evaluating import Value
from registret.registries.measuring import CountedAs
from registret.registries.queries import form_of, indicators_of
from tests.rooms.registries.building import answer, at

ARRIVED = at("2014-03-10T08:00")
OLD = KnownOfPatient(birth_date=None, sex="female", died_on=None, age=71)
NATIVE, PROSTHETIC = form_of("led-nativ", 1), form_of("led-protes", 1)


def hours(number: float) -> datetime:
    return ARRIVED + timedelta(hours=number)


def day(number: int) -> Value:
    return hours(24 * number).date()


def given(**values: Value | int) -> dict[str, Answer]:
    return {code: answer(value) for code, value in values.items()}


def acute(form: str, **values: Value | int) -> Assessment:
    answers = {"inclusion": given(arrived_at=ARRIVED), "acute": given(**values)}
    return assess(form_of(form, 1), "acute", answers=answers, patient=OLD)


def odd(found: Assessment) -> set[str]:
    return {rule.code for rule in found.odd}


@pytest.mark.parametrize("form", ["led-nativ", "led-protes"])
def test_antibiotics_before_the_joint_was_aspirated_are_looked_at_again_and_can_be_signed(form: str) -> None:
    samples: dict[str, Value] = {
        "joint_aspirated": "yes",
        "joint_aspirated_at": hours(2),
        "antibiotic": frozenset({"cloxacillin"}),
    }
    late, good = acute(form, **samples, antibiotic_at=hours(1)), acute(form, **samples, antibiotic_at=hours(3))
    assert odd(late) - odd(good)
    assert all("punkterades efter" in rule.message.sv for rule in late.odd)
    assert late.broken == good.broken == ()


@pytest.mark.parametrize(
    ("onset", "days_after", "fits"),
    [
        ("early", 20, True),
        ("early", 120, False),
        ("delayed", 120, True),
        ("delayed", 20, False),
        ("delayed", 900, False),
        ("late", 900, True),
        ("late", 120, False),
    ],
)
def test_when_an_infection_began_is_counted_from_the_surgery_to_the_first_symptoms(
    onset: str, days_after: int, fits: bool
) -> None:
    found = acute("led-protes", onset=onset, implanted_on=day(-days_after - 10), symptom_days=10)
    assert ("onset_fits" not in odd(found)) is fits
    unknown = acute("led-protes", onset=onset, symptom_days=10)
    assert "onset_fits" not in odd(unknown), "nobody knows when it was put in"


def test_a_prosthesis_kept_after_long_symptoms_is_looked_at_again() -> None:
    def found(days: int) -> set[str]:
        answers = {
            "inclusion": given(arrived_at=ARRIVED),
            "acute": given(symptom_days=days),
            "discharge": given(procedure="dair", procedure_on=day(2)),
        }
        return odd(assess(PROSTHETIC, "discharge", answers=answers, patient=OLD))

    assert "short_symptoms_for_dair" not in found(28)
    assert "short_symptoms_for_dair" in found(29)


def test_a_joint_with_a_prosthesis_begins_no_episode_among_native_joints() -> None:
    included = given(arrived_at=ARRIVED, joint_infection_treated="yes", certainty="joint", prosthesis_in_joint="yes")
    found = assess(NATIVE, "inclusion", answers={"inclusion": included}, patient=OLD)
    assert [rule.code for rule in found.broken] == ["native"]


def outcome(sub_registry: str, code: str, **steps: dict[str, Answer]) -> CountedAs | None:
    (indicator,) = [one for one in indicators_of(sub_registry) if one.code == code]
    answers = {"inclusion": given(arrived_at=ARRIVED), **steps}
    known = known_after_all(form_of(sub_registry, 1), answers=answers, patient=OLD)
    measured = indicator.by_version[1].of(known)
    return measured.outcome if measured else None


HOME = {"discharged_at": hours(300), "discharged_to": "home"}


@pytest.mark.parametrize("form", ["led-nativ", "led-protes"])
@pytest.mark.parametrize(
    ("discharge", "year", "cured", "died"),
    [
        (HOME, {"alive_365": "yes", "result": "cured"}, CountedAs.REACHED, CountedAs.NOT_REACHED),
        (HOME, {"alive_365": "yes", "result": "suppression"}, CountedAs.NOT_REACHED, CountedAs.NOT_REACHED),
        (HOME, {"alive_365": "yes", "result": "amputation"}, CountedAs.NOT_REACHED, CountedAs.NOT_REACHED),
        (HOME, {"alive_365": "yes"}, CountedAs.MISSING, CountedAs.NOT_REACHED),
        (HOME, {"died_later": frozenset({"yes"}), "death_on": day(200)}, CountedAs.NOT_REACHED, CountedAs.REACHED),
        (HOME, {}, CountedAs.MISSING, CountedAs.MISSING),
        (HOME | {"discharged_to": "died"}, {}, CountedAs.NOT_REACHED, CountedAs.REACHED),
    ],
)
def test_who_has_died_within_a_year_is_not_cured_and_who_is_unknown_is_missing(
    form: str, discharge: dict[str, Value], year: dict[str, Value], cured: CountedAs, died: CountedAs
) -> None:
    steps = {"discharge": given(**discharge), "follow_up_year": given(**year)}
    assert (outcome(form, "cured_year", **steps), outcome(form, "died_year", **steps)) == (cured, died)


@pytest.mark.parametrize(
    ("drainage", "after", "counts"),
    [
        ("open", 24, CountedAs.REACHED),
        ("needle", 25, CountedAs.NOT_REACHED),
        ("none", None, CountedAs.NOT_REACHED),
        ("open", None, CountedAs.MISSING),
    ],
)
def test_a_joint_is_drained_in_time_or_not_at_all(drainage: str, after: int | None, counts: CountedAs) -> None:
    step = given(drainage=frozenset({drainage}), **({"drained_at": hours(after)} if after else {}))
    assert outcome("led-nativ", "drained_within_24_hours", acute=step) is counts
