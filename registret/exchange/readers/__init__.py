"""Files become rows of text. One module for each format; all of them return a `SourceTable` or refuse the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from registret.exchange.readers import csv_file, fhir_file, json_file, odm_file, xlsx_file
from registret.exchange.readers.table import MOST_BYTES, FileKind, SourceTable
from registret.exchange.refusals import FileEmpty, FileTooLarge

READERS: Final[Mapping[FileKind, Callable[[bytes], SourceTable]]] = {
    FileKind.XLSX: xlsx_file.read,
    FileKind.JSON: json_file.read,
    FileKind.FHIR: fhir_file.read,
    FileKind.ODM: odm_file.read,
    FileKind.CSV: csv_file.read,
}


def read(content: bytes) -> SourceTable:
    """Return the rows of a file, whose kind its first characters tell.

    Raises: FileEmpty, FileTooLarge, and what the reader of the format raises (`refusals`).
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(most=MOST_BYTES >> 20)
    if not content.strip():
        raise FileEmpty()
    return READERS[kind_of(content)](content)


def kind_of(content: bytes) -> FileKind:
    if content.startswith(b"PK\x03\x04"):
        return FileKind.XLSX
    first = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return {b"[": FileKind.JSON, b"{": FileKind.FHIR, b"<": FileKind.ODM}.get(first, FileKind.CSV)
