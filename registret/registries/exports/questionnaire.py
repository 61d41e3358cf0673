"""A form as a FHIR R4 Questionnaire, so that other systems know what is asked and in which codes.

Skip logic becomes `enableWhen` where that can say it; otherwise the expression stands in an extension of our own. So do
scores and rules, which FHIR has no words for without a language of its own. Answers of `Missing` are no answers there
either: an extension says which of FHIR's reasons for absent data a question takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from registret.registries.exports.enable_when import SkipLogic
from registret.registries.exports.fhir import (
    HL7,
    REASONS,
    SYSTEMS,
    Json,
    as_number,
    list_address,
    own_extension,
    translated,
)
from registret.registries.exports.units import UCUM, ucum_of
from registret.registries.forms import Form, FormRule, FormScore, FormSection, FormStep, Question
from registret.registries.variables import Option, Range, Variable
from registret.registries.vocabulary import (
    Block,
    Codes,
    RegistryState,
    Said,
    Unit,
    VariableType,
    Words,
)

_CONTROL: Final = "http://hl7.org/fhir/questionnaire-item-control"
_TYPES: Final = {
    VariableType.CHOICE: "choice",
    VariableType.CHOICES: "choice",
    VariableType.INTEGER: "integer",
    VariableType.DECIMAL: "decimal",
    VariableType.DATE: "date",
    VariableType.MOMENT: "dateTime",
    VariableType.TEXT: "string",
    VariableType.CODE: "choice",
    VariableType.CODES: "choice",
}
_STATUS: Final = {
    RegistryState.DRAFT: "draft",
    RegistryState.OPEN: "active",
    RegistryState.CLOSED: "retired",
    RegistryState.ARCHIVED: "retired",
}


def as_questionnaire(form: Form, *, origin: str, on: date) -> Json:
    """`origin`: of the site, like `https://registret.example`; the names of what is ours begin with it. `on`: the day
    of which the status is told."""
    return _Writer(form, origin).questionnaire(on)


class _Writer:
    def __init__(self, form: Form, origin: str) -> None:
        self._form = form
        self._base = f"{origin}/fhir"
        self._skip_logic = SkipLogic(form, self._list)

    def questionnaire(self, on: date) -> Json:
        register = self._form.register
        days = {"start": register.opens, "end": register.closes}
        period = {end: day.isoformat() for end, day in days.items() if day}
        return {
            "resourceType": "Questionnaire",
            "language": "sv",
            "url": f"{self._base}/Questionnaire/{self._form.code}",
            "version": str(self._form.version),
            "name": "".join(part.capitalize() for part in self._form.code.split("-")),
            **translated("title", register.name),
            "status": _STATUS[register.state_on(on)],
            "subjectType": ["Patient"],
            **({"effectivePeriod": period} if period else {}),
            **({"contained": contained} if (contained := self._value_sets()) else {}),
            "item": [self._step(step) for step in self._form.steps],
        }

    def _step(self, step: FormStep) -> Json:
        group = _group(f"step:{step.code}", step.name, [self._section(step, section) for section in step.sections])
        if step.scores:
            group["item"].append(
                _group(
                    f"scores:{step.code}",
                    Words(sv="Beräknat", en="Computed"),
                    [self._score(score) for score in step.scores],
                )
            )
        if step.rules:
            group["extension"] = [self._rule(rule) for rule in step.rules]
        return group

    def _section(self, step: FormStep, section: FormSection) -> Json:
        at = f"section:{step.code}.{section.code}"
        items = [_display(f"{at}.intro", section.intro)] if section.intro else []
        group = _group(at, section.name, [*items, *(self._question(question) for question in section.questions)])
        if section.block is not Block.CORE:
            group["extension"] = [self._own("block", {"valueCode": section.block.value})]
        return group

    def _extensions(self, question: Question) -> Iterator[Json]:
        variable = question.variable
        if variable.opens:
            parts = [
                {"url": "after", "valueString": variable.opens.after},
                {"url": "days", "valueInteger": variable.opens.days},
            ]
            yield self._own("opens", {"extension": parts})
        yield from (*self._missing(variable), *_limits(variable), *_unit(variable.unit, variable.ucum))
        if variable.usual:
            yield self._own("usual", {"valueRange": _range(variable.usual)})
        yield from (self._own("mark", {"valueCode": mark.value}) for mark in variable.marks)
        yield from self._covers(variable.codes)
        yield self._own("purpose", {"valueString": self._form.register.purpose[variable.purpose].sv})
        if question.terminology:
            yield from (self._own("expected", {"valueString": one}) for one in variable.expected)

    def _question(self, question: Question) -> Json:
        variable = question.variable
        item: Json = {"linkId": question.code, **translated("text", variable.label), "type": _TYPES[question.type]}
        shown, extensions = self._shown(question)
        item |= {**shown, "extension": [*extensions, *self._extensions(question)]}
        same = [{"system": SYSTEMS[system], "code": c[0]} for system, c in variable.codes.items() if len(c) == 1]
        if same:
            item["code"] = same
        if variable.required and not variable.missing:
            item["required"] = True
        if question.type in {VariableType.CHOICES, VariableType.CODES}:
            item["repeats"] = True
        if question.terminology:
            item["answerValueSet"] = f"#{question.terminology.system.value}"
        if question.type is VariableType.TEXT:
            item["maxLength"] = variable.longest
        if question.options:
            item["answerOption"] = [self._option(question, option) for option in question.options]
        if variable.help:
            item["item"] = [_display(f"{question.code}.help", variable.help)]
        return item

    def _missing(self, variable: Variable) -> Iterator[Json]:
        for reason in variable.missing:
            yield self._own("missing", {"valueCoding": REASONS[reason]})
        if variable.required and variable.missing:
            yield self._own("required-unless-missing", {"valueBoolean": True})

    def _option(self, question: Question, option: Option) -> Json:
        coding = {"system": self._list(question), "code": option.code, **translated("display", option.label)}
        found: Json = {"valueCoding": coding}
        extensions = [
            self._own("same-as", {"valueCoding": {"system": SYSTEMS[system], "code": codes[0]}})
            for system, codes in option.codes.items()
            if len(codes) == 1
        ]
        extensions += self._covers(option.codes)
        if option.alone:
            extensions.append({"url": f"{HL7}questionnaire-optionExclusive", "valueBoolean": True})
        return found | ({"extension": extensions} if extensions else {})

    def _value_sets(self) -> list[Json]:
        """Of the systems that answers are codes of: all of each, for a list that comes along may lack some."""
        found = {q.terminology.system: q.terminology for q in self._form.questions.values() if q.terminology}
        return [
            {
                "resourceType": "ValueSet",
                "id": system.value,
                "status": "active",
                **translated("title", terminology.about.name),
                "compose": {"include": [{"system": SYSTEMS[system]}]},
            }
            for system, terminology in sorted(found.items())
        ]

    def _covers(self, codes: Codes) -> Iterator[Json]:
        """Several codes of one system are narrower than the question or the option: none of them is the same."""
        for system, found in codes.items():
            if len(found) > 1:
                for code in found:
                    yield self._own("covers", {"valueCoding": {"system": SYSTEMS[system], "code": code}})

    def _score(self, score: FormScore) -> Json:
        item: Json = {
            "linkId": score.code,
            **translated("text", score.name),
            "type": "boolean" if score.is_yes_or_no else "decimal" if score.decimals else "integer",
            "readOnly": True,
            "extension": [
                self._computed(score),
                self._own("score-version", {"valueString": score.version}),
                *self._source(score.source),
                *self._applies(score),
                *_unit(score.unit, score.ucum),
            ],
        }
        return item | ({"item": [_display(f"{score.code}.help", score.help)]} if score.help else {})

    def _computed(self, score: FormScore) -> Json:
        """The numbers of a value set have a licence of their own, so they stay here."""
        if score.value_set is not None:
            return self._own("value-set", {"valueString": score.value_set.code})
        return self._own("formula", {"valueString": score.formula.text})

    def _applies(self, score: FormScore) -> Iterator[Json]:
        if score.applies_if is not None:
            yield self._own("applies-if", {"valueString": score.applies_if.text})

    def _source(self, source: Said) -> Iterator[Json]:
        """In English too, where it is words and no citation."""
        yield self._own("source", {"valueString": source.sv if isinstance(source, Words) else source})
        if isinstance(source, Words):
            yield self._own("source-en", {"valueString": source.en})

    def _rule(self, rule: FormRule) -> Json:
        return {
            "url": f"{self._base}/StructureDefinition/rule",
            "extension": [
                {"url": "code", "valueCode": rule.code},
                {"url": "require", "valueString": rule.require.text},
                {"url": "level", "valueCode": rule.level.value},
                {"url": "message", "valueString": rule.message.sv},
                {"url": "message-en", "valueString": rule.message.en},
                *({"url": "about", "valueString": code} for code in rule.about),
            ],
        }

    def _shown(self, question: Question) -> tuple[Json, list[Json]]:
        if question.shown_if is None:
            return {}, []
        found = self._skip_logic.conditions(question.shown_if.text)
        if found is None:
            return {}, [self._own("shown-if", {"valueString": question.shown_if.text})]
        behaviour, conditions = found
        return {"enableWhen": conditions} | ({"enableBehavior": behaviour} if len(conditions) > 1 else {}), []

    def _list(self, question: Question) -> str:
        return list_address(self._base, self._form, question)

    def _own(self, name: str, value: Json) -> Json:
        return own_extension(self._base, name, value)


def _group(link: str, name: Words, items: list[Json]) -> Json:
    return {"linkId": link, **translated("text", name), "type": "group", "item": items}


def _display(link: str, words: Words) -> Json:
    help_ = {"coding": [{"system": _CONTROL, "code": "help"}]}
    extension = [{"url": f"{HL7}questionnaire-itemControl", "valueCodeableConcept": help_}]
    return {"linkId": link, **translated("text", words), "type": "display", "extension": extension}


def _limits(variable: Variable) -> Iterator[Json]:
    value = "valueInteger" if variable.type is VariableType.INTEGER else "valueDecimal"
    if variable.hard:
        for name, end in {"minValue": variable.hard.least, "maxValue": variable.hard.most}.items():
            if end is not None:
                yield {"url": f"{HL7}{name}", value: as_number(end)}
    if variable.decimals:
        yield {"url": f"{HL7}maxDecimalPlaces", "valueInteger": variable.decimals}


def _unit(unit: Unit | None, ucum: str | None) -> Iterator[Json]:
    if unit is not None:
        said = unit.sv if isinstance(unit, Words) else unit
        code = ucum_of(unit, ucum)
        coding = {"display": said} | ({"system": UCUM, "code": code} if code else {})
        yield {"url": f"{HL7}questionnaire-unit", "valueCoding": coding}


def _range(found: Range) -> Json:
    ends = {"low": found.least, "high": found.most}
    return {name: {"value": as_number(end)} for name, end in ends.items() if end is not None}
