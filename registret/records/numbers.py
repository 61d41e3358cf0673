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

from registret.kernel.identifiers import COORDINATION_DAY, FIRST_BIRTH, NumberFault, NumberMalformed, PersonalNumber
from registret.kernel.typed import visible
from registret.registries.vocabulary import Words

_FORMATS: Final = Path(__file__).resolve().parent / "reserve_numbers.toml"
_BETWEEN: Final = re.compile(r"[\s\u00a0\u2010-\u2015\u202f\u2212-]+")


# What letters count as characters: A 65, Z 90.
_ASCII: Final = {letter: ord(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveFormat:
    """`checked_from`: the first place, from 1, that the check digit counts; 0 if there is none. `letters`: what letters
    count in it. `dated`: the first eight digits are a day. `without_century`: it is also written with six of them."""

    code: str
    pattern: re.Pattern[str]
    dated: bool
    without_century: bool
    checked_from: int
    letters: Mapping[str, int]
    name: Words

    def has_right_check_digit(self, text: str) -> bool:
        """True too if the format has none."""
        if not self.checked_from:
            return True
        counted = [self.letters.get(one, 0) if one.isalpha() else int(one) for one in text[self.checked_from - 1 :]]
        doubled = (number * (2 if place % 2 else 1) for place, number in enumerate(reversed(counted)))
        return sum(int(digit) for number in doubled for digit in str(number)) % 10 == 0


@dataclass(frozen=True, slots=True, repr=False)
class PatientNumber:
    """One number, twelve characters. `kind`: personnummer, samordningsnummer, or the code of a reserve format.

    Personal data: print only `masked`.
    """

    text: str
    kind: str

    @classmethod
    def parse(cls, written: str, *, today: date) -> Self:
        """As people write it: with or without hyphen and century, `+` from the year in which one turns 100.

        Raises: NumberMalformed.
        """
        plain = _BETWEEN.sub("", visible(written).strip().upper())
        text = _twelve(plain, today)
        try:
            number = PersonalNumber.parse(text, latest_birth=today)
        except NumberMalformed as malformed:
            is_short = len(plain.replace("+", "")) < len(text)
            return cls(text, _reserve_kind(text, today, is_short=is_short, otherwise=malformed.fault))
        return cls(number.digits, COORDINATION if number.is_coordination else PERSONAL)

    @property
    def is_doubtful(self) -> bool:
        """Its check digit is wrong by what is published of the format: a slip, or published wrongly."""
        return self.is_reserve and not reserve_formats()[self.kind].has_right_check_digit(self.text)

    @property
    def is_reserve(self) -> bool:
        return self.kind not in {PERSONAL, COORDINATION}

    @property
    def birth_date(self) -> date | None:
        """None for reserve numbers: what some of them say of it cannot be relied on."""
        if self.is_reserve:
            return None
        return PersonalNumber(self.text).birth_date

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
            dated=one.get("dated", False),
            without_century=one.get("without_century", False),
            checked_from=one.get("checked_from", 0),
            letters=_ASCII if one.get("letters") == "ascii" else one.get("letters", {}),
            name=Words(**one["name"]),
        )
        for one in found
    }


def age_on(day: date, *, born: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _reserve_kind(text: str, today: date, *, is_short: bool, otherwise: NumberFault) -> str:
    """The code of the first reserve format that `text` fits. `is_short`: it was written without its century;
    `otherwise`: what is wrong if it has the shape of no format.

    Raises: NumberMalformed.
    """
    fault = otherwise
    for form in reserve_formats().values():
        if form.pattern.fullmatch(text) is None or (is_short and not form.without_century):
            continue
        found = _birth_fault(text, today) if form.dated else None
        if found is None:
            return form.code
        fault = found
    raise NumberMalformed(fault)


def _birth_fault(text: str, today: date) -> NumberFault | None:
    """What is wrong with the birth date that a number begins with, if anything."""
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return NumberFault.NO_SUCH_DAY
    if born < FIRST_BIRTH:
        return NumberFault.TOO_OLD
    return NumberFault.NOT_BORN if born > today else None


def _twelve(text: str, today: date) -> str:
    """In twelve characters. Without its century, a number is of the last time that it could be given: with `+`, of one
    who turns 100 this year, or has. Raises: NumberMalformed (`+` in a number of one who is younger)."""
    match = re.fullmatch(r"((?:[0-9]{2})?)([0-9]{6})(\+?)([0-9A-Z]{4})", text, re.ASCII)
    if match is None:
        return text
    century, short, over_hundred, rest = match.groups()
    last_year = today.year - 100 * bool(over_hundred)
    if century:
        if over_hundred and int(century + short[:2]) > last_year:
            raise NumberMalformed(NumberFault.NOT_A_HUNDRED)
        return f"{century}{short}{rest}"
    year = last_year - (last_year - int(short[:2])) % 100
    day = int(short[4:])
    born = (year, int(short[2:4]), day - COORDINATION_DAY * (day > COORDINATION_DAY))
    if born > (today.year, today.month, today.day):
        year -= 100
    return f"{year}{short[2:]}{rest}"
