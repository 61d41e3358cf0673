"""Questions and scores as items of CDISC ODM 1.3.2, with their lists and units.

Source: CDISC Operational Data Model 1.3.2, ItemDef, CodeList, MeasurementUnit. Several choices stand in one value,
with a comma between them, as OpenClinica writes them: no list of ODM can hold such a value, so an alias names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from registret.registries.exports.odm import alias, element, texted, translated
from registret.registries.exports.odm_names import MARK_LIST, MISSING_LIST
from registret.registries.exports.units import ucum_of
from registret.registries.forms import Form, FormScore, FormStep, Question
from registret.registries.variables import Option, Range
from registret.registries.vocabulary import Codes, CodeSystem, Mark, Missing, Unit, VariableType, Words

SEVERAL_OF: Final = "registret: several of, with a comma between"
"""The context of the alias that names the list of several choices."""

_TYPES: Final = {
    VariableType.CHOICE: "text",
    VariableType.CHOICES: "text",
    VariableType.INTEGER: "integer",
    VariableType.DECIMAL: "float",
    VariableType.DATE: "date",
    VariableType.MOMENT: "datetime",
    VariableType.TEXT: "text",
    VariableType.CODE: "text",
    VariableType.CODES: "text",
}
_SYSTEMS: Final = {
    CodeSystem.SNOMED: "SNOMED CT",
    CodeSystem.LOINC: "LOINC",
    CodeSystem.ICD10SE: "ICD-10-SE",
    CodeSystem.ATC: "ATC",
    CodeSystem.KVA: "KVÅ",
}
_SEX_LIST: Final = "registret:sex"
_SEXES: Final = {
    "female": Words(sv="Kvinna", en="Female"),
    "male": Words(sv="Man", en="Male"),
    "unknown": Words(sv="Okänt", en="Unknown"),
}
_REASONS: Final = {
    Missing.NOT_DONE: Words(sv="Ej utfört", en="Not done"),
    Missing.UNKNOWN: Words(sv="Okänt", en="Unknown"),
    Missing.NOT_APPLICABLE: Words(sv="Ej tillämpligt", en="Not applicable"),
    Missing.UNMEASURABLE: Words(sv="Omätbart", en="Unmeasurable"),
}
_MARKS: Final = {
    Mark.BELOW: Words(sv="Under det värde som går att mäta", en="Below what can be measured"),
    Mark.ABOVE: Words(sv="Över det värde som går att mäta", en="Above what can be measured"),
}


def items_of_patient() -> tuple[Element, ...]:
    return (
        _plain("number", Words(sv="Personnummer", en="Personal number")),
        _plain("birth_date", Words(sv="Födelsedatum", en="Birth date"), "date"),
        _plain("sex", Words(sv="Kön", en="Sex"), "text", element("CodeListRef", CodeListOID=_SEX_LIST)),
    )


def items_of_steps(step: FormStep) -> tuple[Element, ...]:
    """What a step itself is: its state, and who has signed it when."""
    return (
        _plain(f"{step.code}.state", Words(sv="Status", en="State")),
        _plain(f"{step.code}.signed_at", Words(sv="Signerad", en="Signed"), "datetime"),
        _plain(f"{step.code}.signed_by", Words(sv="Signerad av", en="Signed by")),
    )


def items_of_step(form: Form, step: FormStep) -> Iterator[Element]:
    yield from items_of_steps(step)
    yield from (_question(question) for question in step.questions)
    yield from (_score(score) for score in step.scores)


def units(forms: Sequence[Form]) -> Iterator[Element]:
    """Each once."""
    asked = ((one.variable.unit, one.variable.ucum) for form in forms for one in form.questions.values())
    computed = ((one.unit, one.ucum) for form in forms for one in form.scores.values())
    found = {_unit_oid(unit): (unit, ucum) for unit, ucum in (*asked, *computed) if unit is not None}
    for oid, (unit, ucum) in found.items():
        words = unit if isinstance(unit, Words) else Words(sv=unit, en=unit)
        code = ucum_of(unit, ucum)
        known = alias("UCUM", code) if code else None
        yield element("MeasurementUnit", translated("Symbol", words), known, OID=oid, Name=words.sv)


def code_lists(form: Form) -> Iterator[Element]:
    asked = {_list_oid(question): question for step in form.steps for question in step.questions}
    for oid, question in asked.items():
        if question.options:
            items = [_option(option, n) for n, option in enumerate(question.options, start=1)]
            yield element("CodeList", *items, OID=oid, Name=str(question.variable.list), DataType="text")
        elif question.terminology:
            name = _SYSTEMS[question.terminology.system]
            outside = element("ExternalCodeList", Dictionary=name)
            yield element("CodeList", outside, OID=oid, Name=name, DataType="text")
    for oid, words in ((_SEX_LIST, _SEXES), (MISSING_LIST, _REASONS), (MARK_LIST, _MARKS)):
        items = [_decoded(code, said) for code, said in words.items()]
        yield element("CodeList", *items, OID=oid, Name=oid, DataType="text")


def _question(question: Question) -> Element:
    variable = question.variable
    is_several = question.type in {VariableType.CHOICES, VariableType.CODES}
    has_list = bool(question.options or question.terminology)
    return element(
        "ItemDef",
        translated("Description", variable.help),
        translated("Question", variable.label),
        _unit_ref(variable.unit),
        *_range("Hard", variable.hard),
        *_range("Soft", variable.usual),
        element("CodeListRef", CodeListOID=_list_oid(question)) if has_list and not is_several else None,
        *_aliases(variable.codes),
        alias(SEVERAL_OF, _list_oid(question)) if is_several else None,
        OID=question.code,
        Name=question.code,
        DataType=_TYPES[question.type],
        **_size(question),
    )


def _size(question: Question) -> dict[str, str]:
    variable = question.variable
    if question.type is VariableType.TEXT:
        return {"Length": str(variable.longest)}
    if variable.hard is None:
        return {}
    ends = [end for end in (variable.hard.least, variable.hard.most) if end is not None]
    whole = max(len(str(abs(int(end)))) for end in ends)
    if question.type is VariableType.INTEGER:
        return {"Length": str(whole)}
    return {"Length": str(whole + variable.decimals), "SignificantDigits": str(variable.decimals)}


def _score(score: FormScore) -> Element:
    digits = {"SignificantDigits": str(score.decimals)} if score.decimals else {}
    return element(
        "ItemDef",
        translated("Description", score.help),
        translated("Question", score.name),
        _unit_ref(score.unit),
        OID=score.code,
        Name=score.code,
        DataType="boolean" if score.is_yes_or_no else "float" if score.decimals else "integer",
        **digits,
    )


def _plain(oid: str, words: Words, kind: str = "text", *more: Element) -> Element:
    return element("ItemDef", translated("Question", words), *more, OID=oid, Name=oid, DataType=kind)


def _range(hardness: str, found: Range | None) -> Iterator[Element]:
    ends: dict[str, Decimal | None] = {"GE": found.least, "LE": found.most} if found else {}
    for comparator, end in ends.items():
        if end is not None:
            yield element("RangeCheck", texted("CheckValue", str(end)), Comparator=comparator, SoftHard=hardness)


def _option(option: Option, number: int) -> Element:
    made = _decoded(option.code, option.label)
    made.set("OrderNumber", str(number))
    made.extend(_aliases(option.codes))
    return made


def _decoded(code: str, words: Words) -> Element:
    return element("CodeListItem", translated("Decode", words), CodedValue=code)


def _aliases(codes: Codes) -> Iterator[Element]:
    """Several codes of one system are narrower than the question or the option: none of them is the same."""
    for system, found in codes.items():
        yield alias(_SYSTEMS[system] if len(found) == 1 else f"{_SYSTEMS[system]}, narrower", " ".join(found))


def _list_oid(question: Question) -> str:
    if question.terminology is not None:
        return f"system:{question.terminology.system.value}"
    return f"list:{question.variable.list}"


def _unit_oid(unit: Unit) -> str:
    return f"unit:{unit.sv if isinstance(unit, Words) else unit}"


def _unit_ref(unit: Unit | None) -> Element | None:
    return None if unit is None else element("MeasurementUnitRef", MeasurementUnitOID=_unit_oid(unit))
