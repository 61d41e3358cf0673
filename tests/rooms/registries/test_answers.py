"""What people write becomes an answer or a fault of form, and comes back the same from JSON and on the page."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.kernel.dates import DateFault, DateTrouble
from registret.registries.answers import Answer, AnswerBroken, FormFault, read, restored, written
from registret.registries.forms import Question
from registret.registries.queries import form_of
from registret.registries.vocabulary import Mark, Missing
from tests.rooms.registries.building import INCLUSION, at, form, variable

NOW = at("2026-11-25T12:00")
LISTS = """
[[list]]
code = "places"
option = [{ code = "lung", label = { sv = "L", en = "L" } }, { code = "heart", label = { sv = "H", en = "H" } }]
"""
QUESTIONS = (
    variable("whole", "integer", 'hard = { least = 0, most = 99 }\nmissing = ["unknown", "not_done"]')
    + variable("exact", "decimal", "decimals = 1\nhard = { least = -50, most = 45 }")
    + variable("open_ended", "integer", "hard = { least = 1 }")
    + variable("one", "choice", 'list = "places"\nmissing = ["unknown"]')
    + variable("some", "choices", 'list = "places"\nmissing = ["unknown"]')
    + variable("day", "date")
    + variable("planned", "date", "not_after_now = false")
    + variable("moment", "moment")
    + variable("first", "moment", "on_arrival_day = true")
    + variable("words", "text", "longest = 12")
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Question]:
    folder: Path = tmp_path_factory.mktemp("answers")
    return dict(form(folder, INCLUSION + QUESTIONS, lists=LISTS).questions)


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("whole", "12", Decimal(12)),
        ("whole", " 12 ", Decimal(12)),
        ("whole", "12,0", Decimal(12)),
        ("whole", "0", Decimal(0)),
        ("whole", "99", Decimal(99)),
        ("open_ended", "1 000", Decimal(1000)),
        ("open_ended", "1\u00a0000", Decimal(1000)),
        ("exact", "37,5", Decimal("37.5")),
        ("exact", "37.50", Decimal("37.5")),
        ("exact", "37", Decimal(37)),
        ("exact", "\u22122", Decimal(-2)),
        ("one", "lung", "lung"),
        # What no database keeps in a text comes along with pasted ones, and nobody sees it.
        ("words", "ett\0två", "etttvå"),
        ("whole", "\x001\x002\x00", Decimal(12)),
        ("day", "2026-11-25", date(2026, 11, 25)),
        ("planned", "2027-01-01", date(2027, 1, 1)),
        ("moment", "2026-11-25T11:59", at("2026-11-25T11:59")),
        ("moment", "25/11 11.59", at("2026-11-25T11:59")),
        ("planned", "26/11", date(2026, 11, 26)),
        ("words", "J18.9", "J18.9"),
    ],
)
def test_what_people_write_is_understood(asked: dict[str, Question], code: str, text: str, value: object) -> None:
    found = read(asked[code], [text], at=NOW)
    assert found is not None
    assert (found.value, found.missing) == (value, None)


@pytest.mark.parametrize(
    ("code", "text", "fault"),
    [
        ("whole", "tolv", FormFault.NOT_A_NUMBER),
        ("whole", "NaN", FormFault.NOT_A_NUMBER),
        ("whole", "Infinity", FormFault.NOT_A_NUMBER),
        ("whole", "12,5", FormFault.NOT_WHOLE),
        ("whole", "1e-999", FormFault.NOT_WHOLE),
        ("whole", "-1", FormFault.TOO_LOW),
        ("whole", "100", FormFault.TOO_HIGH),
        ("whole", "1e999999", FormFault.TOO_HIGH),
        ("whole", "-1e999999", FormFault.TOO_LOW),
        ("exact", "37,55", FormFault.DECIMALS),
        ("exact", "1e-30", FormFault.DECIMALS),
        ("open_ended", "0", FormFault.TOO_LOW),
        ("open_ended", "1" * 13, FormFault.TOO_HIGH),
        ("one", "spleen", FormFault.NOT_AN_OPTION),
        ("one", "missing:not_done", FormFault.NOT_AN_OPTION),
        ("one", "missing:", FormFault.NOT_AN_OPTION),
        ("some", "spleen", FormFault.NOT_AN_OPTION),
        ("day", "2026-11-26", DateTrouble.AHEAD),
        ("day", "26/11", DateTrouble.YEAR_NEEDED),
        ("moment", "2026-11-25 12:01", DateTrouble.AHEAD),
        ("moment", "25/11", DateTrouble.NO_TIME),
        ("moment", "samma dag 10.00", DateTrouble.NO_ARRIVAL),
        ("words", "x" * 13, FormFault.TOO_LONG),
        ("words", "189901019802", FormFault.PERSONAL_NUMBER),
        ("words", "18990101\x009802", FormFault.PERSONAL_NUMBER),
    ],
)
def test_what_cannot_be_an_answer_is_a_fault(
    asked: dict[str, Question], code: str, text: str, fault: FormFault | DateTrouble
) -> None:
    with pytest.raises(AnswerBroken) as broken:
        read(asked[code], [text], at=NOW)
    found = broken.value.fault
    assert (found.trouble if isinstance(found, DateFault) else found) is fault


def test_a_time_alone_is_of_the_day_of_the_arrival_where_the_question_says_so(asked: dict[str, Question]) -> None:
    arrived, found = at("2026-11-23T10:05"), Answer(value=at("2026-11-23T14:30"))
    assert read(asked["first"], ["14.30"], at=NOW, arrived_at=arrived) == found
    assert read(asked["moment"], ["samma dag 14.30"], at=NOW, arrived_at=arrived) == found
    with pytest.raises(AnswerBroken):
        read(asked["moment"], ["14.30"], at=NOW, arrived_at=arrived)


def test_nothing_is_no_answer_and_a_reason_is_one(asked: dict[str, Question]) -> None:
    assert read(asked["whole"], [], at=NOW) is None
    assert read(asked["whole"], ["  "], at=NOW) is None
    assert read(asked["whole"], ["missing:not_done"], at=NOW) == Answer(missing=Missing.NOT_DONE)
    assert read(asked["some"], ["lung", "", "heart"], at=NOW) == Answer(value=frozenset({"lung", "heart"}))


ANSWERS = [
    ("whole", Answer(value=Decimal(12))),
    ("whole", Answer(missing=Missing.UNKNOWN)),
    ("exact", Answer(value=Decimal("37.5"))),
    ("one", Answer(value="lung")),
    ("some", Answer(value=frozenset({"lung", "heart"}))),
    ("some", Answer(missing=Missing.UNKNOWN)),
    ("day", Answer(value=date(2026, 1, 31))),
    ("moment", Answer(value=at("2026-10-25T02:30"))),
    ("words", Answer(value="J18.9")),
]


@pytest.mark.parametrize(("code", "answer"), ANSWERS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(ANSWERS)])
def test_an_answer_comes_back_from_json_and_from_the_page(
    asked: dict[str, Question], code: str, answer: Answer
) -> None:
    assert restored(asked[code], json.loads(json.dumps(answer.stored))) == answer
    assert read(asked[code], written(asked[code], answer), at=NOW) == answer
    assert written(asked[code], None) == ()


@pytest.mark.parametrize(
    ("code", "stored"),
    [
        ("whole", "twelve"),
        ("whole", ["lung"]),
        ("whole", {"missing": "not_applicable"}),
        ("whole", {}),
        ("one", "spleen"),
        ("one", ["lung"]),
        ("some", "lung"),
        ("some", ["lung", "spleen"]),
        ("day", "2026-02-30"),
        ("moment", "in the morning"),
    ],
)
def test_what_was_kept_for_another_form_is_not_taken_for_an_answer(
    asked: dict[str, Question], code: str, stored: str | list[str] | dict[str, str]
) -> None:
    with pytest.raises(AnswerBroken):
        restored(asked[code], stored)


@given(text=st.text(max_size=40) | st.from_regex(r"[-+0-9,.eE ]{1,20}", fullmatch=True))
def test_no_text_breaks_the_reading_of_any_question(asked: dict[str, Question], text: str) -> None:
    for question in asked.values():
        try:
            found = read(question, [text], at=NOW)
        except AnswerBroken:
            continue
        if found is not None:
            assert restored(question, found.stored) == found


@pytest.mark.parametrize(
    ("sub_registry", "code", "text", "value"),
    [
        ("pneumoni", "saturation", "88%", Decimal(88)),
        ("pneumoni", "saturation", "88 %", Decimal(88)),
        ("pneumoni", "temperature", "38,5 °C", Decimal("38.5")),
        ("pneumoni", "temperature", "38.5C", Decimal("38.5")),
        ("pneumoni", "crp", "12 mg/L", Decimal(12)),
        ("pneumoni", "crp", "12mg/l", Decimal(12)),
        ("pneumoni", "systolic", "118 mmHg", Decimal(118)),
        ("pneumoni", "respiratory_rate", "24/min", Decimal(24)),
        ("pneumoni", "white_cells", "12,5 10⁹/L", Decimal("12.5")),
        ("pneumoni", "white_cells", "12,5 x 10^9/l", Decimal("12.5")),
        ("pneumoni", "treatment_days", "7 dygn", Decimal(7)),
        ("pneumoni", "treatment_days", "7 days", Decimal(7)),
        ("sepsis", "creatinine", "88 umol/L", Decimal(88)),
        ("sepsis", "creatinine", "88 μmol/l", Decimal(88)),
        ("sepsis", "lactate", "2,4 mmol/L", Decimal("2.4")),
    ],
)
def test_a_number_may_be_written_with_the_unit_of_the_field(
    sub_registry: str, code: str, text: str, value: Decimal
) -> None:
    assert read(form_of(sub_registry, 1).questions[code], [text], at=NOW) == Answer(value=value)


def test_a_mark_and_the_unit_go_together() -> None:
    found = read(form_of("pneumoni", 1).questions["crp"], ["<5 mg/L"], at=NOW)
    assert found == Answer(value=Decimal(5), mark=Mark.BELOW)


@pytest.mark.parametrize(
    ("sub_registry", "code", "text", "fault"),
    [
        ("pneumoni", "crp", "1,2 mg/dL", FormFault.OTHER_UNIT),
        ("pneumoni", "temperature", "101 F", FormFault.OTHER_UNIT),
        ("pneumoni", "saturation", "88 ‰", FormFault.OTHER_UNIT),
        ("pneumoni", "saturation", "0,88", FormFault.NOT_WHOLE),
        ("sepsis", "lactate", "22 mg/dL", FormFault.OTHER_UNIT),
        ("sepsis", "creatinine", "0.9 mg/dl", FormFault.OTHER_UNIT),
        ("sepsis", "rls85", "3 p", FormFault.NOT_A_NUMBER),
        ("pneumoni", "saturation", "%", FormFault.NOT_A_NUMBER),
        ("pneumoni", "saturation", "400 %", FormFault.TOO_HIGH),
    ],
)
def test_another_unit_is_no_number_of_the_field(sub_registry: str, code: str, text: str, fault: FormFault) -> None:
    with pytest.raises(AnswerBroken) as broken:
        read(form_of(sub_registry, 1).questions[code], [text], at=NOW)
    assert broken.value.fault is fault
