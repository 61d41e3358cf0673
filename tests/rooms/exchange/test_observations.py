"""What forms observe, as FHIR Observations that an independent library understands."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fhir.resources.R4B.observation import Observation

from registret.exchange.exporting.fhir_file import answered_form
from registret.records.lifecycle import StepState
from registret.records.queries.exports import ExportedEpisode
from registret.registries.answers import Answer
from registret.registries.exports.fhir import REASONS, SYSTEMS
from registret.registries.exports.observation import as_observations
from registret.registries.forms import Form
from registret.registries.queries import catalogue, form_of
from registret.registries.vocabulary import CodeSystem, Mark, Missing, VariableType
from tests.rooms.exchange.taken_out import episodes

ORIGIN = "https://registret.example"
LOINC, SNOMED = SYSTEMS[CodeSystem.LOINC], SYSTEMS[CodeSystem.SNOMED]
Json = dict[str, Any]


def observed(episode: ExportedEpisode) -> dict[str, Json]:
    """By what they are of; each was read by the library."""
    found = {}
    for one in as_observations(answered_form(episode), origin=ORIGIN):
        Observation.model_validate_json(json.dumps(one))
        (identifier,) = one["identifier"]
        episode_id, _, name = identifier["value"].partition("/")
        assert episode_id == episode.system_id
        assert name not in found
        found[name] = one
    return found


def with_answers(answers: dict[str, Answer], *, form: Form | None = None) -> ExportedEpisode:
    """A pneumonia of which acute care says this."""
    (episode,) = episodes(form_of("pneumoni", 1), 1)
    steps = tuple(replace(one, answers=answers if one.code == "acute" else {}) for one in episode.steps)
    return replace(episode, steps=steps, form=form or episode.form)


def acute(**answers: Answer) -> dict[str, Json]:
    return observed(with_answers(answers))


@pytest.mark.parametrize("form", [pytest.param(one, id=one.code) for one in catalogue().forms.values()])
def test_every_answer_to_a_question_with_one_code_of_loinc_or_snomed_is_observed_and_no_other(form: Form) -> None:
    for episode in episodes(form, 4):
        expected = Counter(
            code
            for step in episode.steps
            for code, answer in step.answers.items()
            for _ in (answer.value if isinstance(answer.value, frozenset) else [None])
            if any(
                len(form.questions[code].variable.codes.get(one, ())) == 1
                for one in (CodeSystem.LOINC, CodeSystem.SNOMED)
            )
        )
        assert Counter(name.partition("/")[0] for name in observed(episode)) == expected
        assert expected


def test_an_observation_says_what_of_whom_when_and_from_which_form() -> None:
    episode = with_answers({"crp": Answer(value=Decimal(120))})
    (crp,) = observed(episode).values()
    assert crp["code"] == {"coding": [{"system": LOINC, "code": "1988-5"}], "text": "CRP, första värdet"}
    assert crp["valueQuantity"] == {
        "value": 120,
        "unit": "mg/L",
        "system": "http://unitsofmeasure.org",
        "code": "mg/L",
    }
    assert crp["subject"]["identifier"]["value"] == episode.patient.numbers[0].text
    assert crp["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{episode.system_id}"}]
    assert crp["effectiveDateTime"][:10] == episode.began_at.date().isoformat()
    assert crp["status"] == "final"


@pytest.mark.parametrize("state", list(StepState))
def test_only_what_is_signed_is_final(state: StepState) -> None:
    episode = with_answers({"crp": Answer(value=Decimal(120))})
    steps = tuple(replace(one, state=state) for one in episode.steps)
    (crp,) = observed(replace(episode, steps=steps)).values()
    assert crp["status"] == ("final" if state is StepState.SIGNED else "preliminary")


def test_what_is_missing_or_beyond_the_method_is_no_number() -> None:
    found = acute(crp=Answer(missing=Missing.NOT_DONE), white_cells=Answer(value=Decimal("0.1"), mark=Mark.BELOW))
    assert found["crp"]["dataAbsentReason"] == {"coding": [REASONS[Missing.NOT_DONE]]}
    assert not any(name.startswith("value") for name in found["crp"])
    assert found["white_cells"]["valueQuantity"]["comparator"] == "<"


def test_a_choice_has_the_code_of_its_list_and_those_that_are_the_same() -> None:
    (smoking,) = acute(smoking=Answer(value="never")).values()
    coding = smoking["valueCodeableConcept"]["coding"]
    assert (coding[0]["system"], coding[0]["code"]) == (f"{ORIGIN}/fhir/CodeSystem/pneumoni-1-smoking", "never")
    assert {one["system"] for one in coding[1:]} <= {SNOMED, LOINC}


def test_several_choices_are_an_observation_each_and_a_later_step_does_not_say_when() -> None:
    form = form_of("pneumoni", 1)
    agent = form.questions["agent"]
    assert agent.type is VariableType.CHOICES
    coded = replace(agent, variable=agent.variable.model_copy(update={"codes": {CodeSystem.SNOMED: ("41852-5",)}}))
    steps = tuple(
        replace(
            step,
            sections=tuple(
                replace(s, questions=tuple(coded if q is agent else q for q in s.questions)) for s in step.sections
            ),
        )
        for step in form.steps
    )
    episode = with_answers({}, form=replace(form, steps=steps))
    answers = {"agent": Answer(value=frozenset({"pneumococcus", "influenza_a"}))}
    told = tuple(replace(one, answers=answers if one.code == "discharge" else {}) for one in episode.steps)
    found = observed(replace(episode, steps=told))
    assert list(found) == ["agent/influenza_a", "agent/pneumococcus"]
    assert all("effectiveDateTime" not in one for one in found.values())
    same = found["agent/pneumococcus"]["valueCodeableConcept"]["coding"][1]
    assert same == {"system": SNOMED, "code": "9861002"}
