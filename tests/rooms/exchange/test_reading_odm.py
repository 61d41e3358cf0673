"""Files in CDISC ODM become rows, a subject each, or a refusal that says why."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registret.exchange.readers import kind_of, odm_file, read
from registret.exchange.readers.table import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, FileKind
from registret.exchange.refusals import (
    CellTooLong,
    FileEmpty,
    FileOfOtherKind,
    FileUnreadable,
    HasEntities,
    ItemTwice,
    TooManyColumns,
    TooManyRows,
    TransactionNotTaken,
)
from registret.kernel.refused import Refused
from tests.rooms.exchange.odm import SIMPLE, clinical, event, flag, item, odm, study, subject

MADE = "2026-11-24T08:00:00Z"


def rows(content: bytes) -> list[dict[str, str]]:
    """Without the time at which the file was made."""
    return [{name: one for name, one in row.values.items() if name != "CreationDateTime"} for row in read(content).rows]


def cells(*items: str) -> dict[str, str]:
    (row,) = rows(odm(SIMPLE, clinical(subject("X", event("E", *items)))))
    return {name: value for name, value in row.items() if name != "SubjectKey"}


def test_a_subject_is_a_row_and_an_item_of_the_metadata_a_column() -> None:
    table = read(odm(SIMPLE, clinical(subject("X-1", event("E", item("a", " 98 "))), subject("X-2"))))
    assert (table.kind, table.columns) == (FileKind.ODM, ("SubjectKey", "CreationDateTime", "a", "b"))
    assert [dict(row.values) for row in table.rows] == [
        {"SubjectKey": "X-1", "CreationDateTime": MADE, "a": "98", "b": ""}
    ]
    assert (table.rows[0].line, table.letter_of("a")) == (1, "")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (item("a", "1 < 2 & 3\n4"), "1 < 2 & 3\n4"),
        (item("a", None), ""),
        (item("a", None, flag("registret:missing", "not_done")), "missing:not_done"),
        (item("a", None, flag("other:list", "not_done")), ""),
        (item("a", "5", flag("registret:mark", "&lt;")), "<5"),
        (item("a", "5", flag("registret:missing", "not_done")), "5"),
        ('<ItemDataInteger ItemOID="a">98</ItemDataInteger>', "98"),
        ('<own:ItemData ItemOID="a" Value="1"/>', ""),
        (item("a", "98", "<AuditRecord><DateTimeStamp>2026</DateTimeStamp></AuditRecord>"), "98"),
    ],
    ids=itertools.count(1),
)
def test_a_value_is_read_with_what_is_said_of_it(written: str, text: str) -> None:
    assert cells(written, item("b", "x")) == {"a": text, "b": "x"}


def test_a_unit_that_is_said_with_a_value_is_not_passed_by() -> None:
    written = item("a", "98", '<MeasurementUnitRef MeasurementUnitOID="mg/dL"/>')
    assert cells(written) == {"a": "98", "b": "", "a.MeasurementUnitOID": "mg/dL"}


def test_an_item_in_several_places_has_a_column_for_each() -> None:
    two_groups = study({"E": ["F"]}, {"F": ["G", "H"]}, {"G": ["a", "b"], "H": ["a"]})
    assert read(odm(two_groups, clinical(subject("X", event("E", item("a", "1")))))).columns[2:] == ("G.a", "b", "H.a")
    two_events = study({"E1": ["F"], "E2": ["F"]}, {"F": ["G"]}, {"G": ["a"]})
    (row,) = rows(odm(two_events, clinical(subject("X", event("E1", item("a", "1")), event("E2", item("a", "2"))))))
    assert row == {"SubjectKey": "X", "E1.F.G.a": "1", "E2.F.G.a": "2"}


def test_without_metadata_the_column_says_where_the_item_stands() -> None:
    """Which item is alone cannot be known then: a file with the second visit only would be read as the first."""
    assert rows(odm(clinical(subject("X", event("E", item("a", "1")))))) == [{"SubjectKey": "X", "E.F.G.a": "1"}]


def test_a_study_event_that_comes_again_is_a_row_each_time() -> None:
    twice = study({"P": ["F"], "E": ["F2"]}, {"F": ["G"], "F2": ["G2"]}, {"G": ["a"], "G2": ["b"]}, repeating=["E"])
    told = [event("E", item("b", str(n)), form="F2", group="G2", more=f'StudyEventRepeatKey="{n}"') for n in (1, 2)]
    once = event("P", item("a", "x"), more='StudyEventRepeatKey="1"')
    assert rows(odm(twice, clinical(subject("X", once, *told), subject("Y", once)))) == [
        {"SubjectKey": "X", "SubjectKey.StudyEventRepeatKey": "X.1", "a": "x", "b": "1"},
        {"SubjectKey": "X", "SubjectKey.StudyEventRepeatKey": "X.2", "a": "x", "b": "2"},
        {"SubjectKey": "Y", "SubjectKey.StudyEventRepeatKey": "Y", "a": "x", "b": ""},
    ]


@pytest.mark.parametrize("act", ["Insert", "Update", "Upsert"])
def test_what_is_inserted_or_updated_is_a_value(act: str) -> None:
    written = event("E", item("a", "1", more=f'TransactionType="{act}"'))
    content = odm(SIMPLE, clinical(subject("X", written, more='TransactionType="Context"')))
    assert rows(content) == [{"SubjectKey": "X", "a": "1", "b": ""}]


ONE = item("a", "1")
BOMB = '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
MANY = [f"i{n}" for n in range(MOST_COLUMNS)]
OURS = SIMPLE.replace('"a"', '"SubjectKey"')
WIDE = study({"E": ["F"]}, {"F": ["G"]}, {"G": MANY})
AGAIN = study({f"E{n}": ["F"] for n in range(3000)}, {"F": [f"G{n}" for n in range(3000)]}, {"G0": [], "H": ["a"]})


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (odm(), FileEmpty),
        (odm(SIMPLE, clinical(subject("X"), subject("Y", event("E", item("a", None))))), FileEmpty),
        (odm(AGAIN, clinical(subject("X"))), FileEmpty),
        (b"<html></html>", FileOfOtherKind),
        (odm(SIMPLE, namespace="http://www.cdisc.org/ns/odm/v2.0"), FileOfOtherKind),
        (odm(SIMPLE, before=BOMB), HasEntities),
        (odm(SIMPLE, before=OUTSIDE), HasEntities),
        (odm(SIMPLE, before='<!DOCTYPE ODM SYSTEM "https://example.com/odm.dtd">'), HasEntities),
        (odm("&a;"), FileUnreadable),
        (odm(SIMPLE)[:-3], FileUnreadable),
        (b'<?xml version="1.0" encoding="nobody-knows"?><ODM/>', FileUnreadable),
        (odm("<a>" * 40, "</a>" * 40), FileUnreadable),
        (odm(clinical('<SubjectData SubjectKey=""/>')), FileUnreadable),
        (odm(clinical(subject("X", ONE))), FileUnreadable),
        (odm(clinical(subject("X", event("E", '<ItemData Value="1"/>')))), FileUnreadable),
        (odm(clinical(subject("X", more='TransactionType="Zap"'))), FileUnreadable),
        (odm(clinical(subject("X", more='TransactionType="Remove"'))), TransactionNotTaken),
        (odm(clinical(subject("X", event("E", item("a", "1", more='TransactionType="Remove"'))))), TransactionNotTaken),
        (odm(clinical(subject("X", event("E", ONE), more='TransactionType="Context"'))), TransactionNotTaken),
        (odm(clinical(subject("X", event("E", ONE, ONE)))), ItemTwice),
        (odm(OURS, clinical(subject("X", event("E", item("SubjectKey", "Y"))))), ItemTwice),
        (odm(clinical(*(subject("X", event("E", ONE)) for _ in range(MOST_ROWS + 1)))), TooManyRows),
        (odm(WIDE), TooManyColumns),
        (odm(study({f"E{n}": ["F"] for n in range(MOST_COLUMNS)}, {"F": ["G"]}, {"G": ["a", "b"]})), TooManyColumns),
        (odm(clinical(subject("X", event("E", item("a", "x" * (LONGEST_CELL + 1)))))), CellTooLong),
        (odm(clinical(subject("X", event("E", item("a" * (LONGEST_CELL + 1), "1"))))), CellTooLong),
    ],
    ids=itertools.count(1),
)  # fmt: skip
def test_a_file_that_is_not_right_is_refused_as_what_it_is(content: bytes, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        read(content)


def test_a_file_is_known_by_its_first_character() -> None:
    assert kind_of(odm(before="\ufeff\n")) is FileKind.ODM
    assert len(rows(odm(SIMPLE, clinical(subject("X", event("E", ONE))), before="\ufeff"))) == 1
    assert len(rows(odm(SIMPLE, clinical(subject("X", event("E", ONE)))).decode().encode("utf-16-le"))) == 1


WHOLE = odm(SIMPLE, clinical(subject("X", event("E", item("a", "5", flag("registret:mark", "&lt;"))))))
PIECES = [
    SIMPLE, ONE, *'<>&"/', "<ODM>", "</ODM>", "<SubjectData>", "</SubjectData>", '<SubjectData SubjectKey="X">',
    '<StudyEventData StudyEventOID="E">', '<FormData FormOID="F">', "</FormData>", '<ItemGroupData ItemGroupOID="G">',
    '<ClinicalData StudyOID="S" MetaDataVersionOID="1">', "</ClinicalData>", "<ItemDataString ItemOID='a'>", "<Flag/>",
    '<ItemRef ItemOID="a"/>', "<FlagValue>", 'TransactionType="Remove"', "\0", "é", "<![CDATA[", "]]>", "<?a b?>",
]  # fmt: skip


@given(content=st.binary().map(b"<".__add__) | st.lists(st.sampled_from(PIECES)).map(lambda some: odm(*some)))
@settings(deadline=None)
def test_whatever_the_bytes_are_they_are_rows_or_a_refusal(content: bytes) -> None:
    _rows_or_refusal(content)


@given(cut=st.integers(0, len(WHOLE)), put=st.binary(max_size=4) | st.sampled_from(PIECES).map(str.encode))
@settings(deadline=None)
def test_a_broken_file_is_read_or_refused(cut: int, put: bytes) -> None:
    for content in (WHOLE[:cut] + put, WHOLE[:cut] + put + WHOLE[cut:], WHOLE[:cut] + put + WHOLE[cut + len(put) :]):
        _rows_or_refusal(content)


def _rows_or_refusal(content: bytes) -> None:
    try:
        table = odm_file.read(content)
    except Refused:
        return
    assert all(set(row.values) == set(table.columns) for row in table.rows)
