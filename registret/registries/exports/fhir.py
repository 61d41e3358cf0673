"""What the exports in FHIR R4 have in common."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from registret.registries.exports.fhir_terms import ABSENT, OWN
from registret.registries.forms import Form, Question
from registret.registries.variables import Option
from registret.registries.vocabulary import CodeSystem, Missing, Words

Json = dict[str, Any]

HL7: Final = "http://hl7.org/fhir/StructureDefinition/"

SYSTEMS: Final[Mapping[CodeSystem, str]] = {
    CodeSystem.SNOMED: "http://snomed.info/sct",
    CodeSystem.LOINC: "http://loinc.org",
    CodeSystem.ICD10SE: "urn:oid:1.2.752.116.1.1.1.1.3",
    CodeSystem.ATC: "urn:oid:1.2.752.129.2.2.3.1.1",
    CodeSystem.KVA: "urn:oid:1.2.752.116.1.3.2.1.4",
}
REASONS: Final = {Missing(reason): {"system": system, "code": code} for reason, (system, code) in ABSENT.items()}


def translated(key: str, words: Words) -> Json:
    """In Swedish, with its English translation beside it."""
    translation = {
        "url": f"{HL7}translation",
        "extension": [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": words.en}],
    }
    return {key: words.sv, f"_{key}": {"extension": [translation]}}


def list_address(base: str, form: Form, question: Question) -> str:
    """A list belongs to the version: another may have one of the same name with other options."""
    return f"{base}/CodeSystem/{form.code}-{form.version}-{question.variable.list}"


def coded_option(base: str, form: Form, question: Question, option: Option) -> Json:
    return {"system": list_address(base, form, question), "code": option.code, "display": option.label.sv}


def own_extension(base: str, name: str, value: Json) -> Json:
    return {"url": f"{base}/{OWN}{name}", **value}


def as_number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
