"""The CSV file of today's accounts: its columns, and what can be wrong with one line of it. No database.

One line is one right: a person who works at two clinics has two lines, which agree about the person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from registret.access.roles import ROLES_AT_A_CLINIC, ROLES_OF_SYSTEMS, Role
from registret.kernel.identifiers import EmailAddress, HsaId, Malformed
from registret.kernel.sweden import day_of, midnight
from registret.kernel.table import FORM_FAULTS, FileRow, read_table

HSA_ID = "hsa-id"
GIVEN_NAME = "förnamn"
SURNAME = "efternamn"
MAIL = "e-post"
CLINIC = "klinikkod"
ROLE = "roll"
LAST_LOGIN = "senast inloggad"
SUB_REGISTRIES = "delregister"

COLUMNS = (HSA_ID, GIVEN_NAME, SURNAME, MAIL, CLINIC, ROLE, LAST_LOGIN, SUB_REGISTRIES)
ROLES: Mapping[str, Role] = {
    "registrerare": Role.REPORTER,
    "läsare": Role.READER,
    "rapportläsare": Role.REPORT_READER,
    "importör": Role.IMPORTER,
    "exportör": Role.EXPORTER,
    "lokal administratör": Role.LOCAL_ADMINISTRATOR,
    **{role.value: role for role in Role if role not in ROLES_OF_SYSTEMS},
}
_MAY_BE_LEFT_OUT = {SUB_REGISTRIES}
_MAY_BE_EMPTY = {GIVEN_NAME, LAST_LOGIN, SUB_REGISTRIES}
_LONGEST = {MAIL: 254, GIVEN_NAME: 256, SURNAME: 256}
_LONGEST_OTHERWISE = 100


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AccountFault:
    """What is wrong, and where. `line` counts from 1, the header; `column` is empty if it is the line as a whole."""

    line: int
    column: str
    what: str

    @classmethod
    def of_form(cls, code: str, *, line: int, column: str = "", **values: object) -> AccountFault:
        return cls(line=line, column=column, what=FORM_FAULTS[code].format(**values))

    def __str__(self) -> str:
        return (
            f"line {self.line}, column {self.column}: {self.what}" if self.column else f"line {self.line}: {self.what}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a line may name: codes of open clinics, of closed ones, and of sub-registries open for entry."""

    clinics: Mapping[str, int]
    closed: Collection[str]
    sub_registries: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One line that can be brought in. `last_login` is the beginning of that day; None: never."""

    line: int
    hsa_id: HsaId
    given_name: str
    surname: str
    email: EmailAddress
    clinic: str
    role: Role
    last_login: datetime | None
    sub_registries: tuple[str, ...]


def read(content: bytes) -> tuple[tuple[FileRow, ...], tuple[AccountFault, ...]]:
    """The lines of the file, and what is wrong with its form."""
    return read_table(content, columns=COLUMNS, may_be_left_out=_MAY_BE_LEFT_OUT, fault=AccountFault.of_form)


def checked(
    rows: Iterable[FileRow], *, known: Known, allow_test: bool, at: datetime
) -> tuple[tuple[AccountLine, ...], tuple[AccountFault, ...]]:
    """Those rows that can be brought in, and what is wrong: with single values, and between the lines of the file."""
    faults: list[AccountFault] = []
    lines: list[AccountLine] = []
    for row in rows:
        wrong = [
            AccountFault(line=row.line, column=column, what=what)
            for column in COLUMNS
            if (what := _fault_of(column, row.values[column], known=known, allow_test=allow_test, at=at))
        ]
        faults += wrong
        if not wrong:
            lines.append(_line(row, known=known, allow_test=allow_test))
    return tuple(lines), tuple(sorted([*faults, *_contradictions(lines)]))


def _fault_of(column: str, value: str, *, known: Known, allow_test: bool, at: datetime) -> str | None:
    if not value:
        return None if column in _MAY_BE_EMPTY else "empty"
    longest = _LONGEST.get(column, _LONGEST_OTHERWISE)
    if len(value) > longest:
        return f"longer than {longest} characters"
    if not value.isprintable():
        return "a line break or another control character"
    match column:
        case "hsa-id":
            return _malformed(lambda: HsaId.parse(value, allow_test=allow_test))
        case "e-post":
            return _malformed(lambda: EmailAddress.parse(value))
        case "klinikkod" if value in known.closed:
            return f"{value} is closed"
        case "klinikkod" if value not in known.clinics:
            return f"there is no clinic with the code {value} (registret import-clinics)"
        case "roll":
            return _role_fault(value)
        case "senast inloggad":
            return _day_fault(value, at=at)
        case "delregister" if wrong := [code for code in _codes(value) if code not in known.sub_registries]:
            return f"no sub-registry to give rights in: {wrong[0]} (codes are separated by a space or a comma)"
    return None


def _codes(value: str) -> list[str]:
    """Of sub-registries: people separate them in either way."""
    return value.replace(",", " ").split()


def _malformed(parse: Callable[[], object]) -> str | None:
    try:
        parse()
    except Malformed as trouble:
        return str(trouble)
    return None


def _role_fault(value: str) -> str | None:
    role = ROLES.get(value.lower())
    if role is None:
        return f"unknown; the roles are {', '.join(name for name, r in ROLES.items() if name != r.value)}"
    if role not in ROLES_AT_A_CLINIC:
        return f"{role} is not brought in from a file: two people decide about each (registret appoint)"
    return None


def _day_fault(value: str, *, at: datetime) -> str | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return "not a day, such as 2026-03-31"
    if len(value) != 10:
        return "not a day, such as 2026-03-31"
    return "in the future" if day > day_of(at) else None


def _contradictions(lines: Iterable[AccountLine]) -> Iterable[AccountFault]:
    """The same right twice, or something else about the same person than a line before says."""
    rights: dict[tuple[str, str, Role], int] = {}
    people: dict[str, AccountLine] = {}
    for line in lines:
        where = rights.setdefault((line.hsa_id.key, line.clinic, line.role), line.line)
        if where != line.line:
            yield AccountFault(line=line.line, column="", what=f"the same right stands on line {where}")
            continue
        first = people.setdefault(line.hsa_id.key, line)
        said = {
            GIVEN_NAME: (first.given_name, line.given_name),
            SURNAME: (first.surname, line.surname),
            MAIL: (first.email.text, line.email.text),
            LAST_LOGIN: (first.last_login, line.last_login),
        }
        for column, (before, now) in said.items():
            if before != now:
                yield AccountFault(
                    line=line.line, column=column, what=f"the same HSA-id has another on line {first.line}"
                )


def _line(row: FileRow, *, known: Known, allow_test: bool) -> AccountLine:
    values = row.values
    day = date.fromisoformat(values[LAST_LOGIN]) if values[LAST_LOGIN] else None
    return AccountLine(
        line=row.line,
        hsa_id=HsaId.parse(values[HSA_ID], allow_test=allow_test),
        given_name=values[GIVEN_NAME],
        surname=values[SURNAME],
        email=EmailAddress.parse(values[MAIL]),
        clinic=values[CLINIC],
        role=ROLES[values[ROLE].lower()],
        last_login=midnight(day) if day else None,
        sub_registries=tuple(sorted(set(_codes(values[SUB_REGISTRIES])) or set(known.sub_registries))),
    )
