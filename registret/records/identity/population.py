"""The population register, behind a protocol: who a number is, whether the identity is protected, and death."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings

from registret.outgoing.named import NamedService
from registret.outgoing.service import Service
from registret.records.identity.population_entry import PopulationEntry, PostalAddress
from registret.records.identity.population_service import ServiceRegister
from registret.records.numbers import PatientNumber, Sex
from registret.records.refusals import RegisterSilent

COLUMNS: Final = ("number", "given_name", "surname", "sex", "protected", "died_on", "street", "postal_code", "city")
"""A file may do without the last three."""
PATIENCE: Final = 2.0
"""Seconds for one question to a service, of one number or of many."""


class PopulationRegister(Protocol):
    def people(self, numbers: Collection[PatientNumber]) -> Mapping[str, PopulationEntry]:
        """Those whom the register knows, by the text of the number; reserve numbers it never knows.

        Raises: RegisterSilent.
        """


def person_of(number: PatientNumber) -> PopulationEntry | None:
    """None if the register does not know the number, or is silent: a person waits, and it is asked again later."""
    with suppress(RegisterSilent):
        return population_register().people([number]).get(number.text)
    return None


class FileRegister:
    """A stand-in: a CSV file with COLUMNS, read once. For the demo, tests, and where there is no connection yet."""

    def __init__(self, file: Path) -> None:
        with file.open(encoding="utf-8", newline="") as lines:
            self._people = {row["number"]: _person(row) for row in csv.DictReader(lines)}

    def people(self, numbers: Collection[PatientNumber]) -> Mapping[str, PopulationEntry]:
        return {one.text: self._people[one.text] for one in numbers if one.text in self._people}


class NoRegister:
    """Where none is set up: nobody is known, and names are not shown."""

    def people(self, numbers: Collection[PatientNumber]) -> Mapping[str, PopulationEntry]:
        return {}


def population_register() -> PopulationRegister:
    """The service, or the file that stands in for one, as the settings say."""
    if settings.POPULATION_SERVICE.address:
        return ServiceRegister(partial(_service, settings.POPULATION_SERVICE))
    return _file(settings.POPULATION_FILE) if settings.POPULATION_FILE else NoRegister()


@cache
def _file(file: Path) -> FileRegister:
    return FileRegister(file)


@cache
def _service(named: NamedService) -> Service:
    """Raises: ServiceBroken."""
    return Service(name="population", named=named, patience=PATIENCE)


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
