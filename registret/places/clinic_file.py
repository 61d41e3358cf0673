"""The CSV file of clinics: its columns, and what can be wrong with one line of it. No database.

The columns have Swedish names, for the registry office keeps the file. Each line names its region and its care
provider in full, so that a line can be read alone and the file can be sorted as one likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from registret.kernel.checkdigit import luhn_valid
from registret.kernel.identifiers import EmailAddress, Malformed
from registret.kernel.table import Fault, Row, read_table

REGION_CODE = "regionkod"
REGION = "region"
CARE_PROVIDER = "vårdgivare"
ORGANISATION_NUMBER = "organisationsnummer"
MAIL_DOMAINS = "e-postdomäner"
CODE = "klinikkod"
NAME = "klinik"
HOSPITAL = "sjukhus"
CONTACT_NAME = "kontakt"
CONTACT_MAIL = "e-post"
CONTACT_PHONE = "telefon"
CLOSED = "stängd"

COLUMNS = (
    REGION_CODE,
    REGION,
    CARE_PROVIDER,
    ORGANISATION_NUMBER,
    MAIL_DOMAINS,
    CODE,
    NAME,
    HOSPITAL,
    CONTACT_NAME,
    CONTACT_MAIL,
    CONTACT_PHONE,
    CLOSED,
)
_MAY_BE_LEFT_OUT = {CLOSED}
_MAY_BE_EMPTY = {MAIL_DOMAINS, CONTACT_NAME, CONTACT_MAIL, CONTACT_PHONE, CLOSED}
_LONGEST = {CODE: 40, CONTACT_PHONE: 30, CONTACT_MAIL: 254, MAIL_DOMAINS: 1000}
_LONGEST_OTHERWISE = 100
_CLOSED = {"": False, "nej": False, "ja": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicLine:
    """One line whose shape is right: a clinic, its care provider and its region."""

    line: int
    region_code: str
    region: str
    care_provider: str
    organisation_number: str
    mail_domains: tuple[str, ...]
    code: str
    name: str
    hospital: str
    contact_name: str
    contact_mail: str
    contact_phone: str
    closed: bool


def read(content: bytes) -> tuple[tuple[Row, ...], tuple[Fault, ...]]:
    """The lines of the file, and what is wrong with its form."""
    return read_table(content, columns=COLUMNS, may_be_left_out=_MAY_BE_LEFT_OUT)


def checked(rows: Iterable[Row]) -> tuple[tuple[ClinicLine, ...], tuple[Fault, ...]]:
    """Those rows whose shape is right, and what is wrong: with single values, and between the lines of the file."""
    faults: list[Fault] = []
    lines: list[ClinicLine] = []
    for row in rows:
        wrong = [*_faults_of(row)]
        faults += wrong
        if not wrong:
            lines.append(_line(row))
    return tuple(lines), tuple(sorted([*faults, *_contradictions(lines)]))


def _faults_of(row: Row) -> Iterable[Fault]:
    for column in COLUMNS:
        what = _fault_of(column, row.values.get(column, ""))
        if what:
            yield Fault(line=row.line, column=column, what=what)


def _fault_of(column: str, value: str) -> str | None:
    if not value:
        return None if column in _MAY_BE_EMPTY else "empty"
    longest = _LONGEST.get(column, _LONGEST_OTHERWISE)
    if len(value) > longest:
        return f"longer than {longest} characters"
    if not value.isprintable():
        return "a line break or another control character"
    match column:
        case "regionkod" if not re.fullmatch(r"[0-9]{2}", value):
            return "not two digits (länskod)"
        case "organisationsnummer":
            return _organisation_number_fault(value)
        case "e-postdomäner":
            wrong = [domain for domain in _domains(value) if not _is_domain(domain)]
            return f"not a mail domain: {wrong[0]}" if wrong else None
        case "klinikkod" if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
            return "not a code: a-z, 0-9 and single hyphens, such as infektion-norrvik"
        case "e-post":
            return None if _is_address(value) else "not a mail address"
        case "telefon" if not re.fullmatch(r"\+?[0-9][0-9 ()-]*", value):
            return "not a telephone number: digits, spaces, hyphens, a + before"
        case "stängd" if value.lower() not in _CLOSED:
            return "neither ja nor nej"
    return None


def _organisation_number_fault(value: str) -> str | None:
    digits = value.replace("-", "", 1)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return "not ten digits, such as 232100-9991"
    return None if luhn_valid(digits) else "wrong check digit"


def _contradictions(lines: Iterable[ClinicLine]) -> Iterable[Fault]:
    """Where a line says something else about the same thing than a line before it."""
    said: dict[tuple[str, str], tuple[object, int]] = {}
    for line in lines:
        for column, about, fact, what in _claims(line):
            before, where = said.setdefault((column, about), (fact, line.line))
            if where != line.line and (fact is None or before != fact):
                yield Fault(line=line.line, column=column, what=f"{what} on line {where}")


def _claims(line: ClinicLine) -> tuple[tuple[str, str, object, str], ...]:
    """(column, about what, what is said, what to say if a line before says otherwise); None may be said only once."""
    number = line.organisation_number
    return (
        (REGION, line.region_code, line.region, f"region {line.region_code} has another name"),
        (REGION_CODE, line.region, line.region_code, f"{line.region} has another code"),
        (CARE_PROVIDER, number, line.care_provider, f"{number} has another name"),
        (ORGANISATION_NUMBER, number, line.region_code, f"{number} belongs to another region"),
        (MAIL_DOMAINS, number, line.mail_domains, f"{number} has other mail domains"),
        (CODE, line.code, None, f"{line.code} stands there already,"),
        (NAME, f"{number} {line.name}, {line.hospital}", None, f"{line.name}, {line.hospital} stands there already,"),
    )


def _line(row: Row) -> ClinicLine:
    values = row.values
    return ClinicLine(
        line=row.line,
        region_code=values[REGION_CODE],
        region=values[REGION],
        care_provider=values[CARE_PROVIDER],
        organisation_number=values[ORGANISATION_NUMBER].replace("-", ""),
        mail_domains=tuple(_domains(values[MAIL_DOMAINS])),
        code=values[CODE],
        name=values[NAME],
        hospital=values[HOSPITAL],
        contact_name=values[CONTACT_NAME],
        contact_mail=EmailAddress.parse(values[CONTACT_MAIL]).text if values[CONTACT_MAIL] else "",
        contact_phone=values[CONTACT_PHONE],
        closed=_CLOSED[values[CLOSED].lower()],
    )


def _domains(value: str) -> list[str]:
    """Separated by spaces: `,` and `;` separate the columns."""
    return [domain.lower() for domain in value.split()]


def _is_domain(domain: str) -> bool:
    return _is_address(f"x@{domain}") and EmailAddress.parse(f"x@{domain}").domain == domain


def _is_address(text: str) -> bool:
    try:
        EmailAddress.parse(text)
    except Malformed:
        return False
    return True
