"""What the four open forms say about agents, resistance, drugs and diagnoses."""

from __future__ import annotations

import pytest

from registret.registries.answers import Answer
from registret.registries.assessing import assess
from registret.registries.queries import form_of
from registret.registries.questionnaire import as_questionnaire
from registret.registries.schema import CodeSystem, VariableType
from tests.rooms.registries.building import NOBODY
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
