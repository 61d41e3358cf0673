"""Files become rows of text, or a refusal that says why: whatever the bytes are."""

from __future__ import annotations

import io
import itertools
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registret.exchange.readers import csv_file, json_file, kind_of, read, xlsx_file
from registret.exchange.readers.table import LONGEST_CELL, MOST_BYTES, MOST_COLUMNS, MOST_ROWS, FileKind
from registret.exchange.refusals import (
    CellTooLong,
    ColumnTwice,
    ColumnUnnamed,
    FileEmpty,
    FileOfOtherKind,
    FileTooLarge,
    FileUnreadable,
    HasEntities,
    HasFormulas,
    RowOfOtherLength,
    TooManyColumns,
    TooManyRows,
    ValueNested,
)
from registret.kernel.refused import Refused
from tests.rooms.exchange.workbooks import workbook, workbook_of

TEXTS = [("Ålder", "Puls"), ("81", "98,5"), ("", ""), ("79", "")]
AS_ROWS = [{"Ålder": "81", "Puls": "98,5"}, {"Ålder": "79", "Puls": ""}]


def as_csv(separator: str = ";") -> str:
    return "".join(separator.join(f'"{one}"' for one in row) + "\r\n" for row in TEXTS)


@pytest.mark.parametrize(
    ("content", "kind", "lines"),
    [
        (as_csv().encode(), FileKind.CSV, [2, 4]),
        (as_csv().encode("utf-8-sig"), FileKind.CSV, [2, 4]),
        (as_csv(",").encode("cp1252"), FileKind.CSV, [2, 4]),
        (as_csv("\t").encode(), FileKind.CSV, [2, 4]),
        (workbook_of(TEXTS), FileKind.XLSX, [2, 4]),
        (json.dumps([*AS_ROWS, {}]).encode(), FileKind.JSON, [1, 2]),
    ],
    # Without a name a case is called by its bytes, and a workbook holds the time at which it was made.
    ids=["utf-8", "bom", "windows", "tab", "xlsx", "json"],
)
def test_the_same_rows_come_out_of_every_format(content: bytes, kind: FileKind, lines: list[int]) -> None:
    table = read(content)

    assert table.kind is kind
    assert table.columns == ("Ålder", "Puls")
    assert [dict(row.values) for row in table.rows] == AS_ROWS
    assert [row.line for row in table.rows] == lines


def test_what_was_found_of_a_csv_file_is_told() -> None:
    table = read(as_csv(",").encode("cp1252"))

    assert (table.separator, table.encoding) == (",", "Windows-1252")


def test_a_row_is_where_it_begins_though_a_value_runs_over_lines() -> None:
    assert [row.line for row in read(b'a;b\r\n"x\r\ny";1\r\nz;2\r\n').rows] == [2, 4]


def test_cells_of_a_workbook_are_as_people_type_them() -> None:
    head = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in "abcde")
    cells = (
        '<c><v>191212121212</v></c><c><v>98.5</v></c><c s="1"><v>46350</v></c>'
        '<c s="1"><v>46350.34375</v></c><c t="b"><v>1</v></c>'
    )
    table = read(workbook(f"<row>{head}</row><row>{cells}</row>"))

    assert tuple(table.rows[0].values.values()) == ("191212121212", "98.5", "2026-11-24", "2026-11-24T08:15", "true")
    assert [table.letter_of(name) for name in "ae"] == ["A", "E"]


def test_numbers_in_json_keep_every_digit() -> None:
    table = read(b'[{"a": 1.50, "b": 12345678901234567890, "c": null, "d": false}]')

    assert tuple(table.rows[0].values.values()) == ("1.50", "12345678901234567890", "", "false")


def swollen() -> bytes:
    """A few kilobytes that unpack to more than may be."""
    return workbook(" " * (6 * MOST_BYTES))


def lying() -> bytes:
    """A workbook whose directory says that its sheet is shorter than it is."""
    content = bytearray(workbook_of([("a",), ("1",)]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    at = content.rindex(size.to_bytes(4, "little"))
    content[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (b"a;b\n", FileEmpty),
        (b"[]", FileEmpty),
        (workbook_of([("a", "b")]), FileEmpty),
        (b"a" * (MOST_BYTES + 1), FileTooLarge),
        (swollen(), FileTooLarge),
        (lying(), FileUnreadable),
        (b"PK\x03\x04", FileUnreadable),
        (b'a;b\n"1;2\n', FileUnreadable),
        (b"[{]", FileUnreadable),
        (b'[{"a": NaN}]', FileUnreadable),
        (b"[" * 200_000, FileUnreadable),
        (b"a;b\n\0;2\n", FileOfOtherKind),
        (b"\x81\x8d", FileOfOtherKind),
        (b"a\n" + b"1\n" * (MOST_ROWS + 1), TooManyRows),
        (b"[" + b'{"a":1},' * MOST_ROWS + b'{"a":1}]', TooManyRows),
        (workbook('<row r="1"><c r="A1"><v>1</v></c><c r="B900000"><v>1</v></c></row>'), TooManyRows),
        (b";".join(b"c%d" % n for n in range(MOST_COLUMNS + 1)) + b"\n1\n", TooManyColumns),
        (workbook('<row r="1"><c r="A1"><v>1</v></c><c r="ZZ2"><v>1</v></c></row>'), TooManyColumns),
        (b"a\n" + b"x" * (LONGEST_CELL + 1) + b"\n", CellTooLong),
        (b"a;b\n1;2;3\n", RowOfOtherLength),
        (b"a;;b\n1;2;3\n", ColumnUnnamed),
        (b"a;a\n1;2\n", ColumnTwice),
        (b'[{"a": 1, "a": 2}]', ColumnTwice),
        (b'{"a": 1}', ValueNested),
        (b'[{"a": {"b": 1}}]', ValueNested),
        (b"[1]", ValueNested),
        (workbook("<row><c><v>1</v></c></row><row><c><f>1+1</f><v>2</v></c></row>"), HasFormulas),
        (workbook("", before='<!DOCTYPE x [<!ENTITY a "b">]>'), HasEntities),
    ],
    ids=itertools.count(1),
)
def test_a_file_that_is_not_right_is_refused_as_what_it_is(content: bytes, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        read(content)


@given(content=st.binary() | st.text().map(str.encode) | st.binary().map(b"PK\x03\x04".__add__))
@settings(deadline=None)
def test_whatever_the_bytes_are_they_are_rows_or_a_refusal(content: bytes) -> None:
    for reader in (read, csv_file.read, json_file.read, xlsx_file.read):
        try:
            table = reader(content)
        except Refused:
            continue
        assert all(set(row.values) == set(table.columns) for row in table.rows)


@given(sheet=st.text(alphabet='<>/"=rcvtfA1 ', max_size=60), cut=st.integers(0, 400), put=st.binary(max_size=3))
@settings(deadline=None)
def test_a_broken_workbook_is_refused(sheet: str, cut: int, put: bytes) -> None:
    whole = workbook(sheet)
    for content in (whole, whole[: -cut - 1], whole[:cut] + put + whole[cut + len(put) :]):
        try:
            read(content)
        except Refused:
            continue


def test_a_file_is_known_by_its_first_characters() -> None:
    assert kind_of("\ufeff [".encode()) is FileKind.JSON
    assert kind_of(b"a;b") is FileKind.CSV
