"""Numbers beyond what a method can measure: below 5 is another answer than 5."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registret.registries.answers import Answer, AnswerBroken, FormFault, read, restored, written
from registret.registries.queries import form_of
from registret.registries.saying import said
from registret.registries.vocabulary import Mark
from tests.rooms.registries.building import at

NOW = at("2026-11-20T10:00")
CRP = form_of("pneumoni", 1).questions["crp"]
MIC = form_of("endokardit", 1).questions["mic"]
PULSE = form_of("pneumoni", 1).questions["pulse"]


@pytest.mark.parametrize("typed", ["<5", "< 5", "≤5", "<=5"])
def test_below_the_limit_is_kept_and_shown_as_such(typed: str) -> None:
    answer = read(CRP, [typed], at=NOW)
    assert answer == Answer(value=Decimal(5), mark=Mark.BELOW)
    assert answer.stored == "<5"
    assert restored(CRP, "<5") == answer
    assert written(CRP, answer) == ("<5",)
    assert said(CRP, answer) == "< 5 mg/L"
    assert read(CRP, ["5"], at=NOW) != answer


def test_a_mark_is_taken_only_where_the_question_says_so() -> None:
    for question, typed in ((PULSE, "<5"), (CRP, ">1000")):
        with pytest.raises(AnswerBroken) as broken:
            read(question, [typed], at=NOW)
        assert broken.value.fault is FormFault.NOT_A_NUMBER
    assert read(MIC, [">256"], at=NOW) == Answer(value=Decimal("256.000"), mark=Mark.ABOVE)
