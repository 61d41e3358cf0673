"""Units: written for people in a definition, and in UCUM for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from registret.registries.vocabulary import Unit, Words

UCUM: Final = "http://unitsofmeasure.org"
_CODES: Final[Mapping[str, str]] = {
    "%": "%",
    "/min": "/min",
    "10⁶/L": "10*6/L",
    "10⁹/L": "10*9/L",
    "cm": "cm",
    "cm H₂O": "cm[H2O]",
    "g/L": "g/L",
    "h": "h",
    "kg": "kg",
    "kPa": "kPa",
    "mg/L": "mg/L",
    "min": "min",
    "mL": "mL",
    "mm": "mm",
    "mmHg": "mm[Hg]",
    "mmol/L": "mmol/L",
    "°C": "Cel",
    "µg/L": "ug/L",
    "µg/kg/min": "ug/kg/min",
    "µmol/L": "umol/L",
}


def ucum_of(unit: Unit | None, ucum: str | None) -> str | None:
    """The unit in UCUM: as the definition says, or as everybody knows. None: there is no unit, or nobody knows."""
    if ucum is not None or unit is None or isinstance(unit, Words):
        return ucum
    return _CODES.get(unit)
