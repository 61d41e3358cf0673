"""The office asks a clinic about an answer, in a browser: asked, corrected in the usual way, and answered."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import Person
from tests.journeys.test_registry import answered, at_work, begun, fill, patient, reporter, reporters_desk, saved

__all__ = ["at_work", "reporter", "reporters_desk"]

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

TEXT = "I källdatagranskningen stod 28. Stämmer värdet?"


def test_a_question_of_the_office_is_corrected_and_answered(doris: Person, at_work: Desk, desk: OpenDesk) -> None:
    page = begun(at_work, patient("19530806123"))
    answered(page)
    at_work.press("Signera")
    expect(page.locator("main")).to_contain_text("Signerad")
    found = re.search(r"/vardepisod/(E\w{8})/", page.url)
    assert found is not None
    hers = asked_by(desk, doris, found[1])

    at_work.press("Till start")
    expect(page.locator("main")).to_contain_text("Kansliet frågar")
    looked_at(page, "190-start-kansliet-fragar")
    page.get_by_role("region", name="Kansliet frågar").get_by_role("link").first.click()
    expect(page.locator("#respiratory_rate")).to_be_in_viewport()
    expect(page.locator("main")).to_contain_text(TEXT)
    looked_at(page, "191-steg-kansliet-fragar")
    at_work.press("Svara kansliet")
    looked_at(page, "192-svara-kansliet")
    page.get_by_label("Rättat").check()
    at_work.press("Svara kansliet")
    expect(page.get_by_role("alert")).to_contain_text("Rätta uppgiften och signera steget först")
    looked_at(page, "193-svara-kansliet-fel")
    corrected(at_work)
    at_work.press("Svara kansliet")
    page.get_by_label("Rättat").check()
    at_work.press("Svara kansliet")
    expect(page.locator("main")).to_contain_text("Klart: kansliet har fått svaret.")

    hers.open("/kansliet/fragor")
    expect(hers.page.get_by_role("region", name="Svar", exact=True)).to_contain_text(f"{found[1]} Rättat")
    looked_at(hers.page, "196-kansliet-svar")


def asked_by(desk: OpenDesk, doris: Person, episode: str) -> Desk:
    """The office has asked about the respiratory rate, also about an episode that never was."""
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Kansliet")
    hers.press("Frågor")
    for system_id in ("E7KHM3QXR", episode):
        hers.press("Pneumoni")
        page.get_by_label("Vårdepisodens id").fill(system_id)
        page.get_by_role("combobox", name="Uppgift").fill("Andningsfrek")
        page.get_by_role("option", name="Andningsfrekvens").first.click()
        if system_id == episode:
            hers.press("Fråga")
            expect(page.get_by_role("alert")).to_contain_text("Skriv vad ni vill veta")
            looked_at(page, "194-fraga-fel")
        page.get_by_label("Vad vill ni veta?").fill(TEXT)
        hers.press("Fråga")
        expect(page.get_by_role("status")).to_contain_text("Frågan är mottagen.")
    looked_at(page, "195-kansliet-fragor")
    return hers


def corrected(at_work: Desk) -> None:
    """From the page of the question to the answer, unlocked, changed, signed, with the question still there."""
    page = at_work.page
    at_work.press("Till uppgiften, för att se eller rätta")
    at_work.press("Lås upp för att rätta")
    page.get_by_label("Vad ska rättas, och varför?").fill("Kansliet frågar")
    at_work.press("Lås upp")
    fill(page, "Andningsfrekvens", "28")
    saved(page)
    at_work.press("Signera")
    expect(page.locator("main")).to_contain_text("Klart: Akut vård är signerad.")
