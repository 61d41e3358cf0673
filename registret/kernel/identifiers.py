"""Identifiers of people and their addresses: classes that cannot be malformed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Self

from registret.kernel.checkdigit import luhn_valid

_HSA_ID = re.compile(r"SE(?:16)?(?P<organisation>[0-9]{10})-[A-Z0-9]{1,18}", re.ASCII | re.IGNORECASE)
_TEST_HSA_ID = re.compile(r"[A-Z]{3,8}[0-9]{10}-[A-Z0-9]{1,14}", re.ASCII | re.IGNORECASE)
_PERSONAL_NUMBER = re.compile(r"[0-9]{8}(?P<serial>[0-9]{3})[0-9]", re.ASCII)
COORDINATION_DAY: Final = 60  # samordningsnummer: day of birth + 60
FIRST_BIRTH: Final = date(1850, 1, 1)  # before anybody whom the registry, or a card, is about

# What stands between the date and the last four digits: -, + from the age of 100, a space, a stroke, a full stop; and
# the dashes and spaces that phones and word processors make of them. 17 and 99 begin reserve numbers of digits.
_BETWEEN = r"[-+/. \t\u00a0\u2010-\u2015\u202f\u2212]{0,3}"
_IN_TEXT = re.compile(rf"(?<![0-9])((?:1[7-9]|20|99)?[0-9]{{6}}){_BETWEEN}[0-9]{{4}}(?![0-9])")
# Reserve numbers with letters, as they are printed: the last four are capitals and digits, some of each.
_RESERVE_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])([0-9]{8}|[0-9]{6})[-+\u2010-\u2015\u2212]?"
    r"(?=[0-9A-Z]{0,3}[A-Z])(?=[A-Z]{0,3}[0-9])[0-9A-Z]{4}(?![0-9A-Za-z])"
)
_INVISIBLE = "\u200b\u2060\ufeff"  # comes along when an address is copied out of a document or a web page


class Malformed(ValueError):
    """A text does not have the shape of the identifier. The message never repeats the text."""


class NumberFault(StrEnum):
    """What is wrong with a number of a patient."""

    UNKNOWN_SHAPE = "unknown_shape"
    NO_SUCH_DAY = "no_such_day"
    NOT_BORN = "not_born"
    """A birth date that is still to come."""
    TOO_OLD = "too_old"
    """A birth date before `FIRST_BIRTH`."""
    NOT_A_HUNDRED = "not_a_hundred"
    """`+` in the number of one who turns 100 in a later year."""
    NO_SERIAL = "no_serial"
    """The birth number is 000."""
    CHECK_DIGIT = "check_digit"


class NumberMalformed(Malformed):
    """A text is no number of a patient, and why."""

    def __init__(self, fault: NumberFault) -> None:
        self.fault = fault
        super().__init__(f"no number of a patient: {fault.value}")


@dataclass(frozen=True, slots=True)
class HsaId:
    """The id of an employee in Swedish health care, as issued; compared without regard to case.

    Shape: `SE`, organisation number (10 digits, or 12 with the prefix 16) with its Luhn digit, `-`, local part of
    letters and digits; at most 31 characters. Test environments issue ids that begin with other letters
    (`TSTNMT2321000156-1025`): `parse` takes them only when told to. Source: Inera, HSA-id.
    """

    text: str

    MAX_LENGTH = 31

    @classmethod
    def parse(cls, text: str, *, allow_test: bool = False) -> Self:
        """Raises: Malformed."""
        real = _HSA_ID.fullmatch(text)
        if len(text) > cls.MAX_LENGTH or not (real or (allow_test and _TEST_HSA_ID.fullmatch(text))):
            raise Malformed("not the shape of an HSA-id")
        if real and not luhn_valid(real["organisation"]):
            raise Malformed("the organisation number of the HSA-id has a wrong check digit")
        return cls(text)

    @classmethod
    def of_system(cls, name: str) -> Self:
        """The id of a record system that brings files in by itself. No card and no identity provider can show it:
        `parse` takes none of this shape. `name`: letters and digits."""
        return cls(f"SYSTEM-{name}")

    @property
    def is_system(self) -> bool:
        return self.text.startswith("SYSTEM-")

    @property
    def key(self) -> str:
        """What two HSA-id are compared by."""
        return self.text.upper()

    @property
    def organisation_number(self) -> str:
        """Ten digits: who issued the id (a region, a municipality, a company)."""
        return re.sub(r"[^0-9]", "", self.text.split("-")[0])[-10:]

    def __bool__(self) -> bool:
        """An erased one is empty."""
        return bool(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HsaId) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """A personnummer or samordningsnummer, twelve digits. Personal data: print only `masked`."""

    digits: str

    @classmethod
    def parse(cls, text: str, *, latest_birth: date = date.max) -> Self:
        """Raises: NumberMalformed, with the first fault from the left."""
        shape = _PERSONAL_NUMBER.fullmatch(text)
        if shape is None:
            raise NumberMalformed(NumberFault.UNKNOWN_SHAPE)
        number = cls(text)
        try:
            born = number.birth_date
        except ValueError:
            raise NumberMalformed(NumberFault.NO_SUCH_DAY) from None
        if born < FIRST_BIRTH:
            raise NumberMalformed(NumberFault.TOO_OLD)
        if born > latest_birth:
            raise NumberMalformed(NumberFault.NOT_BORN)
        if shape["serial"] == "000":
            raise NumberMalformed(NumberFault.NO_SERIAL)
        if not luhn_valid(text[2:]):
            raise NumberMalformed(NumberFault.CHECK_DIGIT)
        return number

    @property
    def is_coordination(self) -> bool:
        return int(self.digits[6:8]) > COORDINATION_DAY

    @property
    def birth_date(self) -> date:
        day = int(self.digits[6:8]) - COORDINATION_DAY * self.is_coordination
        return date(int(self.digits[:4]), int(self.digits[4:6]), day)

    @property
    def masked(self) -> str:
        return self.digits[:8] + "••••"

    def __repr__(self) -> str:
        return f"PersonalNumber({self.masked})"

    __str__ = __repr__


def mask_personal_numbers(text: str) -> str:
    """`text` with everything that looks like the number of a patient masked: for logs and support texts."""
    return _RESERVE_IN_TEXT.sub(r"\1••••", _IN_TEXT.sub(r"\1••••", text))


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """A mail address in one spelling: lower case, NFC, domain in ASCII (IDNA). At most 254 characters."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises: Malformed (also for addresses that ordinary mail servers cannot take: non-ASCII local parts)."""
        # Not before: it compiles the alphabets of all languages, which no page needs that is only shown.
        import email_validator

        try:
            checked = email_validator.validate_email(
                text.strip().strip(_INVISIBLE),
                allow_smtputf8=False,
                check_deliverability=False,
                strict=True,
            )
        except email_validator.EmailNotValidError:
            raise Malformed("not the shape of a mail address") from None
        return cls((checked.ascii_email or checked.normalized).lower())

    @property
    def domain(self) -> str:
        return self.text.rpartition("@")[2]

    @property
    def masked(self) -> str:
        """`a•••@regionnorrvik.se`: enough for its owner to recognise."""
        local, _, domain = self.text.rpartition("@")
        return f"{local[0]}•••@{domain}"

    def __str__(self) -> str:
        return self.text
