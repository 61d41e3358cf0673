"""CSV: UTF-8 with or without BOM, or Windows-1252; between cells `;`, `,` or a tab."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from registret.exchange.readers.table import FileKind, SourceTable, table_of
from registret.exchange.refusals import FileOfOtherKind, FileUnreadable

_SEPARATORS: Final = (";", "\t", ",")


def read(content: bytes) -> SourceTable:
    """Raises: FileOfOtherKind, FileUnreadable, and what `table_of` raises."""
    text, encoding = _decoded(content)
    if "\0" in text:
        raise FileOfOtherKind()
    separator = _separator(text)
    return table_of(FileKind.CSV, _lines(text, separator), separator=separator, encoding=encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    """The text and its encoding. What is not UTF-8 is Windows-1252, which older programs write."""
    for encoding, shown in (("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")):
        try:
            return content.decode(encoding), shown
        except UnicodeDecodeError:
            continue
    raise FileOfOtherKind()


def _separator(text: str) -> str:
    """What stands most often in the first line that has anything; `;` if two do equally often."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=head.count)


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    # A quoted value may run over several lines: a row is counted by where it begins.
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise FileUnreadable(line=begins) from None
