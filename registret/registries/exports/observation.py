"""What a form's answers observe, as FHIR R4 Observations: the observation-based `$extract` of HL7's SDC, done here.

Of each answer to a question that has a code of its own in LOINC or SNOMED CT. A question that is wider than each of
several codes has none that would be true of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from registret.registries.answers import Answer
from registret.registries.exports.fhir import REASONS, SYSTEMS, Json, as_number, coded_option
from registret.registries.exports.questionnaire_response import AnsweredForm, AnsweredStep, moment, patient_of
from registret.registries.exports.units import UCUM, ucum_of
from registret.registries.forms import Form, Question
from registret.registries.language.evaluating import Value
from registret.registries.vocabulary import CodeSystem, VariableType

_SIGNED: Final = "signed"
_AT_ARRIVAL: Final = frozenset({"inclusion", "acute"})
"""Steps that are about the patient's arrival. When what others tell was observed, nobody has said."""
_OBSERVED: Final = (CodeSystem.LOINC, CodeSystem.SNOMED)


def as_observations(answered: AnsweredForm, *, origin: str) -> Iterator[Json]:
    """One for each answer, of several choices one each; of a missing one, why. `origin`: as of the Questionnaire."""
    base = f"{origin}/fhir"
    for step in answered.form.steps:
        if (told := answered.steps.get(step.code)) is None:
            continue
        common = _common(base, answered, step.code, told)
        for question in step.questions:
            if question.code in told.answers and (codes := _codes(question)):
                for name, value in _values(base, answered.form, question, told.answers[question.code]):
                    system = f"{base}/NamingSystem/observation"
                    yield {
                        "resourceType": "Observation",
                        "identifier": [{"system": system, "value": f"{answered.episode}/{name}"}],
                        "code": {"coding": codes, "text": question.variable.label.sv},
                        **common,
                        **value,
                    }


def _common(base: str, answered: AnsweredForm, step: str, told: AnsweredStep) -> Json:
    at_arrival = {"effectiveDateTime": moment(answered.began_at)} if step in _AT_ARRIVAL else {}
    return {
        "status": "final" if told.state == _SIGNED else "preliminary",
        "subject": patient_of(base, answered),
        "derivedFrom": [{"reference": f"QuestionnaireResponse/{answered.episode}"}],
        **at_arrival,
    }


def _codes(question: Question) -> list[Json]:
    codes = question.variable.codes
    return [{"system": SYSTEMS[one], "code": codes[one][0]} for one in _OBSERVED if len(codes.get(one, ())) == 1]


def _values(base: str, form: Form, question: Question, answer: Answer) -> Iterator[tuple[str, Json]]:
    """What each is called, and what was observed."""
    if answer.missing is not None:
        yield question.code, {"dataAbsentReason": {"coding": [REASONS[answer.missing]]}}
    elif isinstance(answer.value, frozenset):
        for code in sorted(answer.value):
            yield f"{question.code}/{code}", _value(base, form, question, code)
    elif isinstance(answer.value, Decimal):
        yield question.code, _number(question, answer.value, answer.mark)
    else:
        yield question.code, _value(base, form, question, answer.value)


def _number(question: Question, value: Decimal, mark: str | None) -> Json:
    variable = question.variable
    if variable.unit is None and mark is None and question.type is VariableType.INTEGER:
        return {"valueInteger": int(value)}
    unit = {"unit": variable.unit if isinstance(variable.unit, str) else variable.unit.sv} if variable.unit else {}
    code = ucum_of(variable.unit, variable.ucum)
    quantity = {"value": as_number(value), **unit, **({"system": UCUM, "code": code} if code else {})}
    return {"valueQuantity": quantity | ({"comparator": str(mark)} if mark else {})}


def _value(base: str, form: Form, question: Question, value: Value) -> Json:
    match value:
        case datetime():
            return {"valueDateTime": moment(value)}
        case date():
            return {"valueDateTime": value.isoformat()}
        case _ if question.terminology is not None:
            coding = {"system": SYSTEMS[question.terminology.system], "code": str(value)}
            return {"valueCodeableConcept": {"coding": [coding]}}
        case _ if question.options:
            option = next(one for one in question.options if one.code == value)
            same = [{"system": SYSTEMS[one], "code": c[0]} for one, c in option.codes.items() if len(c) == 1]
            return {"valueCodeableConcept": {"coding": [coded_option(base, form, question, option), *same]}}
    return {"valueString": str(value)}
