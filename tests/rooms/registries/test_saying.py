"""Answers and results in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from registret.registries.answers import Answer
from registret.registries.assessing import ScoreNow
from registret.registries.queries import form_of
from registret.registries.saying import computed, in_digits, said
from registret.registries.vocabulary import Missing
from tests.rooms.registries.building import at

FORM = form_of("pneumoni", 1)


@pytest.mark.parametrize(
    ("code", "answer", "words"),
    [
        ("pulse", Answer(value=Decimal(82)), "82 /min"),
        ("temperature", Answer(value=Decimal("38.4")), "38,4 °C"),
        ("confusion", Answer(value="yes"), "Ja"),
        ("antibiotic", Answer(value=frozenset({"cefotaxime", "benzylpenicillin"})), "Bensylpenicillin, Cefotaxim"),
        ("blood_cultured_at", Answer(value=at("2026-11-20T08:50")), "2026-11-20 08:50"),
        ("oral_from", Answer(value=at("2026-11-20T00:00").date()), "2026-11-20"),
        ("main_diagnosis", Answer(value="J13"), "J13 Pneumoni orsakad av Streptococcus pneumoniae"),
        ("pulse", Answer(missing=Missing.NOT_DONE), "Ej utfört"),
        ("pulse", None, ""),
    ],
)
def test_an_answer_is_said_with_its_unit(code: str, answer: Answer | None, words: str) -> None:
    assert said(FORM.questions[code], answer) == words


@pytest.mark.parametrize(
    ("code", "value", "is_open", "words"),
    [
        ("crb65", Decimal(1), False, "1"),
        ("crb65", None, True, "–"),
        ("crb65", None, False, "Okänt"),
        ("culture_before_antibiotic", Decimal(1), False, "Ja"),
        ("culture_before_antibiotic", Decimal(0), False, "Nej"),
        ("culture_before_antibiotic", None, True, "–"),
        ("culture_before_antibiotic", None, False, "Okänt"),
    ],
)
def test_a_result_is_a_number_a_word_or_why_there_is_none(
    code: str, value: Decimal | None, is_open: bool, words: str
) -> None:
    assert computed(ScoreNow(score=FORM.scores[code], value=value, is_open=is_open)) == words


def test_a_result_of_what_is_not_asked_for_does_not_apply() -> None:
    now = ScoreNow(score=FORM.scores["crb65"], value=None, is_open=False, is_skipped=True)
    assert computed(now) == "Ej tillämpligt"


def test_numbers_have_a_comma_in_swedish_and_a_point_in_english() -> None:
    assert in_digits(Decimal("41.5")) == "41,5"
    with translation.override("en"):
        assert in_digits(Decimal("41.5")) == "41.5"


def test_words_are_in_the_active_language() -> None:
    now = ScoreNow(score=FORM.scores["culture_before_antibiotic"], value=Decimal(1), is_open=False)
    with translation.override("en"):
        assert computed(now) == "Yes"
        assert said(FORM.questions["pulse"], Answer(missing=Missing.UNKNOWN)) == "Unknown"
