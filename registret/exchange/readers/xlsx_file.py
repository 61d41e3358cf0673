"""XLSX: the first sheet of a workbook. What would fill the memory or be computed is refused before it is read."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from registret.exchange.readers.table import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, FileKind, SourceTable, table_of
from registret.exchange.refusals import (
    FileOfOtherKind,
    FileTooLarge,
    FileUnreadable,
    HasEntities,
    HasFormulas,
    TooManyColumns,
    TooManyRows,
)

_UNPACKED: Final = 5 * MOST_BYTES
_MOST_PARTS: Final = 2_000
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ENTITY: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE: Final = re.compile(rb"""\sr\s*=\s*["'](?:([A-Za-z]*))(\d*)["']""")
_WORDS: Final = {True: "true", False: "false"}


def read(content: bytes) -> SourceTable:
    """Raises: FileOfOtherKind, FileUnreadable, FileTooLarge, HasFormulas, HasEntities, and what `table_of` raises."""
    # Not before: a server that reads no workbook has no room for it.
    from python_calamine import CalamineError, CalamineWorkbook

    parts = _unpacked(content)
    if "xl/workbook.xml" not in parts:
        raise FileOfOtherKind()
    for name, part in parts.items():
        _require_harmless(name, part)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(_packed(parts))).get_sheet_by_index(0)
        return table_of(FileKind.XLSX, _lines(sheet.to_python(skip_empty_area=False)))
    except (CalamineError, IndexError, ValueError):
        raise FileUnreadable() from None


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The XML of the workbook, as much as its directory says that there is, and not more than may be."""
    parts, left = {}, _UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [one for one in archive.infolist() if one.filename.lower().endswith((".xml", ".rels"))]
            if len(found) > _MOST_PARTS:
                raise FileTooLarge(most=_UNPACKED >> 20)
            for one in found:
                with archive.open(one) as part:
                    parts[one.filename] = part.read(left + 1)
                left -= len(parts[one.filename])
                if left < 0:
                    raise FileTooLarge(most=_UNPACKED >> 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise FileUnreadable() from None
    return parts


def _packed(parts: dict[str, bytes]) -> bytes:
    """The same archive, made of what was looked at: what its directory hides is in it no more."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _require_harmless(name: str, part: bytes) -> None:
    if b"\0" in part:
        raise FileUnreadable()  # UTF-16, which hides what is looked for here
    if _ENTITY.search(part):
        raise HasEntities()
    if not name.lower().startswith("xl/worksheets/"):
        return
    if _FORMULA.search(part):
        raise HasFormulas()
    # A single cell far away makes a sheet of a billion.
    for letters, digits in _PLACE.findall(part):
        if len(letters) > 3 or _number_of(letters) > MOST_COLUMNS:
            raise TooManyColumns(most=MOST_COLUMNS)
        if len(digits) > 7 or int(digits or 0) > 2 * MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - ord("A") + 1
    return number


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, list[str]]]:
    for line, cells in enumerate(rows, start=1):
        yield line, [_text(cell) for cell in cells]


def _text(cell: str | float | bool | date | datetime | time | timedelta | None) -> str:
    """As a person would have typed it."""
    match cell:
        case bool():
            return _WORDS[cell]
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(timespec="minutes")
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat(timespec="minutes")
    return "" if cell is None else str(cell)
