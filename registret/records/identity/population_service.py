"""The population register as a service: JSON over HTTPS, many numbers in one question.

What stands behind it (Navet, SPAR, a region's own) is the business of the service at that address: docs/interchange.md
says what it is asked and what it answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from registret.kernel.identifiers import NumberMalformed
from registret.kernel.sweden import SWEDEN
from registret.kernel.typed import typed
from registret.outgoing.service import Service, ServiceBroken, Unanswered
from registret.records.identity.population_entry import PopulationEntry, PostalAddress
from registret.records.numbers import PatientNumber, Sex
from registret.records.refusals import RegisterSilent

MOST_AT_ONCE: Final = 200
_HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/json"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Address(_Part):
    street: str = Field(max_length=200)
    postal_code: str = Field(max_length=20)
    city: str = Field(max_length=100)


class _Person(_Part):
    """`number_now`: twelve characters, empty if the number is still in force."""

    number: str
    given_name: str = Field(default="", max_length=100)
    surname: str = Field(default="", max_length=100)
    sex: Sex
    protected: bool
    died_on: date | None = None
    address: _Address | None = None
    number_now: str = ""

    @field_validator("given_name", "surname")
    @classmethod
    def _as_kept(cls, text: str) -> str:
        return typed(text).strip()


class _Answer(_Part):
    people: tuple[_Person, ...] = Field(max_length=MOST_AT_ONCE)


class ServiceRegister:
    """A `PopulationRegister`."""

    def __init__(self, service: Callable[[], Service]) -> None:
        """`service` may raise ServiceBroken: then the register is silent."""
        self._service = service

    def people(self, numbers: Collection[PatientNumber]) -> Mapping[str, PopulationEntry]:
        """What is said of numbers that were not asked about is left aside.

        Raises: RegisterSilent.
        """
        asked = sorted({number.text for number in numbers if not number.is_reserve})
        found: dict[str, PopulationEntry] = {}
        for first in range(0, len(asked), MOST_AT_ONCE):
            found |= self._answered(asked[first : first + MOST_AT_ONCE])
        return found

    def _answered(self, asked: Collection[str]) -> Mapping[str, PopulationEntry]:
        """Raises: RegisterSilent."""
        try:
            answer = self._service().post(json.dumps({"numbers": asked}).encode(), headers=_HEADERS)
            if answer.status != 200:
                raise RegisterSilent()
            found = _Answer.model_validate_json(answer.content)
            return {one.number: _entry(one) for one in found.people if one.number in asked}
        except (ServiceBroken, Unanswered, ValidationError, NumberMalformed):
            # The text of what is wrong with an answer may name people.
            raise RegisterSilent() from None


def _entry(one: _Person) -> PopulationEntry:
    """Raises: NumberMalformed."""
    address = one.address
    return PopulationEntry(
        given_name=one.given_name,
        surname=one.surname,
        sex=one.sex,
        is_protected=one.protected,
        died_on=one.died_on,
        address=PostalAddress(**address.model_dump()) if address and not one.protected else None,
        number_now=_number_now(one),
    )


def _number_now(one: _Person) -> PatientNumber | None:
    """Raises: NumberMalformed."""
    if one.number_now in {"", one.number}:
        return None
    return PatientNumber.parse(one.number_now, today=_today())


def _today() -> date:
    from django.utils import timezone

    return timezone.now().astimezone(SWEDEN).date()
