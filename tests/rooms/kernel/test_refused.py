"""A refusal survives its way through the database; no two share a code."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from registret.kernel.refused import Refused, every_refusal, restored

NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)


class OfTheTest(Refused, code="test.of_the_test", status=410):
    text: str
    number: int
    truth: bool
    when: datetime
    perhaps: datetime | None = None


def test_a_refusal_is_stored_as_json_and_comes_back_with_its_facts() -> None:
    refusal = OfTheTest(text="2026-11-24", number=7, truth=False, when=NOON)
    stored = json.loads(json.dumps([refusal.code, refusal.facts]))
    back = restored(*stored)
    assert isinstance(back, OfTheTest)
    assert (back.text, back.number, back.truth, back.when, back.perhaps) == ("2026-11-24", 7, False, NOON, None)
    assert back.facts == refusal.facts


def test_a_refusal_that_was_stored_by_an_older_version_loses_facts_that_nobody_knows_any_more() -> None:
    facts = OfTheTest(text="x", number=1, truth=True, when=NOON).facts | {"forgotten": "fact"}
    assert "forgotten" not in restored(OfTheTest.code, facts).facts


def test_an_unknown_code_is_not_restored() -> None:
    with pytest.raises(KeyError):
        restored("test.never", {})


def test_a_refusal_shows_its_code_and_nothing_else() -> None:
    assert str(OfTheTest(text="secret", number=1, truth=True, when=NOON)) == "test.of_the_test"


def test_two_refusals_with_one_code_stop_the_program() -> None:
    with pytest.raises(TypeError, match=r"test\.of_the_test"):
        type("Impostor", (Refused,), {"__qualname__": "Impostor"}, code="test.of_the_test")
    assert every_refusal()["test.of_the_test"] is OfTheTest
