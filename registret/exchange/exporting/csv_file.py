"""CSV as Swedish spreadsheet programs take it: UTF-8 with BOM, `;` between cells, decimal commas, times in Sweden."""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from registret.exchange.exporting.rows import Cell
from registret.kernel.sweden import SWEDEN
from registret.kernel.table import harmless


def write(out: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    out.write(BOM_UTF8)
    lines = csv.writer(_Encoded(out), delimiter=";", lineterminator="\r\n")
    lines.writerow(map(harmless, header))
    for row in rows:
        lines.writerow(map(_text, row))


class _Encoded:
    """What the writer of the standard library needs of a file."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())


def _text(cell: Cell) -> str:
    """A spreadsheet program runs a text that begins like a formula; a number may have its minus."""
    match cell:
        case None:
            return ""
        case Decimal():
            return f"{cell:f}".replace(".", ",")
        case datetime():
            return cell.astimezone(SWEDEN).strftime("%Y-%m-%d %H:%M")
        case date():
            return cell.isoformat()
    return harmless(cell)
