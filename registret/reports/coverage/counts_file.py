"""The CSV file of counts that another source has, as the patient register: its columns, and what can be wrong with it.
No database."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from registret.kernel.table import FORM_FAULTS, FileFault, FileRow, read_table

CLINIC: Final = "klinikkod"
SUB_REGISTRY: Final = "delregister"
YEAR: Final = "år"
NUMBER: Final = "antal"
COLUMNS: Final = (CLINIC, SUB_REGISTRY, YEAR, NUMBER)
LONGEST_SOURCE: Final = 200

FAULTS: Final[Mapping[str, str]] = {
    **FORM_FAULTS,
    "not_utf8": "the file is neither UTF-8 nor Windows-1252: save it as CSV UTF-8",
    "empty": "empty: write a value, or remove the line",
    "no_such_clinic": "there is no clinic {about}: bring it in first, or correct the code",
    "no_such_sub_registry": "there is no sub-registry {about}: it is one of {known}",
    "not_a_year": "not a year: write four digits, such as 2025",
    "year_to_come": "{about} has not begun: correct the year, or remove the line",
    "not_a_count": "not a number of patients: write 0 or more, in at most six digits and without spaces",
    "there_before": "the same clinic, sub-registry and year stand on line {where}: remove one of the lines",
}
"""What can be wrong, and what to do, in English for the command; `words.coverage_faults` has it for pages."""


class CoverageFault(FileFault):
    """What is wrong with a file of counts: a code of FAULTS."""

    __slots__ = ()
    says = FAULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLine:
    """One line that can be brought in: how many patients a clinic (by id) had in a year."""

    line: int
    clinic_id: int
    clinic: str
    sub_registry: str
    year: int
    number: int

    @property
    def about(self) -> tuple[int, str, int]:
        return self.clinic_id, self.sub_registry, self.year


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameable:
    """What a line may name: clinics, open or closed, with their ids; sub-registries; years up to this one."""

    clinics: Mapping[str, int]
    sub_registries: Collection[str]
    this_year: int


def read(content: bytes) -> tuple[tuple[FileRow, ...], tuple[CoverageFault, ...]]:
    """The lines of the file, in UTF-8 or Windows-1252, and what is wrong with its form."""
    return read_table(content, columns=COLUMNS, windows=True, fault=CoverageFault.of)


def checked(rows: Iterable[FileRow], nameable: Nameable) -> tuple[tuple[CoverageLine, ...], tuple[CoverageFault, ...]]:
    """Those rows that can be brought in, and what is wrong with the others."""
    faults: list[CoverageFault] = []
    lines: dict[tuple[int, str, int], CoverageLine] = {}
    for row in rows:
        wrong = list(_faults_of(row, nameable))
        if not wrong:
            line = _line(row, nameable)
            before = lines.setdefault(line.about, line)
            if before is not line:
                wrong = [CoverageFault.of("there_before", line=line.line, where=before.line)]
        faults += wrong
    return tuple(lines.values()), tuple(faults)


def _faults_of(row: FileRow, nameable: Nameable) -> Iterator[CoverageFault]:
    for column in COLUMNS:
        code = _fault_of(column, row.values[column], nameable) if row.values[column] else "empty"
        if code:
            about, known = row.values[column], ", ".join(sorted(nameable.sub_registries))
            yield CoverageFault.of(code, line=row.line, column=column, about=about, known=known)


def _fault_of(column: str, value: str, nameable: Nameable) -> str:
    """A code of FAULTS; empty if nothing is wrong."""
    match column:
        case "klinikkod" if value not in nameable.clinics:
            return "no_such_clinic"
        case "delregister" if value not in nameable.sub_registries:
            return "no_such_sub_registry"
        case "år" if not re.fullmatch(r"[12][0-9]{3}", value):
            return "not_a_year"
        case "år" if int(value) > nameable.this_year:
            return "year_to_come"
        case "antal" if not re.fullmatch(r"[0-9]{1,6}", value):
            return "not_a_count"
    return ""


def _line(row: FileRow, nameable: Nameable) -> CoverageLine:
    clinic = row.values[CLINIC]
    return CoverageLine(
        line=row.line,
        clinic_id=nameable.clinics[clinic],
        clinic=clinic,
        sub_registry=row.values[SUB_REGISTRY],
        year=int(row.values[YEAR]),
        number=int(row.values[NUMBER]),
    )
