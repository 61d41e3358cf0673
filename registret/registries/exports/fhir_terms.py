"""The names by which FHIR resources of a registry are read back. No Django: readers of files are libraries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

OWN: Final = "StructureDefinition/"

NUMBER_SYSTEMS: Final[Mapping[str, str]] = {
    "personnummer": "urn:oid:1.2.752.129.2.1.3.1",
    "samordningsnummer": "urn:oid:1.2.752.129.2.1.3.3",
}
_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_NULL_FLAVOR: Final = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
ABSENT: Final[Mapping[str, tuple[str, str]]] = {
    "not_done": (_ABSENT, "not-performed"),
    "unknown": (_ABSENT, "unknown"),
    "not_applicable": (_ABSENT, "not-applicable"),
    # Trace: there, and too little to be measured.
    "unmeasurable": (_NULL_FLAVOR, "TRC"),
}
"""System and code by why an answer is missing."""


def is_own_extension(extension: Mapping[str, Any], name: str) -> bool:
    """Of any registry of this kind: each has its own origin."""
    return str(extension.get("url", "")).endswith(f"/fhir/{OWN}{name}")
