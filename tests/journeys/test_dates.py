"""Dates in a browser: the script reads what the server reads, and says the same of it in words."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from playwright.sync_api import Page, Playwright

from registret.kernel.sweden import SWEDEN
from registret.words.dates import date_read_back
from tests.journeys.desks import CHROMIUM

pytestmark = pytest.mark.journey

SCRIPT = Path("registret/web/static/dates.js").read_bytes()
CASES: list[dict[str, Any]] = json.loads(Path("tests/dates.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(playwright: Playwright) -> Iterator[Page]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM)
    yield browser.new_page()
    browser.close()


def called(page: Page, language: str, call: str, argument: object) -> Any:
    """What a function of the script returns, on a page in this language."""
    page.set_content(f"<!doctype html><html lang='{language}'><title>x</title>")
    address = f"data:text/javascript;base64,{b64encode(SCRIPT).decode()}#{language}"
    return page.evaluate(f"async (given) => {{ const it = await import('{address}'); return {call}; }}", argument)


def test_the_browser_understands_what_the_server_understands_and_nothing_else(page: Page) -> None:
    found = called(
        page,
        "sv",
        "given.map((c) => it.understood(c.text, { reach: 'past', ...c, fullYear: c.full_year }))",
        CASES,
    )
    assert [(case["text"], got) for case, got in zip(CASES, found, strict=True)] == [
        (case["text"], case.get("gives")) for case in CASES
    ]


@pytest.mark.parametrize(
    ("text", "kind", "trouble"),
    [
        ("", "moment", ""),
        ("25/11 14", "moment", ""),
        ("27/11 10.00", "moment", "ahead"),
        ("2027-01-01 10.00", "moment", "ahead"),
        ("31/2 10.00", "moment", "unreal"),
        ("2026-02-30", "day", "unreal"),
        ("25/13 10.00", "moment", "unreal"),
        ("1850-01-01 10.00", "moment", "early"),
        ("1850-01-01", "day", "early"),
        ("25/11", "moment", "timeless"),
        ("25/11 25.00", "moment", "unread"),
        ("25/11 2026", "moment", "unread"),
        ("10.00", "moment", "unread"),
        ("hej", "day", "unread"),
    ],
)
def test_the_browser_says_what_is_wrong_with_a_date(page: Page, text: str, kind: str, trouble: str) -> None:
    asked = {"kind": kind, "now": "2026-11-26T10:00", "reach": "past"}
    assert called(page, "sv", "it.troubleOf(given.text, given.asked)", {"text": text, "asked": asked}) == trouble


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("1980-01-31", ""),
        ("80-01-31", "yearless"),
        ("31/1", "yearless"),
        ("1980", "yearless"),
        ("1980-02-30", "unreal"),
        ("1849-12-31", "early"),
        ("2027-01-01", "ahead"),
    ],
)
def test_the_browser_says_what_is_wrong_with_a_birth_date(page: Page, text: str, trouble: str) -> None:
    asked = {"kind": "day", "now": "2026-11-26T10:00", "reach": "past", "earliest": "1850-01-01", "fullYear": True}
    assert called(page, "sv", "it.troubleOf(given.text, given.asked)", {"text": text, "asked": asked}) == trouble


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_browser_reads_back_in_the_same_words_as_the_server(page: Page, language: str) -> None:
    today = date(2026, 11, 26)
    days = ["2026-11-26", "2026-11-25", "2026-11-24", "2026-11-23", "2026-10-26", "2026-10-25", "2026-09-01"]
    days += ["2025-11-27", "2024-11-26", "2024-10-01", "1980-01-31", "2026-11-27", "2026-11-28", "2026-12-03"]
    days += ["2027-01-01", "2028-11-26", "2029-12-24"]
    written = [*days, *(f"{day}T07:05" for day in days)]
    found = called(page, language, "given.map((iso) => it.inWords(iso, '2026-11-26T10:00'))", written)
    with translation.override(language):
        expected = [
            date_read_back(
                datetime.fromisoformat(text).replace(tzinfo=SWEDEN) if "T" in text else date.fromisoformat(text),
                today=today,
            )
            for text in written
        ]
    assert found == expected
