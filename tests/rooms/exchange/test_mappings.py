"""A mapping is read, or says line by line what is wrong, and makes of a row what a person would have typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registret.exchange.mappings.applying import ERASED, MappedRow, apply, column_faults, day_in, moment_in
from registret.exchange.mappings.drafting import draft
from registret.exchange.mappings.faults import MappingCode
from registret.exchange.mappings.reading import FormMapping, MappingBroken, read_mapping
from registret.exchange.readers import read
from registret.registries.queries import catalogue
from tests.rooms.exchange.journal_x import COLUMNS, MAPPING, file_of, row


def mapping(text: str = MAPPING) -> FormMapping:
    return read_mapping(text, catalogue().forms)


def mapped(text: str = MAPPING, **different: str) -> MappedRow:
    return apply(mapping(text), read(file_of(row(**different))).rows[0])


def test_a_row_becomes_what_a_person_would_have_typed() -> None:
    found = mapped()

    assert (found.source_id, found.number, found.exported_at) == ("X-1001", "19121212-1212", "2026-11-24 06:00")
    assert found.written == {
        "arrived_at": ("2026-11-20 08:15",),
        "pneumonia_treated": ("yes",),
        "acquired": ("community",),
        "pulse": ("98",),
        "temperature": ("38.6",),
        "comorbidity": ("copd", "diabetes"),
        "airway_culture": ("missing:unknown",),
        "discharged_at": ("2026-11-23 12:00",),
    }
    assert not found.undated


def test_blank_is_not_said_and_a_word_erases() -> None:
    found = mapped(Puls="", Odling="radera")

    assert "pulse" not in found.written
    assert found.written["airway_culture"] == ERASED


def test_what_no_value_stands_for_stays_as_it_is_to_be_refused() -> None:
    found = mapped(Förvärvad="hemma", **{"Temp (F)": "hög"})

    assert (found.written["acquired"], found.written["temperature"]) == (("hemma",), ("hög",))


def test_a_mark_before_a_number_stays_when_its_unit_changes() -> None:
    assert mapped(**{"Temp (F)": "< 80"}).written["temperature"] == ("<40.0",)


@pytest.mark.parametrize(
    ("zone", "written", "typed"),
    [
        ("utc", "2026-11-20 08:15", "2026-11-20T09:15"),
        ("utc", "2026-07-20T23:15:00Z", "2026-07-21T01:15"),
        ("local", "2026-11-20T08:15:00+02:00", "2026-11-20T07:15"),
        ("local", "2026-11-20 08:15:59", "2026-11-20 08:15:59"),
    ],
)
def test_a_time_of_another_zone_is_moved_to_sweden(zone: str, written: str, typed: str) -> None:
    text = MAPPING.replace("erase =", f'time_zone = "{zone}"\nerase =')

    assert mapped(text, Inskriven=written).written["arrived_at"] == (typed,)


@pytest.mark.parametrize("written", ["i går 08:15", "20/11 08:15", "20.11.2026 08:15", "08:15"])
def test_a_date_that_depends_on_the_day_of_reading_is_told(written: str) -> None:
    assert mapped(Inskriven=written).undated == ("arrived_at",)


@pytest.mark.parametrize(
    ("change", "code", "about", "nearest"),
    [
        (("version = 1", "version = "), MappingCode.NOT_TOML, "", ""),
        (("version = 1", "version = 99"), MappingCode.NO_SUCH_FORM, "pneumoni 99", ""),
        (('number = "Personnummer"', ""), MappingCode.MISSING, "number", ""),
        (("ignore =", "ignor ="), MappingCode.UNKNOWN_KEY, "ignor", "ignore"),
        (("version = 1", 'version = "ett"'), MappingCode.WRONG_SHAPE, "version", ""),
        (('ignore = ["Avdelning"]', 'ignore = ["Puls"]'), MappingCode.TWICE, "Puls", ""),
        (('"pulse"', '"puls"'), MappingCode.NO_SUCH_VARIABLE, "puls", "pulse"),
        (('"health_care"', '"healthcare"'), MappingCode.NO_SUCH_OPTION, "acquired", "health_care"),
        (('"missing:unknown"', '"missing:never"'), MappingCode.NO_SUCH_OPTION, "airway_culture", "missing:unknown"),
        (('"acquired"', '"acquired"\nfactor = 2'), MappingCode.NOT_A_NUMBER, "acquired", ""),
        (('"pulse"', '"pulse"\ndate_order = "dmy"'), MappingCode.NOT_A_DATE, "pulse", ""),
        (('"dmy"', '"dym"'), MappingCode.WRONG_SHAPE, "column.date_order", ""),
    ],
)
def test_what_is_wrong_with_a_mapping_is_told_with_its_line(
    change: tuple[str, str], code: MappingCode, about: str, nearest: str
) -> None:
    text = MAPPING.replace(*change)
    with pytest.raises(MappingBroken) as broken:
        mapping(text)

    found = next(fault for fault in broken.value.faults if fault.code is code)
    assert (found.about, found.nearest) == (about, nearest)
    assert 1 <= found.line <= text.count("\n") + 1


def test_a_fault_stands_on_its_own_line() -> None:
    text = MAPPING.replace('"pulse"', '"puls"')
    with pytest.raises(MappingBroken) as broken:
        mapping(text)

    assert text.splitlines()[broken.value.faults[0].line - 1] == 'variable = "puls"'


def test_an_unknown_column_is_told_with_the_name_that_was_meant() -> None:
    columns = [*(name for name in COLUMNS if name != "Puls"), "Pulsen"]
    table = read(file_of({"Pulsen": "98", "Personnummer": "x"}, columns=columns))

    assert [(fault.code, fault.about, fault.nearest) for fault in column_faults(mapping(), table)] == [
        (MappingCode.COLUMN_UNKNOWN, "Pulsen", "Puls"),
        (MappingCode.COLUMN_MISSING, "Puls", "Pulsen"),
    ]


def test_a_file_that_fits_has_no_faults_and_its_ignored_columns_are_not_needed() -> None:
    without = [name for name in COLUMNS if name != "Avdelning"]
    given = {name: value for name, value in row().items() if name in without}

    assert column_faults(mapping(), read(file_of(row()))) == ()
    assert [fault.about for fault in column_faults(mapping(), read(file_of(given, columns=without)))] == []


def test_a_draft_leads_columns_to_the_questions_that_they_are_called_as() -> None:
    form = catalogue().forms["pneumoni", 1]
    columns = ["Vårdtillfälle", "Personnr", "Andningsfrekvens", "saturation", "Fritext"]
    table = read(file_of(dict.fromkeys(columns, "1"), columns=columns))

    found = mapping(draft(table, form, source_system='Journal "X"')).says

    assert (found.source_system, found.source_id, found.number) == ('Journal "X"', "Vårdtillfälle", "Personnr")
    assert {one.name: one.variable for one in found.column} == {
        "Andningsfrekvens": "respiratory_rate",
        "saturation": "saturation",
    }
    assert found.ignore == ("Fritext",)


def test_days_and_moments_about_a_row_are_written_in_full() -> None:
    assert (day_in("1950-01-01"), day_in("1 januari")) != (None, None)
    assert day_in("1 januari") is None
    found = moment_in("2026-11-24 06:00")
    assert found is not None
    assert found.isoformat() == "2026-11-24T05:00:00+00:00"
    assert moment_in("nyss") is None


@given(text=st.text())
def test_whatever_is_written_as_a_mapping_is_one_or_broken(text: str) -> None:
    with pytest.raises(MappingBroken):
        mapping(text)


HUGE: Final = ["2" + "0" * 27 if column == "Temp (F)" else "" for column in COLUMNS]


@example(values=HUGE)
@given(values=st.lists(st.text(max_size=30), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_whatever_stands_in_a_row_is_texts_for_the_form(values: list[str]) -> None:
    source = read(file_of(row())).rows[0]
    found = apply(mapping(), replace(source, values=dict(zip(COLUMNS, values, strict=True))))

    assert all(isinstance(text, str) for texts in found.written.values() for text in texts)
