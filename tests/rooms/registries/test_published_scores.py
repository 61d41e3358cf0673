"""Every score of the forms against `published`, with any answers: given, missing for any reason, or not given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registret.registries.answers import Answer
from registret.registries.assessing import KnownOfPatient, ScoreNow, assess
from registret.registries.queries import form_of
from registret.registries.vocabulary import Missing, VariableType
from tests.rooms.registries import published
from tests.rooms.registries.published import Possible, possible, together

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OXYGEN = frozenset({"oxygen"})
VENTILATOR = frozenset({"ventilator"})
NO_DRUG = frozenset({"none"})
EVERY_DRUG = frozenset({"noradrenaline", "adrenaline", "dopamine", "dobutamine"})

# On both sides of every limit that a publication names.
LIMITS: dict[str, list[float]] = {
    "respiratory_rate": [8, 9, 11, 12, 20, 21, 22, 24, 25, 29, 30],
    "saturation": [83, 84, 85, 86, 87, 88, 91, 92, 93, 94, 95, 96, 97],
    "systolic": [89, 90, 91, 100, 101, 110, 111, 219, 220],
    "diastolic": [59, 60, 61],
    "pulse": [40, 41, 50, 51, 90, 91, 110, 111, 130, 131],
    "temperature": [35.0, 35.1, 36.0, 36.1, 38.0, 38.1, 39.0, 39.1],
    "pao2": [8.4, 11.1, 13.2, 13.3, 26.6, 26.7, 39.9, 40.0, 53.2, 53.3],
    "fio2": [21, 50, 100],
    "platelets": [19, 20, 49, 50, 99, 100, 149, 150],
    "bilirubin": [19, 20, 32, 33, 101, 102, 204, 205],
    "mean_pressure": [69, 70],
    "gcs": [5, 6, 9, 10, 12, 13, 14, 15],
    "creatinine": [109, 110, 170, 171, 299, 300, 440, 441],
    "urine_output": [199, 200, 499, 500],
    "noradrenaline_dose": [0.01, 0.1, 0.11],
    "adrenaline_dose": [0.01, 0.1, 0.11],
    "dopamine_dose": [5, 5.1, 15, 15.1],
}
CHOICES = ["confusion", "on_oxygen", "oxygen_target", "consciousness", "crrt", "breathing_support", "vasopressor"]


def an_answer(form: str, code: str) -> st.SearchStrategy[Answer | None]:
    question = form_of(form, 1).questions[code]
    variable = question.variable
    values: st.SearchStrategy[Any]
    match question.type:
        case VariableType.CHOICE:
            values = st.sampled_from([option.code for option in question.options])
        case VariableType.CHOICES:
            several = [option.code for option in question.options if not option.alone]
            one = st.sampled_from([*several, "none"]).map(lambda code: frozenset({code}))
            values = one | st.frozensets(st.sampled_from(several), min_size=1, max_size=3)
        case _:
            assert variable.hard is not None
            values = st.sampled_from([Decimal(str(number)) for number in LIMITS[code]]) | st.decimals(
                variable.hard.least, variable.hard.most, places=variable.decimals
            )
    missing = st.sampled_from([Answer(missing=why) for why in variable.missing])
    known = values.map(lambda value: Answer(value=value))
    return st.one_of(known, known, known, missing, st.none())


def answers_to(form: str, *codes: str) -> st.SearchStrategy[dict[str, Answer | None]]:
    """To these questions, or to all that a score needs."""
    wanted = codes or (*LIMITS, *CHOICES)
    asked = form_of(form, 1).step("acute").questions
    return st.fixed_dictionaries({q.code: an_answer(form, q.code) for q in asked if q.code in wanted})


@cache
def patient(age: int | None) -> KnownOfPatient:
    return KnownOfPatient(birth_date=None, sex="female", died_on=None, age=age)


def computed(
    form: str, step: str, answers: Mapping[str, Mapping[str, Answer | None]], *, age: int | None = 70
) -> dict[str, ScoreNow]:
    told = {name: {code: one for code, one in some.items() if one} for name, some in answers.items()}
    found = assess(form_of(form, 1), step, answers=told, patient=patient(age))
    return {now.score.code: now for now in found.scores}


def plain(answers: Mapping[str, Answer | None]) -> dict[str, Any]:
    """What is known, as numbers and words. Too low to be measured is nought."""
    found: dict[str, Any] = {}
    for code, answer in answers.items():
        if answer is None:
            continue
        if answer.missing is Missing.UNMEASURABLE:
            found[code] = 0
        elif answer.value is not None:
            found[code] = float(answer.value) if isinstance(answer.value, Decimal) else answer.value
    return found


@settings(max_examples=300, deadline=None)
@given(answers_to("pneumoni"), st.none() | st.sampled_from([18, 64, 65, 90]))
def test_crb_65(answers: dict[str, Answer | None], age: int | None) -> None:
    values = plain(answers) | ({} if age is None else {"age": age})
    expected = possible(
        published.crb65,
        values,
        confusion=["yes", "no"],
        respiratory_rate=[10, 40],
        systolic=[50, 120],
        diastolic=[40, 70],
        age=[30, 80],
    )
    assert computed("pneumoni", "acute", {"acute": answers}, age=age)["crb65"].value == expected.known


def news2_parts(values: Mapping[str, Any]) -> dict[str, Possible]:
    if "saturation" not in values:
        # Asked of a saturation only.
        values = {name: value for name, value in values.items() if name not in {"on_oxygen", "oxygen_target"}}
    rows = [80, 84, 86, 90, 93, 95, 97]
    scale_2 = possible(published.news2_scale_2, values, saturation=rows, on_oxygen=["yes", "no"])
    scale_1 = possible(published.news2_scale_1, values, saturation=rows)
    return {
        "breathing": possible(published.news2_breathing, values, respiratory_rate=[5, 10, 15, 22, 30]),
        "saturation": scale_2 if values.get("oxygen_target") == "yes" else scale_1,
        "oxygen": possible(published.news2_oxygen, values, on_oxygen=["yes", "no"]),
        "pressure": possible(published.news2_pressure, values, systolic=[50, 95, 105, 150, 250]),
        "pulse": possible(published.news2_pulse, values, pulse=[20, 45, 70, 100, 120, 150]),
        "consciousness": possible(published.news2_consciousness, values, consciousness=["alert", "pain"]),
        "temperature": possible(published.news2_temperature, values, temperature=[30, 35.5, 37, 38.5, 40]),
    }


def sofa_parts(values: Mapping[str, Any]) -> dict[str, Possible]:
    if "pao2" not in values:
        values = {name: value for name, value in values.items() if name != "fio2"}
    drugs = [NO_DRUG, EVERY_DRUG]
    given_doses = {name.removesuffix("_dose"): value for name, value in values.items() if name.endswith("_dose")}
    if "vasopressor" not in values:
        given_doses = {}
    with_urine = {"urine_output": 9999, **values}
    return {
        "respiration": possible(
            published.sofa_respiration,
            values,
            pao2=[1, 100],
            fio2=[21, 100],
            breathing_support=[OXYGEN, VENTILATOR],
        ),
        "coagulation": possible(published.sofa_coagulation, values, platelets=[5, 500]),
        "liver": possible(published.sofa_liver, values, bilirubin=[5, 500]),
        "circulation": possible(
            published.sofa_circulation,
            {**values, **given_doses},
            mean_pressure=[50, 90],
            vasopressor=drugs,
            dopamine=[1, 20],
            noradrenaline=[0.05, 1],
            adrenaline=[0.05, 1],
        ),
        "consciousness": possible(published.sofa_consciousness, values, gcs=[3, 15]),
        "kidneys": possible(
            published.sofa_kidneys, with_urine, creatinine=[50, 900], urine_output=[], crrt=["yes", "no"]
        ),
    }


PARTS = {
    "news2_breathing": ["respiratory_rate"],
    "news2_saturation": ["saturation", "on_oxygen", "oxygen_target"],
    "news2_oxygen": ["saturation", "on_oxygen"],
    "news2_pressure": ["systolic"],
    "news2_pulse": ["pulse"],
    "news2_consciousness": ["consciousness"],
    "news2_temperature": ["temperature"],
    "sofa_respiration": ["pao2", "fio2", "breathing_support"],
    "sofa_coagulation": ["platelets"],
    "sofa_liver": ["bilirubin"],
    "sofa_circulation": [
        "mean_pressure",
        "vasopressor",
        "noradrenaline_dose",
        "adrenaline_dose",
        "dopamine_dose",
    ],
    "sofa_consciousness": ["gcs"],
    "sofa_kidneys": ["creatinine", "urine_output", "crrt"],
}


@pytest.mark.parametrize("part", PARTS)
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_each_part_by_itself(part: str, data: st.DataObject) -> None:
    answers = data.draw(answers_to("sepsis", *PARTS[part]))
    values, found = plain(answers), computed("sepsis", "acute", {"acute": answers})
    of, _, name = part.partition("_")
    expected = (news2_parts if of == "news2" else sofa_parts)(values)[name]
    assert found[part].value == expected.known
    if of == "sofa":
        # Nothing is known of the other five.
        assert found["sofa_at_least"].value == expected.least


@settings(max_examples=200, deadline=None)
@given(answers_to("sepsis"))
def test_qsofa_news2_and_sofa(answers: dict[str, Answer | None]) -> None:
    values, found = plain(answers), computed("sepsis", "acute", {"acute": answers})

    def value(code: str) -> Decimal | None:
        return found[code].value

    expected = possible(
        published.qsofa, values, respiratory_rate=[10, 40], systolic=[50, 150], consciousness=["alert", "pain"]
    )
    assert value("qsofa") == expected.known

    news2 = news2_parts(values)
    assert {part: value(f"news2_{part}") for part in news2} == {part: one.known for part, one in news2.items()}
    assert value("news2") == together(news2.values()).known
    if value("news2") is not None:
        risk = published.news2_risk(one.least for one in news2.values())
        assert found["news2"].read_as is not None
        assert found["news2"].read_as.en == risk

    sofa = sofa_parts(values)
    assert {part: value(f"sofa_{part}") for part in sofa} == {part: one.known for part, one in sofa.items()}
    assert value("sofa_total") == together(sofa.values()).known
    assert value("sofa_at_least") == together(sofa.values()).least

    pao2, fio2 = values.get("pao2"), values.get("fio2")
    exact = None if pao2 is None or fio2 is None else Decimal(str(pao2)) / (Decimal(str(fio2)) / 100)
    assert value("pf_ratio") == (None if exact is None else exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


# --- times -------------------------------------------------------------------------------------------------

# Around both nights in which the clocks are changed, and an ordinary one.
NIGHTS = [datetime.fromisoformat(day).replace(tzinfo=STOCKHOLM) for day in ("2026-03-29", "2026-10-25", "2026-06-01")]


def there_is(moment: datetime) -> bool:
    """Between two and three, a night in March has no time."""
    again = datetime.fromtimestamp(moment.timestamp(), STOCKHOLM)
    return again.replace(tzinfo=None) == moment.replace(tzinfo=None)


A_MOMENT = (
    st.tuples(st.sampled_from(NIGHTS), st.integers(-3000, 3000))
    .map(lambda drawn: drawn[0] + timedelta(minutes=drawn[1]))
    .filter(there_is)
)
UNKNOWN = Answer(missing=Missing.UNKNOWN)
DRUG = {"antibiotic": Answer(value=frozenset({"cefotaxime"}))}


@pytest.mark.parametrize("form", ["pneumoni", "sepsis", "meningit", "endokardit"])
@settings(max_examples=150, deadline=None)
@given(arrived=A_MOMENT, treated=st.none() | A_MOMENT, discharged=A_MOMENT)
def test_times_from_the_door(form: str, arrived: datetime, treated: datetime | None, discharged: datetime) -> None:
    answers = {
        "inclusion": {"arrived_at": Answer(value=arrived), "acquired": Answer(value="community")},
        "acute": {**DRUG, "antibiotic_at": UNKNOWN if treated is None else Answer(value=treated)},
        "discharge": {"discharged_at": Answer(value=discharged)},
    }
    passed = None if treated is None else round(treated.timestamp() - arrived.timestamp()) // 60
    now = computed(form, "acute", answers)["minutes_to_antibiotic"]
    assert now.value == (None if passed is None or passed < 0 else passed)
    assert now.is_backwards == (passed is not None and passed < 0)
    nights = discharged.toordinal() - arrived.toordinal()
    stay = computed(form, "discharge", answers)["length_of_stay"].value
    assert stay == (nights if nights >= 0 else None)
