"""CSV files that an office keeps: their lines, and what can be wrong with their form. No database.

Columns have Swedish names. What the values must be is decided where the file is used.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """What is wrong, and where. `line` counts from 1, the header; `column` is empty if it is the line as a whole."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        return (
            f"line {self.line}, column {self.column}: {self.what}" if self.column else f"line {self.line}: {self.what}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line as it stands in the file: every column that there may be, stripped of white space."""

    line: int
    values: Mapping[str, str]


def read_table(
    content: bytes, *, columns: Sequence[str], may_be_left_out: Collection[str] = ()
) -> tuple[tuple[Row, ...], tuple[Fault, ...]]:
    """The lines of a file in UTF-8 (with or without BOM), separated by `;` or `,`, and what is wrong with its form."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = content.count(b"\n", 0, trouble.start) + 1
        return (), (Fault(line=line, column="", what="the file is not UTF-8: save it as CSV UTF-8"),)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return (), (Fault(line=line, column="", what="a NUL character: this is not a text file"),)
    head = next(iter(text.splitlines()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    rows: list[Row] = []
    faults: list[Fault] = []
    names: list[str] | None = None
    # A quoted value may run over several lines: a row is counted by where it begins.
    begins = 1
    try:
        for cells in reader:
            if names is None:
                names = [cell.strip().lower() for cell in cells]
                faults += _header_faults(names, columns, may_be_left_out)
                if faults:
                    break
            elif len(cells) > len(names) or (any(cell.strip() for cell in cells) and len(cells) < len(names)):
                what = f"{len(cells)} values, but the header has {len(names)} columns"
                faults.append(Fault(line=begins, column="", what=what))
            elif any(cell.strip() for cell in cells):
                values = dict.fromkeys(columns, "") | {n: c.strip() for n, c in zip(names, cells, strict=True)}
                rows.append(Row(line=begins, values=values))
            begins = reader.line_num + 1
    except csv.Error as trouble:
        faults.append(Fault(line=begins, column="", what=f"not CSV: {trouble}"))
    if names is None:
        faults.append(Fault(line=1, column="", what="the file is empty: its first line names the columns"))
    return tuple(rows), tuple(faults)


def _header_faults(names: list[str], columns: Sequence[str], may_be_left_out: Collection[str]) -> Iterable[Fault]:
    for name in names:
        if name not in columns:
            yield Fault(line=1, column=name or "(no name)", what=f"unknown; the columns are {', '.join(columns)}")
    for name in columns:
        if name not in names and name not in may_be_left_out:
            yield Fault(line=1, column=name, what="missing")
        elif names.count(name) > 1:
            yield Fault(line=1, column=name, what="stands there twice")
