"""The scores of the definitions against what was published, on both sides of every limit."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from registret.registries.answers import Answer
from registret.registries.assessing import Assessment, KnownOfPatient, assess, known_after_all
from registret.registries.forms import Form
from registret.registries.language.between import Between
from registret.registries.language.evaluating import Value
from registret.registries.queries import catalogue, form_of
from registret.registries.vocabulary import Missing
from registret.web.steps.scores import score_shown
from tests.rooms.registries.building import answer, at
from tests.rooms.registries.test_skip_logic_in_fhir import some_answer

TIMES = ("_at", "_on", "_from")

Known = Mapping[str, Value | int | str | float]


def score(form: str, code: str, known: Known, **other: Value | int | str | float) -> Value:
    """By itself, and after the scores that it is a sum of."""
    found: dict[str, Value | Between] = {}
    for name, value in (dict(known) | other).items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        found[name] = Decimal(str(value)) if number else value  # type: ignore[assignment]
    for one in form_of(form, 1).scores.values():
        found[one.code] = one.formula.limits(found)
    return form_of(form, 1).scores[code].formula.value(found)


# --- CRB-65: Lim et al., Thorax 2003 ---------------------------------------------------------------

WELL: Known = {"confusion": "no", "respiratory_rate": 29, "systolic": 90, "diastolic": 61, "age": 64}


@pytest.mark.parametrize(
    ("other", "points"),
    [
        ({}, 0),
        ({"confusion": "yes"}, 1),
        ({"respiratory_rate": 30}, 1),
        ({"systolic": 89}, 1),
        ({"diastolic": 60}, 1),
        # Both pressures are one point.
        ({"systolic": 89, "diastolic": 60}, 1),
        ({"age": 65}, 1),
        ({"confusion": "yes", "respiratory_rate": 30, "systolic": 89, "age": 65}, 4),
        ({"respiratory_rate": None}, None),
        # One low pressure is enough, whatever the other is.
        ({"systolic": None, "diastolic": 60}, 1),
        ({"systolic": None}, None),
    ],
)
def test_crb_65(other: dict[str, Value], points: int | None) -> None:
    assert score("pneumoni", "crb65", WELL, **other) == points


def reading(form: str, code: str, value: int) -> str:
    readings = form_of(form, 1).scores[code].readings
    return next(one.says.en for one in readings if one.when is None and (one.most is None or value <= one.most))


def test_readings_of_crb_65_news2_and_qsofa() -> None:
    assert [reading("pneumoni", "crb65", n) for n in range(5)] == [
        "Low risk", "Medium risk", "Medium risk", "High risk", "High risk",
    ]  # fmt: skip
    assert [reading("sepsis", "news2", n) for n in (0, 4, 5, 6, 7, 20)] == [
        "Low risk", "Low risk", "Medium risk", "Medium risk", "High risk", "High risk",
    ]  # fmt: skip
    limit = "Below the limit"
    assert [reading("sepsis", "qsofa", n) == limit for n in range(4)] == [True, True, False, False]


# --- NEWS2: Royal College of Physicians 2017 ---------------------------------------------------------

CALM: Known = {
    "respiratory_rate": 16,
    "saturation": 97,
    "on_oxygen": "no",
    "systolic": 120,
    "pulse": 70,
    "consciousness": "alert",
    "temperature": 37,
}
CHART: dict[str, dict[int | str | float, int]] = {
    "respiratory_rate": {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3},
    "saturation": {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0},
    "on_oxygen": {"no": 0, "yes": 2},
    "systolic": {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3},
    "pulse": {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3},
    "consciousness": {"alert": 0, "confused": 3, "voice": 3, "pain": 3, "unresponsive": 3},
    "temperature": {35.0: 3, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.1: 2},
}


@pytest.mark.parametrize(
    ("name", "value", "points"), [(name, v, p) for name, band in CHART.items() for v, p in band.items()]
)
def test_news2_at_each_limit_of_the_chart(name: str, value: int | str | float, points: int) -> None:
    assert score("sepsis", "news2", CALM, **{name: value}) == points


def test_news2_of_somebody_very_ill_and_of_somebody_half_examined() -> None:
    worst: Known = {
        "respiratory_rate": 25,
        "saturation": 91,
        "on_oxygen": "yes",
        "systolic": 90,
        "pulse": 131,
        "consciousness": "unresponsive",
        "temperature": 35,
    }
    assert score("sepsis", "news2", worst) == 20
    for name in CHART:
        assert score("sepsis", "news2", CALM, **{name: None}) is None


@pytest.mark.parametrize(
    ("on_oxygen", "points"),
    [
        ("no", {83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0, 93: 0, 100: 0}),
        ("yes", {83: 5, 84: 4, 85: 4, 86: 3, 87: 3, 88: 2, 92: 2, 93: 3, 94: 3, 95: 4, 96: 4, 97: 5, 100: 5}),
    ],
)
def test_news2_with_a_target_of_88_to_92_per_cent_uses_the_other_scale(on_oxygen: str, points: dict[int, int]) -> None:
    known = dict(CALM) | {"oxygen_target": "yes", "on_oxygen": on_oxygen}
    assert {value: score("sepsis", "news2", known, saturation=value) for value in points} == points


def test_three_points_in_one_part_of_news2_are_more_than_a_low_risk() -> None:
    def read(**other: str | int) -> tuple[object, str]:
        answers = {name: answer(value) for name, value in (dict(CALM) | other).items()}  # type: ignore[arg-type]
        now = next(one for one in acute("sepsis", answers).scores if one.score.code == "news2")
        return now.value, str(now.read_as and now.read_as.en)

    assert read() == (0, "Low risk")
    # Two and two.
    assert read(respiratory_rate=21, saturation=93) == (4, "Low risk")
    assert read(consciousness="voice") == (3, "Low to medium risk (3 points in one part)")
    assert read(consciousness="voice", saturation=93) == (5, "Medium risk")
    assert read(consciousness="voice", on_oxygen="yes", saturation=93) == (7, "High risk")


UNMEASURABLE = Answer(missing=Missing.UNMEASURABLE)


def test_what_is_too_low_to_be_measured_gives_the_points_of_the_lowest() -> None:
    answers = {name: answer(value) for name, value in CALM.items()}  # type: ignore[arg-type]
    found = scores(acute("sepsis", answers | {"systolic": UNMEASURABLE, "diastolic": UNMEASURABLE}))
    assert [found["news2_pressure"], found["news2"], found["qsofa"], found["vital_signs_measured"]] == [3, 3, 1, 6]
    found = scores(acute("sepsis", answers | {"saturation": UNMEASURABLE}))
    assert [found["news2_saturation"], found["news2"]] == [3, 3]
    well = {"confusion": "no", "respiratory_rate": 29}
    answers = {name: answer(value) for name, value in well.items()}  # type: ignore[arg-type]
    found = scores(acute("pneumoni", answers | {"systolic": UNMEASURABLE, "diastolic": UNMEASURABLE}))
    assert found["crb65"] == 2, "of which one for an age of 70"


def test_a_diastolic_pressure_without_a_systolic_is_a_slip_of_the_pen() -> None:
    for diastolic, broken in ((answer(60), ["pressures_in_order"]), (UNMEASURABLE, []), (UNKNOWN, [])):
        found = acute("sepsis", {"systolic": UNMEASURABLE, "diastolic": diastolic})
        assert [rule.code for rule in found.broken] == broken


# --- qSOFA: Seymour et al., JAMA 2016 ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "systolic", "consciousness", "points"),
    [
        (21, 101, "alert", 0),
        (22, 101, "alert", 1),
        (21, 100, "alert", 1),
        (21, 101, "confused", 1),
        (22, 100, "unresponsive", 3),
        (None, 100, "alert", None),
    ],
)
def test_qsofa(rate: int | None, systolic: int, consciousness: str, points: int | None) -> None:
    known: Known = {"respiratory_rate": rate, "systolic": systolic, "consciousness": consciousness}
    assert score("sepsis", "qsofa", known) == points


# --- SOFA: Vincent et al., Intensive Care Med 1996 -------------------------------------------------------

VENTILATED, ON_OXYGEN = frozenset({"ventilator"}), frozenset({"oxygen"})


@pytest.mark.parametrize(
    ("pao2", "fio2", "support", "points"),
    [
        (53.3, 100, ON_OXYGEN, 0),
        (53.2, 100, ON_OXYGEN, 1),
        (40.0, 100, ON_OXYGEN, 1),
        (39.9, 100, ON_OXYGEN, 2),
        # Below 26.7 kPa, 3 points only with respiratory support, and below 13.3 kPa, 4.
        (26.7, 100, VENTILATED, 2),
        (26.6, 100, VENTILATED, 3),
        (26.6, 100, ON_OXYGEN, 2),
        (26.6, 100, frozenset({"niv", "oxygen"}), 3),
        (13.3, 100, VENTILATED, 3),
        (13.2, 100, VENTILATED, 4),
        (13.2, 100, ON_OXYGEN, 2),
        # 10.5 kPa in air is a ratio of 50.
        (10.5, 21, frozenset({"none"}), 1),
        (10.5, None, VENTILATED, None),
        (26.6, 100, None, None),
        # No support is needed for less, and no more oxygen than 100 % is given.
        (26.7, 100, None, 2),
        (53.3, None, None, 0),
        (10.0, None, ON_OXYGEN, None),
        (8.3, None, ON_OXYGEN, 2),
    ],
)
def test_sofa_respiration(pao2: float, fio2: int | None, support: frozenset[str] | None, points: int | None) -> None:
    known: Known = {"pao2": pao2, "fio2": fio2, "breathing_support": support}
    assert score("sepsis", "sofa_respiration", known) == points


@pytest.mark.parametrize(
    ("code", "name", "limits"),
    [
        ("sofa_coagulation", "platelets", {150: 0, 149: 1, 100: 1, 99: 2, 50: 2, 49: 3, 20: 3, 19: 4, 0: 4}),
        ("sofa_liver", "bilirubin", {19: 0, 20: 1, 32: 1, 33: 2, 101: 2, 102: 3, 204: 3, 205: 4}),
        ("sofa_consciousness", "gcs", {15: 0, 14: 1, 13: 1, 12: 2, 10: 2, 9: 3, 6: 3, 5: 4, 3: 4}),
        ("sofa_kidneys", "creatinine", {109: 0, 110: 1, 170: 1, 171: 2, 299: 2, 300: 3, 440: 3, 441: 4}),
    ],
)
def test_sofa_of_one_measure_at_each_limit(code: str, name: str, limits: dict[int, int]) -> None:
    assert {number: score("sepsis", code, {name: number, "crrt": "no"}) for number in limits} == limits
    assert score("sepsis", code, {"crrt": "no"}) is None


@pytest.mark.parametrize(("urine", "points"), [(500, 1), (499, 3), (200, 3), (199, 4), (None, 1)])
def test_sofa_kidneys_takes_the_worse_of_creatinine_and_urine(urine: int | None, points: int) -> None:
    known: Known = {"crrt": "no", "urine_output": urine}
    assert score("sepsis", "sofa_kidneys", known, creatinine=120) == points
    assert score("sepsis", "sofa_kidneys", known, creatinine=500) == 4


def test_sofa_kidneys_is_four_with_crrt_whatever_is_left_of_creatinine() -> None:
    assert score("sepsis", "sofa_kidneys", {"creatinine": 90, "crrt": "yes"}) == 4
    assert score("sepsis", "sofa_kidneys", {"crrt": "yes"}) == 4
    assert score("sepsis", "sofa_kidneys", {"creatinine": 90}) is None


@pytest.mark.parametrize(
    ("pressure", "drugs", "doses", "points"),
    [
        (70, {"none"}, {}, 0),
        (69, {"none"}, {}, 1),
        (80, {"dobutamine"}, {}, 2),
        (80, {"dopamine"}, {"dopamine_dose": 5}, 2),
        (80, {"dopamine"}, {"dopamine_dose": 5.1}, 3),
        (80, {"dopamine"}, {"dopamine_dose": 15}, 3),
        (80, {"dopamine"}, {"dopamine_dose": 15.1}, 4),
        (80, {"noradrenaline"}, {"noradrenaline_dose": 0.1}, 3),
        (80, {"noradrenaline"}, {"noradrenaline_dose": 0.11}, 4),
        (80, {"adrenaline"}, {"adrenaline_dose": 0.1}, 3),
        (80, {"adrenaline"}, {"adrenaline_dose": 0.11}, 4),
        (60, {"dobutamine", "noradrenaline"}, {"noradrenaline_dose": 0.05}, 3),
        # A drug without a dose could be 3 or 4.
        (80, {"noradrenaline"}, {}, None),
        (60, {"vasopressin"}, {}, 1),
        # The pressure is not asked when a drug gives as many points as there are.
        (None, {"noradrenaline"}, {"noradrenaline_dose": 0.3}, 4),
        (None, {"dobutamine"}, {}, 2),
        (None, {"none"}, {}, None),
    ],
)
def test_sofa_circulation(pressure: int | None, drugs: set[str], doses: dict[str, float], points: int | None) -> None:
    known: Known = {"mean_pressure": pressure, "vasopressor": frozenset(drugs), **doses}
    assert score("sepsis", "sofa_circulation", known) == points


# --- through the whole form ------------------------------------------------------------------------------

ADULT = KnownOfPatient(birth_date=None, sex="female", died_on=None, age=70)
UNKNOWN = Answer(missing=Missing.UNKNOWN)
INCLUDED = {"arrived_at": answer(at("2026-01-01T10:00")), "acquired": answer("community")}
SOFA = {
    "crrt": answer("no"),
    "pao2": answer(10),
    "fio2": answer(40),
    "breathing_support": answer(VENTILATED),
    "platelets": answer(90),
    "bilirubin": answer(40),
    "vasopressor": answer(frozenset({"noradrenaline"})),
    "noradrenaline_dose": answer(Decimal("0.2")),
    "mean_pressure": answer(62),
    "gcs": answer(13),
    "creatinine": answer(180),
}


def acute(form: str, answers: Mapping[str, Answer], **included: Answer) -> Assessment:
    whole = {"inclusion": INCLUDED | included, "acute": dict(answers)}
    return assess(form_of(form, 1), "acute", answers=whole, patient=ADULT)


def scores(found: Assessment) -> dict[str, Decimal | None]:
    return {one.score.code: one.value for one in found.scores}


def test_sofa_is_the_sum_of_its_parts() -> None:
    found = scores(acute("sepsis", SOFA))
    assert found["pf_ratio"] == 25
    assert [found[f"sofa_{part}"] for part in ("respiration", "coagulation", "liver", "circulation")] == [3, 2, 2, 4]
    assert [found[f"sofa_{part}"] for part in ("consciousness", "kidneys")] == [1, 2]
    assert found["sofa_total"] == found["sofa_at_least"] == 14


def test_sofa_with_a_part_unknown_is_unknown_and_has_a_lowest_possible() -> None:
    found = scores(acute("sepsis", SOFA | {"bilirubin": UNKNOWN}))
    assert [found["sofa_liver"], found["sofa_total"], found["sofa_at_least"]] == [None, None, 12]


@pytest.mark.parametrize(
    ("unknown", "part", "least"),
    [
        ({"mean_pressure", "noradrenaline_dose"}, "circulation", 3),
        ({"mean_pressure"}, "circulation", 4),
        ({"vasopressor"}, "circulation", 1),
        ({"creatinine"}, "kidneys", 0),
        ({"breathing_support"}, "respiration", 2),
        ({"fio2"}, "respiration", 1),
        ({"platelets"}, "coagulation", 0),
    ],
)
def test_the_lowest_possible_sofa_keeps_what_is_certain_of_a_part(unknown: set[str], part: str, least: int) -> None:
    whole = scores(acute("sepsis", SOFA))
    found = scores(acute("sepsis", SOFA | dict.fromkeys(unknown, UNKNOWN)))
    was = whole[f"sofa_{part}"]
    assert was is not None
    assert whole["sofa_total"] is not None
    assert found["sofa_at_least"] == whole["sofa_total"] - was + least


def test_little_urine_is_four_points_also_without_creatinine() -> None:
    found = scores(acute("sepsis", SOFA | {"creatinine": UNKNOWN, "urine_output": answer(100)}))
    assert [found["sofa_kidneys"], found["sofa_total"], found["sofa_at_least"]] == [4, 16, 16]
    less = scores(acute("sepsis", SOFA | {"creatinine": UNKNOWN, "urine_output": answer(300)}))
    assert [less["sofa_kidneys"], less["sofa_total"], less["sofa_at_least"]] == [None, None, 15]


def test_a_dose_of_a_drug_that_is_no_longer_chosen_does_not_count() -> None:
    found = scores(acute("sepsis", SOFA | {"vasopressor": answer(frozenset({"none"}))}))
    assert found["sofa_circulation"] == 1


def test_times_are_in_minutes_from_the_door() -> None:
    taken = {
        "antibiotic": answer(frozenset({"cefotaxime"})),
        "antibiotic_at": answer(at("2026-01-01T10:59")),
        "blood_culture": answer("yes"),
        "blood_cultured_at": answer(at("2026-01-01T11:00")),
    }
    for form in ("pneumoni", "meningit", "sepsis"):
        found = scores(acute(form, taken))
        assert [found["minutes_to_antibiotic"], found["culture_before_antibiotic"]] == [59, 0]
        earlier = scores(acute(form, taken | {"blood_cultured_at": answer(at("2026-01-01T10:59"))}))
        assert earlier["culture_before_antibiotic"] == 1
        never = scores(acute(form, taken | {"blood_culture": answer("no")}))
        assert never["culture_before_antibiotic"] == 0
        assert scores(acute(form, taken | {"blood_culture": UNKNOWN}))["culture_before_antibiotic"] is None


def test_a_time_that_ends_before_it_starts_is_no_score_and_the_form_says_so() -> None:
    taken = {
        "antibiotic": answer(frozenset({"cefotaxime"})),
        "antibiotic_at": answer(at("2025-01-05T10:00")),
        "steroid": answer("with_first"),
    }
    for form in ("pneumoni", "meningit", "sepsis", "endokardit"):
        found = acute(form, taken)
        now = next(one for one in found.scores if one.score.code == "minutes_to_antibiotic")
        assert (now.value, now.is_open, now.is_backwards) == (None, False, True)
        shown = score_shown(now)
        assert (shown.value, shown.unit, shown.reading) == ("Okänt", "", "Tiden slutar innan den börjar.")
        assert shown.is_counted, "else the page folds the reading away"
        assert "arrived_at_before_antibiotic_at" in [rule.code for rule in found.broken]
    assert scores(acute("meningit", taken))["treated_within_hour"] is None


@pytest.mark.parametrize("form", list(catalogue().forms.values()), ids=lambda form: form.code)
def test_no_time_of_a_score_is_ever_negative(form: Form) -> None:
    """Also of what may happen in that order, such as echocardiography before the arrival."""
    timed = [score for score in form.scores.values() if any(name.endswith(TIMES) for name in score.formula.names)]
    assert timed
    for step in form.steps:
        dice = random.Random(step.code)
        for _ in range(50):
            answers = {s.code: {q.code: a for q in s.questions if (a := some_answer(q, dice))} for s in form.steps}
            for now in assess(form, step.code, answers=answers, patient=ADULT).scores:
                if now.score in timed:
                    assert now.value is None or now.value >= 0, now.score.code


def test_the_clock_of_a_meningitis_from_hospital_does_not_start_at_the_door() -> None:
    taken = {
        "antibiotic": answer(frozenset({"cefotaxime"})),
        "antibiotic_at": answer(at("2026-01-15T10:20")),
        "steroid": answer("with_first"),
    }
    found = acute("meningit", taken, acquired=answer("hospital"))
    skipped = {one.score.code for one in found.scores if one.is_skipped}
    assert {"minutes_to_antibiotic", "treated_within_hour", "minutes_to_lumbar_puncture"} <= skipped
    assert found.odd == ()
    known = scores(acute("meningit", taken, acquired=answer("community")))
    assert [known["minutes_to_antibiotic"], known["treated_within_hour"]] == [20180, 0]


def test_a_lumbar_puncture_at_the_hospital_before_is_asked_about_and_can_be_signed() -> None:
    found = acute(
        "meningit",
        {
            "lumbar_puncture": answer("yes"),
            "lumbar_punctured_at": answer(at("2025-12-31T22:00")),
            "ct": answer("yes"),
            "ct_at": answer(at("2025-12-31T23:00")),
            "lp_ct_order": answer("lp_first"),
        },
    )
    assert found.broken == ()
    asked = ["arrived_at_before_lumbar_punctured_at", "arrived_at_before_ct_at"]
    assert [rule.code for rule in found.odd] == asked
    assert scores(found)["minutes_to_lumbar_puncture"] is None


def test_a_culture_after_the_antibiotic_is_asked_about_and_can_be_signed() -> None:
    taken = {
        "antibiotic": answer(frozenset({"cefotaxime"})),
        "antibiotic_at": answer(at("2026-01-01T10:30")),
        "blood_culture": answer("yes"),
        "blood_cultured_at": answer(at("2026-01-01T11:00")),
    }
    for form in ("pneumoni", "meningit", "sepsis", "endokardit"):
        found = acute(form, taken)
        assert found.broken == ()
        assert [rule.code for rule in found.odd] == ["blood_cultured_at_before_antibiotic_at"]


@pytest.mark.parametrize(
    ("minutes", "steroid", "within"),
    [("10:59", "with_first", 1), ("11:00", "with_first", 0), ("10:30", "later", 0), ("10:30", "no", 0)],
)
def test_meningitis_is_treated_within_the_hour_with_steroid_and_antibiotic(
    minutes: str, steroid: str, within: int
) -> None:
    taken = {
        "antibiotic": answer(frozenset({"cefotaxime", "ampicillin"})),
        "antibiotic_at": answer(at(f"2026-01-01T{minutes}")),
        "steroid": answer(steroid),
    }
    assert scores(acute("meningit", taken))["treated_within_hour"] == within


@pytest.mark.parametrize(
    ("known", "first"),
    [
        ({"lumbar_puncture": "yes", "ct": "no"}, 1),
        ({"lumbar_puncture": "yes", "ct": "yes", "lp_ct_order": "lp_first"}, 1),
        ({"lumbar_puncture": "yes", "ct": "yes", "lp_ct_order": "ct_first"}, 0),
        ({"lumbar_puncture": "no", "ct": "yes"}, 0),
        ({"lumbar_puncture": "yes", "ct": "yes"}, None),
    ],
)
def test_lumbar_puncture_without_ct_first(known: dict[str, str], first: int | None) -> None:
    found = scores(acute("meningit", {name: answer(value) for name, value in known.items()}))
    assert found["puncture_without_ct_first"] == first


@pytest.mark.parametrize(
    ("form", "step", "days"),
    [("pneumoni", "follow_up", 30), ("pneumoni", "follow_up", 90), ("sepsis", "follow_up", 28),
     ("sepsis", "follow_up", 90), ("endokardit", "follow_up_30", 30), ("endokardit", "follow_up_year", 365)],
)  # fmt: skip
def test_death_is_counted_from_arrival_in_hospital_or_after_it(form: str, step: str, days: int) -> None:
    found = form_of(form, 1)
    asked = [(one.code, s.code) for s in found.steps for one in s.questions if one.code.startswith("alive_")]

    def dead(alive: str, discharged: str, to: str) -> Decimal | None:
        answers: dict[str, dict[str, Answer]] = {
            "inclusion": INCLUDED,
            "discharge": {"discharged_at": answer(at(discharged)), "discharged_to": answer(to)},
        }
        for code, at_step in asked:
            earlier = int(code.removeprefix("alive_")) < days
            answers.setdefault(at_step, {})[code] = answer("yes" if earlier else alive)
        return scores(assess(found, step, answers=answers, patient=ADULT))[f"died_{days}"]

    assert dead("yes", "2026-01-10T10:00", "home") == 0
    assert dead("no", "2026-01-10T10:00", "home") == 1
    assert dead("yes", "2026-01-10T10:00", "died") == 1
    assert dead("no", "2029-01-01T10:00", "died") == 0


@pytest.mark.parametrize(("day", "died"), [(date(2026, 1, 20), 1), (date(2026, 5, 20), 0)])
@pytest.mark.parametrize("alive_30", [{}, {"alive_30": UNKNOWN}])
def test_a_death_that_is_told_at_one_year_says_how_it_was_at_30_days(
    alive_30: dict[str, Answer], day: date, died: int
) -> None:
    found = form_of("endokardit", 1)
    told = {"died_later_year": answer(frozenset({"yes"})), "death_on_year": answer(day)}
    answers = {
        "inclusion": INCLUDED,
        "discharge": {"discharged_at": answer(at("2026-01-10T10:00")), "discharged_to": answer("home")},
        "follow_up_30": alive_30,
    }
    step = "follow_up_30"
    assert scores(assess(found, step, answers=answers, patient=ADULT))["died_30"] is None
    answers["follow_up_year"] = told
    assert scores(assess(found, step, answers=answers, patient=ADULT))["died_30"] == died
    assert known_after_all(found, answers=answers, patient=ADULT)["died_30"] == died


def test_alive_at_30_days_and_dead_before_is_seen_where_the_death_is_told() -> None:
    found = form_of("endokardit", 1)

    def broken(day: date) -> set[str]:
        answers = {
            "inclusion": INCLUDED,
            "discharge": {"discharged_at": answer(at("2026-01-10T10:00")), "discharged_to": answer("home")},
            "follow_up_30": {"alive_30": answer("yes")},
            "follow_up_year": {"died_later_year": answer(frozenset({"yes"})), "death_on_year": answer(day)},
        }
        return {rule.code for rule in assess(found, "follow_up_year", answers=answers, patient=ADULT).broken}

    assert "not_alive_30_after_death_year" in broken(date(2026, 1, 20))
    assert broken(date(2026, 5, 20)) == set()


def test_who_died_in_hospital_is_asked_nothing_more() -> None:
    for form in ("pneumoni", "sepsis", "meningit", "endokardit"):
        found = form_of(form, 1)
        answers = {
            "inclusion": INCLUDED,
            "discharge": {"discharged_at": answer(at("2026-01-10T10:00")), "discharged_to": answer("died")},
        }
        for step in found.steps[3:]:
            assessed = assess(found, step.code, answers=answers, patient=ADULT)
            assert (assessed.shown, assessed.lacking) == (frozenset(), ()), (form, step.code)


def test_the_profile_of_eq_5d_is_its_five_levels_in_a_row() -> None:
    levels = {"mobility": 2, "self_care": 1, "usual_activities": 3, "pain": 5, "anxiety": 4}
    known: Known = {f"eq5d_{name}": level for name, level in levels.items()}
    assert score("meningit", "eq5d_profile", known) == 21354
    assert score("meningit", "eq5d_profile", known, eq5d_pain=None) is None


@pytest.mark.parametrize(
    ("neurological", "hearing", "sequelae"),
    [
        ({"none"}, "none", 0),
        ({"fatigue"}, "none", 1),
        ({"none"}, "one_side", 1),
        ({"none"}, None, None),
        ({"epilepsy"}, None, 1),
    ],
)
def test_sequelae_are_neurological_or_of_hearing(
    neurological: set[str], hearing: str | None, sequelae: int | None
) -> None:
    known: Known = {"neurological": frozenset(neurological), "hearing": hearing}
    assert score("meningit", "sequelae", known) == sequelae


def test_endocarditis_counts_cultures_before_antibiotics_and_days() -> None:
    assert [
        score("endokardit", "two_cultures_before", {"blood_culture": "yes", "cultures_before": n}) for n in (1, 2)
    ] == [0, 1]
    assert score("endokardit", "two_cultures_before", {"blood_culture": "no"}) == 0
    assert score("endokardit", "antibiotic_days", {"antibiotic_1_days": 28, "antibiotic_2_days": 14}) == 28
    assert score("endokardit", "antibiotic_days", {"antibiotic_2_days": 14}) is None
