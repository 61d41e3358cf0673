"""What the four open forms say about agents, resistance, drugs and diagnoses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registret.registries.answers import Answer
from registret.registries.assessing import assess
from registret.registries.exports.questionnaire import as_questionnaire
from registret.registries.queries import form_of
from registret.registries.vocabulary import CodeSystem, Missing, VariableType
from tests.rooms.registries.building import NOBODY, at
from tests.rooms.registries.test_exports import DAY, ORIGIN, OURS, by_link, extensions

FORMS = ["pneumoni", "meningit", "endokardit", "sepsis"]


def broken(registry: str, agents: set[str], resistance: str) -> set[str]:
    answers = {
        "discharge": {
            "agent": Answer(value=frozenset(agents)),
            "resistance": Answer(value=frozenset({resistance})),
        }
    }
    found = assess(form_of(registry, 1), "discharge", answers=answers, patient=NOBODY)
    return {rule.code for rule in found.broken if "resistance" in rule.about}


@pytest.mark.parametrize("registry", FORMS)
def test_resistance_stops_the_signature_where_the_agent_cannot_have_it(registry: str) -> None:
    assert broken(registry, {"pneumococcus"}, "vre") == {"vre_has_its_agent"}
    assert broken(registry, {"pneumococcus"}, "mrsa") == {"mrsa_has_its_agent"}
    assert broken(registry, {"staph_aureus"}, "esbl") == {"esbl_has_its_agent"}
    assert broken(registry, {"staph_aureus"}, "pnsp") == {"pnsp_has_its_agent"}
    assert broken(registry, {"pneumococcus"}, "pnsp") == set()
    assert broken(registry, {"staph_aureus", "pneumococcus"}, "mrsa") == set()
    assert broken(registry, {"enterobacterales"}, "esbl") == set()


def test_vre_of_legionella_is_flagged_and_of_enterococci_is_not() -> None:
    assert broken("pneumoni", {"legionella"}, "vre") == {"vre_has_its_agent"}
    assert broken("endokardit", {"enterococcus_faecium"}, "vre") == set()


def test_a_disease_that_several_codes_cover_is_not_said_to_be_the_same_as_one_of_them() -> None:
    (diabetes,) = [o for o in form_of("sepsis", 1).questions["comorbidity"].options if o.code == "diabetes"]
    assert diabetes.codes[CodeSystem.ICD10SE] == ("E10", "E11", "E12", "E13", "E14")
    options = by_link(form_of("sepsis", 1))["comorbidity"].answerOption
    (option,) = [one for one in options if one.valueCoding.code == "diabetes"]
    assert extensions(option, f"{OURS}same-as") == []
    covered = [one.valueCoding.code for one in extensions(option, f"{OURS}covers")]
    assert covered == ["E10", "E11", "E12", "E13", "E14"]
    for registry in FORMS:
        first = as_questionnaire(form_of(registry, 1), origin=ORIGIN, on=DAY)["item"][0]["item"][0]["item"]
        codes = [coding["code"] for item in first for coding in item.get("code", ())]
        assert not {"A41", "J18", "G00", "I33"} & set(codes)


@pytest.mark.parametrize("registry", FORMS)
def test_drugs_against_anaerobes_and_fungi_can_be_chosen(registry: str) -> None:
    drugs = {
        option.code
        for option in form_of(registry, 1)
        .questions["antibiotic_1" if registry == "endokardit" else "antibiotic"]
        .options
    }
    assert {"metronidazole", "cefuroxime", "amikacin", "clarithromycin", "fluconazole", "caspofungin"} <= drugs


@pytest.mark.parametrize("registry", FORMS)
def test_another_agent_is_named_in_words_that_leave_no_research_file(registry: str) -> None:
    assert form_of(registry, 1).questions["other_agent"].type is VariableType.TEXT


def asked_about(registry: str, step: str, **answers: Answer) -> set[str]:
    """Rules that the answers break, told by step: those that stop the signature, and those that only ask."""
    form = form_of(registry, 1)
    told: dict[str, dict[str, Answer]] = {}
    for code, answer in answers.items():
        told.setdefault(form.questions[code].step, {})[code] = answer
    found = assess(form, step, answers=told, patient=NOBODY)
    return {rule.code for rule in (*found.broken, *found.odd)}


POSITIVE, YES, UNKNOWN = Answer(value="positive"), Answer(value="yes"), Answer(missing=Missing.UNKNOWN)
BLOOD = {"blood_culture": YES, "blood_culture_result": POSITIVE}
CSF = {"lumbar_puncture": YES, "csf_culture": POSITIVE}


@pytest.mark.parametrize(
    ("registry", "positive", "rule"),
    [
        ("pneumoni", BLOOD, "positive_blood_has_an_agent"),
        ("pneumoni", {"airway_culture": YES, "airway_culture_result": POSITIVE}, "positive_airway_has_an_agent"),
        ("pneumoni", {"pneumococcal_antigen": POSITIVE}, "antigen_has_its_agent"),
        ("pneumoni", {"legionella_antigen": POSITIVE}, "antigen_has_its_agent"),
        ("meningit", BLOOD, "positive_culture_has_an_agent"),
        ("meningit", CSF, "positive_culture_has_an_agent"),
        ("meningit", {"lumbar_puncture": YES, "csf_pcr": POSITIVE}, "positive_pcr_has_an_agent"),
        (
            "endokardit",
            {"blood_culture": YES, "cultures_positive": Answer(value=Decimal(2))},
            "positive_cultures_have_an_agent",
        ),
        ("sepsis", BLOOD, "positive_blood_has_an_agent"),
    ],
)
def test_a_positive_sample_without_an_agent_is_asked_about(
    registry: str, positive: dict[str, Answer], rule: str
) -> None:
    none = Answer(value=frozenset({"none_found"}))
    assert rule in asked_about(registry, "discharge", **positive)
    assert rule in asked_about(registry, "discharge", **positive, agent=none)
    assert rule in asked_about(registry, "discharge", **positive, agent=UNKNOWN)
    both = Answer(value=frozenset({"pneumococcus", "legionella"} if registry == "pneumoni" else {"pneumococcus"}))
    assert rule not in asked_about(registry, "discharge", **positive, agent=both)
    negative = {code: Answer(value="negative") if one is POSITIVE else one for code, one in positive.items()}
    if negative != positive:
        assert rule not in asked_about(registry, "discharge", **negative, agent=none)


@pytest.mark.parametrize(
    ("registry", "code", "wrong", "right"),
    [
        ("pneumoni", "J13", "legionella", "pneumococcus"),
        ("pneumoni", "J13.9", "none_found", "pneumococcus"),
        ("pneumoni", "A48.1", "pneumococcus", "legionella_other"),
        ("pneumoni", "J15.7", "pneumococcus", "mycoplasma"),
        ("pneumoni", "J10.0", "rsv", "influenza_b"),
        ("pneumoni", "U07.1", "influenza_a", "sars_cov_2"),
        ("meningit", "G00.1", "listeria", "pneumococcus"),
        ("meningit", "A39.0", "pneumococcus", "meningococcus"),
        ("endokardit", "B37.6", "staph_aureus", "candida"),
        ("sepsis", "A41.0", "e_coli", "staph_aureus"),
        ("sepsis", "A41.5", "staph_aureus", "klebsiella"),
        ("sepsis", "A40.3", "strep_pyogenes", "pneumococcus"),
    ],
)
def test_a_diagnosis_that_names_an_agent_is_asked_about_if_another_is_chosen(
    registry: str, code: str, wrong: str, right: str
) -> None:
    def asked(*agents: str) -> set[str]:
        told = {"main_diagnosis": Answer(value=code), "agent": Answer(value=frozenset(agents))}
        return {one for one in asked_about(registry, "discharge", **told) if one.startswith("diagnosis_has_its_")}

    assert len(asked(wrong)) == 1
    assert asked(right) == asked(right, wrong) == set()
    found = asked_about(registry, "discharge", main_diagnosis=Answer(value=code), agent=UNKNOWN)
    assert [one for one in found if one.startswith("diagnosis_has_its_")]


@pytest.mark.parametrize("registry", FORMS)
def test_a_diagnosis_that_names_no_agent_asks_nothing(registry: str) -> None:
    told = {"main_diagnosis": Answer(value="R65.1"), "agent": Answer(value=frozenset({"pneumococcus"}))}
    assert not [one for one in asked_about(registry, "discharge", **told) if one.startswith("diagnosis_has")]


@pytest.mark.parametrize("registry", FORMS)
def test_another_agent_is_named_or_said_to_be_unknown_before_the_signature(registry: str) -> None:
    told = {"discharge": {"agent": Answer(value=frozenset({"other"}))}}
    assert "other_agent" in assess(form_of(registry, 1), "discharge", answers=told, patient=NOBODY).lacking


NINE, TEN = Answer(value=at("2026-11-20T09:00")), Answer(value=at("2026-11-20T10:00"))


@pytest.mark.parametrize(
    ("registry", "step", "times"),
    [
        ("pneumoni", "acute", {"arrived_at": TEN, "intensive_care": YES, "intensive_care_from": NINE}),
        ("meningit", "acute", {"arrived_at": TEN, "intensive_care": YES, "intensive_care_from": NINE}),
        ("sepsis", "inclusion", {"arrived_at": TEN, "intensive_care": YES, "intensive_care_from": NINE}),
        (
            "meningit",
            "acute",
            {"arrived_at": TEN, "steroid": Answer(value="later"), "steroid_at": NINE},
        ),
        (
            "sepsis",
            "acute",
            {
                "arrived_at": TEN,
                "lactate": Answer(value=Decimal(4)),
                "lactate_repeat": Answer(value=Decimal(3)),
                "lactate_repeat_at": NINE,
            },
        ),
        (
            "pneumoni",
            "discharge",
            {
                "antibiotic": Answer(value=frozenset({"benzylpenicillin"})),
                "antibiotic_at": TEN,
                "oral_from": Answer(value=date(2026, 11, 19)),
            },
        ),
        (
            "pneumoni",
            "discharge",
            {"discharged_at": TEN, "oral_from": Answer(value=date(2026, 11, 22))},
        ),
    ],
)
def test_times_that_cannot_come_in_that_order_are_asked_about(
    registry: str, step: str, times: dict[str, Answer]
) -> None:
    assert asked_about(registry, step, **times)


@pytest.mark.parametrize("code", ["lactate", "lactate_repeat"])
def test_lactate_of_any_sample_claims_no_code_of_one_kind_of_blood(code: str) -> None:
    codes = form_of("sepsis", 1).questions[code].variable.codes[CodeSystem.LOINC]
    assert codes == ("2518-9", "2519-7", "2524-7", "32693-4")
    item = by_link(form_of("sepsis", 1))[code]
    assert [coding.code for coding in item.code or ()] == []


@pytest.mark.parametrize(
    ("imaging", "asked"),
    [
        (Answer(value=frozenset({"xray_infiltrate"})), {"multilobar", "pleural_effusion"}),
        (Answer(value=frozenset({"xray_normal", "ct_infiltrate"})), {"multilobar", "pleural_effusion"}),
        (Answer(value=frozenset({"xray_normal"})), {"pleural_effusion"}),
        (Answer(missing=Missing.NOT_DONE), set()),
        (Answer(), set()),
    ],
)
def test_pneumonia_asks_how_far_it_reaches_where_an_image_can_tell(imaging: Answer, asked: set[str]) -> None:
    told = {"acute": {"imaging": imaging}} if imaging != Answer() else {}
    found = assess(form_of("pneumoni", 1), "acute", answers=told, patient=NOBODY)
    extent = {"multilobar", "pleural_effusion"}
    assert found.shown & extent == asked
    assert not extent & set(found.lacking)
