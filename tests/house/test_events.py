"""No event of the log without a test that names it: an entry that is no longer written would not be missed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registret.words.events import EVENTS

TESTS = Path(__file__).parents[1]
# They compare lists of words, and write no entry.
ONLY_WORDS = {"test_words.py", "test_events.py"}
TEXTS = [file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py") if file.name not in ONLY_WORDS]


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_an_event_is_looked_for_in_the_log_by_some_test(event: str) -> None:
    named = re.compile(rf"""["'](?:event=)?{re.escape(event)}["']""")
    assert any(named.search(text) for text in TEXTS)
