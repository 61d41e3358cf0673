"""CSV files that an office keeps: their lines, and what can be wrong with their form. No database.

Columns have Swedish names. What the values must be is decided where the file is used.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self, TypeVar

F = TypeVar("F", covariant=True)

FORM_FAULTS: Mapping[str, str] = {
    "not_utf8": "the file is not UTF-8: save it as CSV UTF-8",
    "nul": "a NUL character: this is not a text file",
    "not_csv": "not CSV: {trouble}",
    "empty_file": "the file is empty: its first line names the columns",
    "too_few_or_many": "{values} values, but the header has {columns} columns",
    "unknown_column": "unknown; the columns are {columns}",
    "missing_column": "missing",
    "column_twice": "stands there twice",
}
"""What can be wrong with the form of a file, in English for commands."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FileFault:
    """What is wrong (a code of `says` and its values), and where. `line` counts from 1, the header; `column` is empty
    if it is the line as a whole. Each kind of file has a class of its own, with what its codes say in English."""

    says: ClassVar[Mapping[str, str]] = FORM_FAULTS

    line: int
    column: str
    code: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, *, line: int, column: str = "", **values: object) -> Self:
        return cls(line=line, column=column, code=code, values=tuple((name, str(v)) for name, v in values.items()))

    @property
    def what(self) -> str:
        return self.says[self.code].format(**dict(self.values))

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.what}"


class MakesFaults(Protocol[F]):
    """A fault of FORM_FAULTS, with its values. `line` counts from 1, the header; without a `column` it is the line."""

    def __call__(self, code: str, *, line: int, column: str = "", **values: object) -> F: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One line as it stands in the file: every column that there may be, stripped of white space."""

    line: int
    values: Mapping[str, str]


def decoded(content: bytes, *, windows: bool = False) -> str:
    """The text of a file in UTF-8 (with or without BOM), or else, if `windows`, in Windows-1252.

    Raises: UnicodeDecodeError.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if windows:
            return content.decode("cp1252")
        raise


def read_table(
    content: bytes,
    *,
    columns: Sequence[str],
    may_be_left_out: Collection[str] = (),
    windows: bool = False,
    fault: MakesFaults[F],
) -> tuple[tuple[FileRow, ...], tuple[F, ...]]:
    """The lines of a file (`decoded`), separated by `;` or `,`, and what is wrong with its form."""
    try:
        text = decoded(content, windows=windows)
    except UnicodeDecodeError as trouble:
        line = content.count(b"\n", 0, trouble.start) + 1
        return (), (fault("not_utf8", line=line),)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return (), (fault("nul", line=line),)
    return _rows(text, columns, may_be_left_out, fault)


def _rows(
    text: str, columns: Sequence[str], may_be_left_out: Collection[str], fault: MakesFaults[F]
) -> tuple[tuple[FileRow, ...], tuple[F, ...]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[FileRow] = []
    faults: list[F] = []
    names: list[str] | None = None
    # A quoted value may run over several lines: a row is counted by where it begins.
    begins = 1
    try:
        for cells in reader:
            if names is None:
                names = [cell.strip().lower() for cell in cells]
                faults += _header_faults(names, columns, may_be_left_out, fault)
                if faults:
                    break
            elif len(cells) > len(names) or (any(cell.strip() for cell in cells) and len(cells) < len(names)):
                faults.append(fault("too_few_or_many", line=begins, values=len(cells), columns=len(names)))
            elif any(cell.strip() for cell in cells):
                told = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
                rows.append(FileRow(line=begins, values=dict.fromkeys(columns, "") | told))
            begins = reader.line_num + 1
    except csv.Error as trouble:
        faults.append(fault("not_csv", line=begins, trouble=trouble))
    if names is None:
        faults.append(fault("empty_file", line=1))
    return tuple(rows), tuple(faults)


def _delimiter(text: str) -> str:
    return ";" if ";" in next(iter(text.splitlines()), "") else ","


def _header_faults(
    names: list[str], columns: Sequence[str], may_be_left_out: Collection[str], fault: MakesFaults[F]
) -> Iterable[F]:
    for name in names:
        if name not in columns:
            yield fault("unknown_column", line=1, column=name or "(no name)", columns=", ".join(columns))
    for name in columns:
        if name not in names and name not in may_be_left_out:
            yield fault("missing_column", line=1, column=name)
        elif names.count(name) > 1:
            yield fault("column_twice", line=1, column=name)


def harmless(cell: str) -> str:
    """The cell of a file that people open in a spreadsheet, which runs what looks like a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
