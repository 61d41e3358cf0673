"""What a population register says of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registret.records.numbers import PatientNumber, Sex


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    street: str
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationEntry:
    """`number_now`: the number that the person has instead, if it is another."""

    given_name: str
    surname: str
    sex: Sex
    is_protected: bool
    died_on: date | None
    address: PostalAddress | None = None
    number_now: PatientNumber | None = None
