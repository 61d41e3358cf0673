"""What every reader returns, and how large it may be. Pure: no Django, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registret.exchange.refusals import (
    CellTooLong,
    ColumnTwice,
    ColumnUnnamed,
    FileEmpty,
    RowOfOtherLength,
    TooManyColumns,
    TooManyRows,
)
from registret.kernel.typed import typed

MOST_BYTES: Final = 20 << 20
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 400
LONGEST_CELL: Final = 4_000


class FileKind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    FHIR = "fhir"
    ODM = "odm"


SPARSE: Final = frozenset({FileKind.JSON, FileKind.FHIR, FileKind.ODM})
"""What a row of these does not name, it says nothing of: such a column need not be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """`line`: as the file counts, from 1: of a table its header, of JSON and FHIR the first object, of ODM the first
    subject. Values are stripped."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """`separator` and `encoding`: of CSV, as found. `questionnaires`: of FHIR, those that the rows answer."""

    kind: FileKind
    columns: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    separator: str = ""
    encoding: str = ""
    questionnaires: tuple[str, ...] = ()

    def letter_of(self, column: str) -> str:
        """The letter by which a spreadsheet program knows the column: A, Z, AA; empty if the file has none."""
        place = self.columns.index(column) + 1 if column in self.columns and self.kind not in SPARSE else 0
        letters = ""
        while place:
            place, rest = divmod(place - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return letters


def table_of(
    kind: FileKind, lines: Iterable[tuple[int, Sequence[str]]], *, separator: str = "", encoding: str = ""
) -> SourceTable:
    """Make a table of numbered lines, of which the first names the columns. Empty lines are left out.

    Raises: FileEmpty, TooManyRows, TooManyColumns, ColumnUnnamed, ColumnTwice, RowOfOtherLength, CellTooLong.
    """
    filled = ((line, cells) for line, cells in lines if any(cell.strip() for cell in cells))
    _, header = next(filled, (0, ()))
    columns = _columns(header)
    rows: list[SourceRow] = []
    for line, cells in filled:
        if len(rows) == MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        rows.append(row_of(line, dict(zip(columns, _as_wide(line, cells, len(columns)), strict=True))))
    if not rows:
        raise FileEmpty()
    return SourceTable(kind=kind, columns=columns, rows=tuple(rows), separator=separator, encoding=encoding)


def sparse_table(kind: FileKind, given: Iterable[SourceRow], *, questionnaires: tuple[str, ...] = ()) -> SourceTable:
    """Make a table of rows that each name their columns. What a row does not name is empty.

    Raises: FileEmpty, TooManyColumns.
    """
    found = list(given)
    columns = tuple(dict.fromkeys(name for row in found for name in row.values))
    if len(columns) > MOST_COLUMNS:
        raise TooManyColumns(most=MOST_COLUMNS)
    if not columns:
        raise FileEmpty()
    nothing = dict.fromkeys(columns, "")
    rows = tuple(SourceRow(line=row.line, values={**nothing, **row.values}) for row in found)
    return SourceTable(kind=kind, columns=columns, rows=rows, encoding="UTF-8", questionnaires=questionnaires)


def row_of(line: int, values: Mapping[str, str]) -> SourceRow:
    """Raises: CellTooLong."""
    if any(len(value) > LONGEST_CELL for value in values.values()):
        raise CellTooLong(line=line, most=LONGEST_CELL)
    return SourceRow(line=line, values={name: typed(value).strip() for name, value in values.items()})


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    names = _without_end([typed(cell).strip() for cell in header])
    if len(names) > MOST_COLUMNS:
        raise TooManyColumns(most=MOST_COLUMNS)
    for place, name in enumerate(names, start=1):
        if not name:
            raise ColumnUnnamed(number=place)
        if len(name) > LONGEST_CELL:
            raise CellTooLong(line=1, most=LONGEST_CELL)
        if name in names[: place - 1]:
            raise ColumnTwice(number=place)
    return tuple(names)


def _as_wide(line: int, cells: Sequence[str], width: int) -> Sequence[str]:
    """The cells of a row; empty ones at its end may be left out, or too many."""
    found = _without_end(cells)
    if len(found) > width:
        raise RowOfOtherLength(line=line)
    return [*found, *[""] * (width - len(found))]


def _without_end(cells: Sequence[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return list(cells[:end])
