"""What the exports in FHIR R4 have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from registret.registries.vocabulary import CodeSystem, Words

Json = dict[str, Any]

HL7: Final = "http://hl7.org/fhir/StructureDefinition/"

SYSTEMS: Final[Mapping[CodeSystem, str]] = {
    CodeSystem.SNOMED: "http://snomed.info/sct",
    CodeSystem.LOINC: "http://loinc.org",
    CodeSystem.ICD10SE: "urn:oid:1.2.752.116.1.1.1.1.3",
    CodeSystem.ATC: "urn:oid:1.2.752.129.2.2.3.1.1",
    CodeSystem.KVA: "urn:oid:1.2.752.116.1.3.2.1.4",
}


def translated(key: str, words: Words) -> Json:
    """In Swedish, with its English translation beside it."""
    translation = {
        "url": f"{HL7}translation",
        "extension": [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": words.en}],
    }
    return {key: words.sv, f"_{key}": {"extension": [translation]}}
