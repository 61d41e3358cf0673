"""JSON: a list of objects, each a row, whose values are texts, numbers, true, false or null."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from registret.exchange.readers.table import MOST_ROWS, FileKind, SourceRow, SourceTable, row_of, sparse_table
from registret.exchange.refusals import (
    ColumnTwice,
    ColumnUnnamed,
    FileUnreadable,
    TooManyRows,
    ValueNested,
)

_WORDS: Final = {True: "true", False: "false", None: ""}


def read(content: bytes) -> SourceTable:
    """Raises: FileEmpty, FileUnreadable, TooManyRows, TooManyColumns, ColumnUnnamed, ColumnTwice, ValueNested,
    CellTooLong.
    """
    found = _parsed(content)
    if len(found) > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    return sparse_table(FileKind.JSON, _rows(found))


def _parsed(content: bytes) -> list[Any]:
    try:
        # Numbers stay as they are written, so that no digit is lost; a pair keeps a name that stands there twice.
        found = json.loads(
            content.decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=_refuse, object_pairs_hook=tuple
        )
    except json.JSONDecodeError as trouble:
        raise FileUnreadable(line=trouble.lineno) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise FileUnreadable() from None
    if not isinstance(found, list):
        raise ValueNested(line=0)
    return found


def _refuse(_word: str) -> None:
    """NaN and Infinity are no JSON. Raises: ValueError."""
    raise ValueError


def _rows(found: list[Any]) -> Iterator[SourceRow]:
    for line, pairs in enumerate(found, start=1):
        if not isinstance(pairs, tuple) or any(isinstance(value, (list, tuple)) for _, value in pairs):
            raise ValueNested(line=line)
        named = [(name.strip().replace("\0", ""), value) for name, value in pairs]
        for place, (name, _) in enumerate(named, start=1):
            if not name:
                raise ColumnUnnamed(number=place)
            if any(name == earlier for earlier, _ in named[: place - 1]):
                raise ColumnTwice(number=place)
        row = row_of(line, {name: value if isinstance(value, str) else _WORDS[value] for name, value in named})
        if any(row.values.values()):
            yield row
