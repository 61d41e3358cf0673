"""The CSV file of clinics: its columns, and what can be wrong with one line of it. No database.

The columns have Swedish names, for the registry office keeps the file. Each line names its region and its care
provider in full, so that a line can be read alone and the file can be sorted as one likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registret.kernel.checkdigit import luhn_valid
from registret.kernel.identifiers import EmailAddress, Malformed
from registret.kernel.table import FORM_FAULTS, FileFault, FileRow, read_table

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


FAULTS: Mapping[str, str] = {
    **FORM_FAULTS,
    "empty": "empty",
    "too_long": "longer than {longest} characters",
    "control_character": "a line break or another control character",
    "not_a_region_code": "not two digits (länskod)",
    "not_ten_digits": "not ten digits, such as 232100-9991",
    "check_digit": "wrong check digit",
    "not_a_domain": "not a mail domain: {domain}",
    "not_a_code": "not a code: a-z, 0-9 and single hyphens, such as infektion-norrvik",
    "not_an_address": "not a mail address",
    "not_a_number": "not a telephone number: digits, spaces, hyphens, a + before",
    "not_yes_or_no": "neither ja nor nej",
    "other_name_before": "{about} has another name on line {where}",
    "other_code_before": "{about} has another code on line {where}",
    "other_region_before": "{about} belongs to another region on line {where}",
    "other_domains_before": "{about} has other mail domains on line {where}",
    "there_before": "{about} stands there already, on line {where}",
    "region_name_taken": "region {about} has this name already",
    "stays": "{about} stays with {provider}: close it, and give the new one a new code",
    "called_this": "{about} is called this already",
}
"""What can be wrong, in English for the command; `words.clinic_faults` has it for pages."""


class ClinicFault(FileFault):
    """What is wrong with a file of clinics: a code of FAULTS."""

    __slots__ = ()
    says = FAULTS


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


def read(content: bytes) -> tuple[tuple[FileRow, ...], tuple[ClinicFault, ...]]:
    """The lines of the file, and what is wrong with its form."""
    return read_table(content, columns=COLUMNS, may_be_left_out=_MAY_BE_LEFT_OUT, fault=ClinicFault.of)


def checked(rows: Iterable[FileRow]) -> tuple[tuple[ClinicLine, ...], tuple[ClinicFault, ...]]:
    """Those rows whose shape is right, and what is wrong: with single values, and between the lines of the file."""
    faults: list[ClinicFault] = []
    lines: list[ClinicLine] = []
    for row in rows:
        wrong = [*_faults_of(row)]
        faults += wrong
        if not wrong:
            lines.append(_line(row))
    return tuple(lines), tuple(sorted([*faults, *_contradictions(lines)]))


def _faults_of(row: FileRow) -> Iterable[ClinicFault]:
    for column in COLUMNS:
        code, values = _fault_of(column, row.values.get(column, ""))
        if code:
            yield ClinicFault.of(code, line=row.line, column=column, **values)


def _fault_of(column: str, value: str) -> tuple[str, dict[str, object]]:
    """A code of FAULTS with its values; an empty code if nothing is wrong."""
    longest = _LONGEST.get(column, _LONGEST_OTHERWISE)
    if not value:
        return "" if column in _MAY_BE_EMPTY else "empty", {}
    if len(value) > longest:
        return "too_long", {"longest": longest}
    if not value.isprintable():
        return "control_character", {}
    match column:
        case "regionkod" if not re.fullmatch(r"[0-9]{2}", value):
            return "not_a_region_code", {}
        case "organisationsnummer":
            return _organisation_number_fault(value), {}
        case "e-postdomäner":
            wrong = [domain for domain in _domains(value) if not _is_domain(domain)]
            return ("not_a_domain", {"domain": wrong[0]}) if wrong else ("", {})
        case "klinikkod" if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
            return "not_a_code", {}
        case "e-post":
            return "" if _is_address(value) else "not_an_address", {}
        case "telefon" if not re.fullmatch(r"\+?[0-9][0-9 ()-]*", value):
            return "not_a_number", {}
        case "stängd" if value.lower() not in _CLOSED:
            return "not_yes_or_no", {}
    return "", {}


def _organisation_number_fault(value: str) -> str:
    digits = value.replace("-", "", 1)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return "not_ten_digits"
    return "" if luhn_valid(digits) else "check_digit"


def _contradictions(lines: Iterable[ClinicLine]) -> Iterable[ClinicFault]:
    """Where a line says something else about the same thing than a line before it."""
    said: dict[tuple[str, str], tuple[object, int]] = {}
    for line in lines:
        for column, key, fact, code, about in _claims(line):
            before, where = said.setdefault((column, key), (fact, line.line))
            if where != line.line and (fact is None or before != fact):
                yield ClinicFault.of(code, line=line.line, column=column, about=about, where=where)


def _claims(line: ClinicLine) -> tuple[tuple[str, str, object, str, str], ...]:
    """(column, about what, what is said, the fault if a line before says otherwise, about what in words); None may be
    said only once."""
    number, title = line.organisation_number, f"{line.name}, {line.hospital}"
    return (
        (REGION, line.region_code, line.region, "other_name_before", f"region {line.region_code}"),
        (REGION_CODE, line.region, line.region_code, "other_code_before", line.region),
        (CARE_PROVIDER, number, line.care_provider, "other_name_before", number),
        (ORGANISATION_NUMBER, number, line.region_code, "other_region_before", number),
        (MAIL_DOMAINS, number, line.mail_domains, "other_domains_before", number),
        (CODE, line.code, None, "there_before", line.code),
        (NAME, f"{number} {title}", None, "there_before", title),
    )


def _line(row: FileRow) -> ClinicLine:
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
