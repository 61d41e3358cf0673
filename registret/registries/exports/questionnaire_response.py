"""Answers to a form as a FHIR R4 QuestionnaireResponse to the Questionnaire that `questionnaire` makes of it.

What FHIR has no place for stands in extensions of our own, as there: why an answer is missing, a mark before a number,
and who has signed a step and when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registret.kernel.sweden import SWEDEN
from registret.registries.answers import Answer
from registret.registries.exports.fhir import (
    REASONS,
    SYSTEMS,
    Json,
    as_number,
    coded_option,
    own_extension,
)
from registret.registries.exports.fhir_terms import NUMBER_SYSTEMS
from registret.registries.forms import Form, FormScore, FormStep, Question
from registret.registries.language.evaluating import Value
from registret.registries.vocabulary import VariableType


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredStep:
    """`state`: as the registry calls it. `signed_by`: empty if it is not signed."""

    state: str
    signed_at: datetime | None
    signed_by: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredForm:
    """`steps`: by code. `scores`: those that have a value. `number_kind`: as the patient's number is called.
    `sex`: FHIR's code."""

    form: Form
    episode: str
    number: str
    number_kind: str
    birth_date: date
    sex: str
    began_at: datetime
    saved_at: datetime
    is_completed: bool
    steps: Mapping[str, AnsweredStep]
    scores: Mapping[str, Decimal]


def as_response(answered: AnsweredForm, *, origin: str) -> Json:
    """`origin`: as of the Questionnaire."""
    base = f"{origin}/fhir"
    form = answered.form
    steps = ((step, answered.steps[step.code]) for step in form.steps if step.code in answered.steps)
    items = [_step(base, form, step, told, answered.scores) for step, told in steps]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": answered.episode,
        "identifier": {"system": f"{base}/NamingSystem/episode", "value": answered.episode},
        "questionnaire": f"{base}/Questionnaire/{form.code}|{form.version}",
        "status": "completed" if answered.is_completed else "in-progress",
        "subject": _subject(base, answered),
        "authored": moment(answered.saved_at),
        "item": items,
    }


def _subject(base: str, answered: AnsweredForm) -> Json:
    about = {"birth-date": {"valueDate": answered.birth_date.isoformat()}, "sex": {"valueCode": answered.sex}}
    return patient_of(base, answered) | {
        "extension": [own_extension(base, name, value) for name, value in about.items()]
    }


def patient_of(base: str, answered: AnsweredForm) -> Json:
    """By number. `base`: of the names that are ours."""
    # A reserve number is of the region that gave it out, and has no address that all know.
    system = NUMBER_SYSTEMS.get(answered.number_kind, f"{base}/NamingSystem/{answered.number_kind}")
    return {"type": "Patient", "identifier": {"system": system, "value": answered.number}}


def _step(base: str, form: Form, step: FormStep, told: AnsweredStep, scores: Mapping[str, Decimal]) -> Json:
    sections = [
        (f"section:{step.code}.{section.code}", [_item(base, form, q, told.answers[q.code]) for q in section.questions
                                                if q.code in told.answers])
        for section in step.sections
    ]  # fmt: skip
    computed = [_computed(score, scores[score.code]) for score in step.scores if score.code in scores]
    groups = [*sections, (f"scores:{step.code}", computed)]
    items = [{"linkId": link, "item": found} for link, found in groups if found]
    extension = [own_extension(base, name, value) for name, value in _facts(told)]
    return {"linkId": f"step:{step.code}", "extension": extension, **({"item": items} if items else {})}


def _facts(told: AnsweredStep) -> Iterator[tuple[str, Json]]:
    yield "step-state", {"valueCode": told.state}
    if told.signed_at is not None:
        yield "signed-at", {"valueDateTime": moment(told.signed_at)}
        yield "signed-by", {"valueString": told.signed_by}


def _item(base: str, form: Form, question: Question, answer: Answer) -> Json:
    return {"linkId": question.code, "answer": list(_answers(base, form, question, answer))}


def _answers(base: str, form: Form, question: Question, answer: Answer) -> Iterator[Json]:
    if answer.missing is not None:
        yield {"extension": [own_extension(base, "missing", {"valueCoding": REASONS[answer.missing]})]}
        return
    values: list[Value] = [*sorted(answer.value)] if isinstance(answer.value, frozenset) else [answer.value]
    mark = {"extension": [own_extension(base, "mark", {"valueCode": answer.mark.value})]} if answer.mark else {}
    for value in values:
        match value:
            case Decimal() if question.type is VariableType.INTEGER:
                yield {**mark, "valueInteger": int(value)}
            case Decimal():
                yield {**mark, "valueDecimal": as_number(value)}
            case datetime():
                yield {"valueDateTime": moment(value)}
            case date():
                yield {"valueDate": value.isoformat()}
            case _ if question.terminology is not None:
                yield {"valueCoding": {"system": SYSTEMS[question.terminology.system], "code": str(value)}}
            case _ if question.options:
                option = next(one for one in question.options if one.code == value)
                yield {"valueCoding": coded_option(base, form, question, option)}
            case _:
                yield {"valueString": str(value)}


def _computed(score: FormScore, value: Decimal) -> Json:
    if score.is_yes_or_no:
        return {"linkId": score.code, "answer": [{"valueBoolean": value == 1}]}
    kind = "valueDecimal" if score.decimals else "valueInteger"
    return {"linkId": score.code, "answer": [{kind: as_number(value)}]}


def moment(value: datetime) -> str:
    """FHIR's dateTime, with the offset that Sweden had."""
    return value.astimezone(SWEDEN).isoformat(timespec="seconds")
