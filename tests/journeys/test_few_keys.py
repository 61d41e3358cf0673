"""How much a nurse does from the search box to a signed acute step, counted: every click and every key."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.desks import Desk
from tests.journeys.test_registry import YESTERDAY, at_work, patient, reporter, reporters_desk

__all__ = ["at_work", "reporter", "reporters_desk"]
pytestmark = pytest.mark.journey

MOST_CLICKS = 20
MOST_KEYS = 60


# What the browser itself was given by a mouse and a keyboard. A click that a key makes on a button, or a label on its
# input, has no press of a mouse before it.
COUNT = """
addEventListener("mousedown", (event) => event.isTrusted && counted("click"), true);
addEventListener("keydown", (event) => event.isTrusted && counted("key"), true);
"""


class Hand:
    """Works a page, whose events are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.did: Counter[str] = Counter()
        page.expose_function("counted", lambda what: self.did.update([what]))
        page.add_init_script(COUNT)
        page.reload()

    def click(self, target: Locator) -> None:
        target.click()

    def choose(self, question: str, answer: str) -> None:
        group = self.page.get_by_role("group", name=re.compile(f"^{re.escape(question)}"))
        self.click(group.get_by_label(answer, exact=True).first)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def enter(self, *, to: str) -> None:
        """Go on, to the question of this code."""
        self.page.keyboard.press("Enter")
        at = self.page.locator(f'[data-q="{to}"]').locator("input, select").first
        expect(at).to_be_focused()


def test_from_the_search_to_a_signed_acute_step_takes_few_clicks_and_keys(at_work: Desk) -> None:
    page = at_work.page
    hand = Hand(page)
    hand.click(page.get_by_label("Patient", exact=True))
    hand.type(patient("19530221111"))
    page.keyboard.press("Enter")
    expect(page.locator('[data-q="arrived_at"] input').first).to_be_focused()
    hand.type(f"{YESTERDAY.day}/{YESTERDAY.month} 815")
    hand.choose("Vårdas i slutenvård", "Ja")
    hand.choose("Var infektionen förvärvades", "Samhällsförvärvad")
    hand.click(page.get_by_role("button", name="Börja registrera"))

    expect(page.locator("#admitted_from")).to_be_focused()
    hand.type("e")
    hand.choose("Andra sjukdomar", "KOL")
    hand.choose("Nedsatt immunförsvar", "Ingen")
    hand.choose("Behandlingsbegränsning", "Ingen")
    hand.choose("Nytillkommen förvirring", "Nej")
    hand.enter(to="respiratory_rate")
    for value, following in (
        ("32", "systolic"),
        ("118", "diastolic"),
        ("64", "pulse"),
        ("", "temperature"),
        ("", "saturation"),
        ("91", "on_oxygen"),
    ):
        hand.type(value)
        hand.enter(to=following)
    hand.choose("Mättes saturationen med syrgas?", "Nej")
    hand.choose("CRB-65 dokumenterad", "Ja")
    hand.choose("Blododling tagen", "Ja")
    hand.enter(to="blood_cultured_at")
    hand.type("0850")
    hand.choose("Luftvägsodling tagen", "Okänt")
    hand.choose("Bilddiagnostik", "Lungröntgen, infiltrat")
    hand.choose("Antibiotika före ankomsten", "Nej")
    hand.choose("Första antibiotika", "Bensylpenicillin")
    hand.enter(to="antibiotic_at")
    hand.type("0930")
    hand.choose("Intensivvård", "Nej")
    hand.choose("Andningsstöd", "Syrgas")
    hand.click(page.get_by_role("button", name="Signera"))
    expect(page.locator("main")).to_contain_text("Klart: Akut vård är signerad.")
    clicks, keys = hand.did["click"], hand.did["key"]
    assert (0 < clicks <= MOST_CLICKS, 0 < keys <= MOST_KEYS) == (True, True), (clicks, keys)
