"""What identifies a patient: personnummer, samordningsnummer, and reserve numbers whose formats are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Self

from registret.kernel.checkdigit import luhn_valid
from registret.kernel.identifiers import Malformed, PersonalNumber
from registret.registries.schema import Words

_FORMATS: Final = Path(__file__).resolve().parent / "reserve_numbers.toml"
_BETWEEN: Final = re.compile(r"[\s\u00a0\u2010-\u2015\u202f\u2212-]+")
_COORDINATION_DAY: Final = 60


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveFormat:
    code: str
    pattern: re.Pattern[str]
    has_check_digit: bool
    name: Words

    def fits(self, text: str) -> bool:
        return self.pattern.fullmatch(text) is not None and (not self.has_check_digit or luhn_valid(text[-10:]))


@dataclass(frozen=True, slots=True, repr=False)
class PatientNumber:
    """One number, twelve characters. `kind`: personnummer, samordningsnummer, or the code of a reserve format.

    Personal data: print only `masked`.
    """

    text: str
    kind: str

    @classmethod
    def parse(cls, written: str, *, today: date) -> Self:
        """As people write it: with or without hyphen and century, `+` from the age of 100.

        Raises: Malformed.
        """
        text = _twelve(_BETWEEN.sub("", written.strip().upper()), today)
        if text.isascii() and text.isdigit():
            try:
                number = PersonalNumber.parse(text)
            except Malformed:
                pass
            else:
                return cls(number.digits, COORDINATION if _is_coordination(text) else PERSONAL)
        found = next((form for form in reserve_formats().values() if form.fits(text)), None)
        if found is None:
            raise Malformed("not the shape of any number that patients have")
        return cls(text, found.code)

    @property
    def is_reserve(self) -> bool:
        return self.kind not in {PERSONAL, COORDINATION}

    @property
    def birth_date(self) -> date | None:
        """None for reserve numbers: what some of them say of it cannot be relied on."""
        if self.is_reserve:
            return None
        day = int(self.text[6:8])
        return date(int(self.text[:4]), int(self.text[4:6]), day - _COORDINATION_DAY * (day > _COORDINATION_DAY))

    @property
    def sex(self) -> Sex | None:
        if self.is_reserve:
            return None
        return Sex.MALE if int(self.text[10]) % 2 else Sex.FEMALE

    @property
    def shown(self) -> str:
        """`20001224-1234`, as people read it."""
        return f"{self.text[:8]}-{self.text[8:]}"

    @property
    def masked(self) -> str:
        return self.text[:8] + "-••••"

    def __repr__(self) -> str:
        return f"PatientNumber({self.masked})"

    __str__ = __repr__


PERSONAL: Final = "personnummer"
COORDINATION: Final = "samordningsnummer"


@cache
def reserve_formats() -> Mapping[str, ReserveFormat]:
    """By code, in the order of the file: the first that fits is taken."""
    found = tomllib.loads(_FORMATS.read_text(encoding="utf-8"))["format"]
    return {
        one["code"]: ReserveFormat(
            code=one["code"],
            pattern=re.compile(one["pattern"], re.ASCII),
            has_check_digit=one["check"] == "luhn",
            name=Words(**one["name"]),
        )
        for one in found
    }


def age_on(day: date, *, born: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _is_coordination(text: str) -> bool:
    return int(text[6:8]) > _COORDINATION_DAY


def _twelve(text: str, today: date) -> str:
    """Ten digits get the century in which somebody of that number lives: with `+`, the one before."""
    match = re.fullmatch(r"([0-9]{6})(\+?)([0-9]{4})", text)
    if match is None:
        return text
    short, over_hundred, rest = match.groups()
    century = today.year // 100 - (int(short[:2]) > today.year % 100) - bool(over_hundred)
    return f"{century}{short}{rest}"
