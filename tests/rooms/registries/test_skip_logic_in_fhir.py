"""A form filler that knows FHIR R4 and nothing of us asks the questions that the registry asks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from registret.registries.answers import Answer
from registret.registries.assessing import KnownOfPatient, assess
from registret.registries.exports.questionnaire import as_questionnaire
from registret.registries.forms import Form, Question
from registret.registries.queries import catalogue
from registret.registries.vocabulary import VariableType
from tests.rooms.registries.building import at

PATIENT = KnownOfPatient(birth_date=None, sex="female", died_on=None, age=70)
FORMS = [pytest.param(found, id=found.code) for found in catalogue().forms.values()]
FORM_FILLINGS = 300

Answers = Mapping[str, Answer]


def items(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in of.get("item", []):
        yield item
        yield from items(item)


def is_enabled(item: dict[str, Any], answers: Mapping[str, list[object]]) -> bool:
    """What R4 says of `Questionnaire.item.enableWhen`, operator by operator. Of `<` and its like, R4 says the opposite
    of what R4's own examples and R5 say, which is what is meant."""
    found = [holds(condition, answers.get(condition["question"], [])) for condition in item.get("enableWhen", [])]
    if not found:
        return True
    return any(found) if item.get("enableBehavior") == "any" else all(found)


def holds(condition: dict[str, Any], answers: list[object]) -> bool:
    (shape,) = [key for key in condition if key.startswith("answer")]
    wanted = condition[shape]
    value: Any = wanted["code"] if shape == "answerCoding" else wanted
    compared: list[Any] = answers
    match condition["operator"]:
        case "exists":
            # "True if whether an answer exists is equal to the enableWhen answer."
            return bool(answers) is value
        case "=":
            # "True if at least one answer has a value that is equal."
            return value in compared
        case "!=":
            # "True if no answer has a value that is equal": so too if there is no answer at all.
            return value not in compared
        case "<":
            return any(one < value for one in compared)
        case "<=":
            return any(one <= value for one in compared)
        case ">":
            return any(one > value for one in compared)
        case ">=":
            return any(one >= value for one in compared)
    raise AssertionError(condition["operator"])


def some_answer(question: Question, dice: random.Random) -> Answer | None:
    if dice.random() < 0.15:
        return None
    if question.variable.missing and dice.random() < 0.25:
        return Answer(missing=dice.choice(question.variable.missing))
    match question.type:
        case VariableType.CHOICE:
            return Answer(value=dice.choice(question.options).code)
        case VariableType.CHOICES:
            some = dice.sample(question.options, min(len(question.options), dice.choice([1, 1, 2])))
            return Answer(value=frozenset(option.code for option in some))
        case VariableType.INTEGER | VariableType.DECIMAL:
            hard = question.variable.hard
            assert hard is not None
            low, high = int(hard.least or 0) + 1, int(hard.most or 10)
            return Answer(value=Decimal(dice.choice([low, min(low + 2, high), high])))
        case VariableType.DATE:
            return Answer(value=date(2026, 1, 1) + timedelta(days=dice.choice([0, 10, 40])))
        case VariableType.MOMENT:
            return Answer(value=at("2026-01-01T10:00") + timedelta(hours=dice.choice([0, 3, 400])))
        case VariableType.CODES:
            return Answer(value=frozenset({"A41.9"}))
    return Answer(value="A41.9")


def in_fhir(answer: Answer | None) -> list[object]:
    """What is missing is no answer there."""
    value = None if answer is None else answer.value
    return [] if value is None else list(value) if isinstance(value, frozenset) else [value]


@pytest.mark.parametrize("form", FORMS)
def test_enable_when_asks_what_the_engine_asks_whatever_is_answered(form: Form) -> None:
    questionnaire = as_questionnaire(form, origin="https://registret.example", on=date(2027, 1, 1))
    told = {item["linkId"]: item for item in items(questionnaire)}
    ours = {
        code
        for code, item in told.items()
        if any(one["url"].endswith(("/shown-if", "/opens")) for one in item.get("extension", []))
    }
    dice = random.Random(form.code)
    for _ in range(FORM_FILLINGS):
        answers = {
            step.code: {q.code: a for q in step.questions if (a := some_answer(q, dice)) is not None}
            for step in form.steps
        }
        seen: dict[str, list[object]] = {}
        for step in form.steps:
            shown = assess(form, step.code, answers=answers, patient=PATIENT).shown
            for question in step.questions:
                asked = question.code in shown
                if question.code not in ours:
                    said = (step.code, question.code, question.shown_if and question.shown_if.text, seen)
                    assert is_enabled(told[question.code], seen) == asked, said
                if asked:
                    seen[question.code] = in_fhir(answers[step.code].get(question.code))


def test_most_of_what_decides_about_a_question_is_said_in_fhirs_own_words() -> None:
    for form in catalogue().forms.values():
        questionnaire = as_questionnaire(form, origin="https://registret.example", on=date(2027, 1, 1))
        conditional = [one for one in items(questionnaire) if one["linkId"] in form.questions]
        ours = [one["linkId"] for one in conditional if any("/shown-if" in e["url"] for e in one["extension"])]
        assert len(ours) <= 2 + len([q for q in form.questions.values() if q.shown_if]) // 4, (form.code, ours)
