"""XLSX: a sheet in which nothing is computed. Each row is written to disk at once, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from registret.exchange.exporting.rows import Cell
from registret.kernel.sweden import SWEDEN

_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(out: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    # Not before: a server that writes no workbook has no room for it.
    from xlsxwriter import Workbook

    with TemporaryDirectory() as folder:
        book = Workbook(out, {**_OPTIONS, "tmpdir": folder})
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        sheet = book.add_worksheet("Data")
        sheet.freeze_panes(1, 1)
        for column, name in enumerate(header):
            sheet.write_string(0, column, name)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, line, column, cell, formats)
        book.close()


def _write(sheet: Any, line: int, column: int, cell: Cell, formats: dict[type, Any]) -> None:
    match cell:
        case None:
            return
        case Decimal():
            sheet.write_number(line, column, float(cell))
        case datetime():
            local = cell.astimezone(SWEDEN).replace(tzinfo=None)
            sheet.write_datetime(line, column, local, formats[datetime])
        case date():
            sheet.write_datetime(line, column, cell, formats[date])
        case str():
            sheet.write_string(line, column, cell)
