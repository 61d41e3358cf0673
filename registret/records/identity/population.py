"""The population register, behind a protocol: who a number is, whether the identity is protected, and death."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings

from registret.records.numbers import PatientNumber, Sex

COLUMNS: Final = ("number", "given_name", "surname", "sex", "protected", "died_on", "street", "postal_code", "city")
"""A file may do without the last three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    street: str
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationEntry:
    given_name: str
    surname: str
    sex: Sex
    is_protected: bool
    died_on: date | None
    address: PostalAddress | None = None


class PopulationRegister(Protocol):
    def person(self, number: PatientNumber) -> PopulationEntry | None:
        """None if the register does not know the number; reserve numbers it never knows."""


class FileRegister:
    """A stand-in: a CSV file with COLUMNS, read once. For the demo, tests, and where there is no connection yet."""

    def __init__(self, file: Path) -> None:
        with file.open(encoding="utf-8", newline="") as lines:
            self._people = {row["number"]: _person(row) for row in csv.DictReader(lines)}

    def person(self, number: PatientNumber) -> PopulationEntry | None:
        return self._people.get(number.text)


class NoRegister:
    """Where none is set up: nobody is known, and names are not shown."""

    def person(self, number: PatientNumber) -> PopulationEntry | None:
        return None


@cache
def population_register() -> PopulationRegister:
    return FileRegister(settings.POPULATION_FILE) if settings.POPULATION_FILE else NoRegister()


def _person(row: dict[str, str]) -> PopulationEntry:
    return PopulationEntry(
        given_name=row["given_name"],
        surname=row["surname"],
        sex=Sex(row["sex"]),
        is_protected=row["protected"] == "yes",
        died_on=date.fromisoformat(row["died_on"]) if row["died_on"] else None,
        address=PostalAddress(street=row["street"], postal_code=row["postal_code"], city=row["city"])
        if row.get("street")
        else None,
    )
