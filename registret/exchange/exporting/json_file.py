"""JSON: a list of objects, a line each, which the import reads. Numbers are numbers, times say their offset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from registret.exchange.exporting.rows import Cell
from registret.kernel.sweden import SWEDEN


def write(out: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Cells without a value are left out."""
    between = b"[\n"
    for row in rows:
        told = {name: _value(cell) for name, cell in zip(header, row, strict=True) if cell is not None}
        out.write(between + json.dumps(told, ensure_ascii=False).encode())
        between = b",\n"
    out.write(b"[]\n" if between == b"[\n" else b"\n]\n")


def _value(cell: Cell) -> str | int | float:
    match cell:
        case Decimal():
            return int(cell) if cell == int(cell) else float(cell)
        case datetime():
            return cell.astimezone(SWEDEN).isoformat(timespec="minutes")
        case date():
            return cell.isoformat()
    return str(cell)
