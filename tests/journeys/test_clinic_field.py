"""The field in which one searches for a clinic: what is taken, what is kept, and what is said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import looked_at
from tests.journeys.desks import OpenDesk
from tests.journeys.people import CLINIC_TITLE, newcomer
from tests.journeys.running import House

pytestmark = pytest.mark.journey


def test_the_only_match_is_taken_and_what_matches_nothing_is_kept_and_told(house: House, desk: OpenDesk) -> None:
    person = newcomer(house, "Vera", "Ask")
    hers = desk(person.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    field = page.get_by_role("combobox", name="Klinik")
    said = page.get_by_text("Ingen klinik matchar")

    field.click()
    page.keyboard.type("infek norrvik")
    page.keyboard.press("Tab")
    expect(field).to_have_value(CLINIC_TITLE)
    expect(page.locator("select[name=clinic]")).not_to_have_value("")

    field.fill("klinik")
    page.keyboard.press("Tab")
    expect(field).to_have_value("klinik")
    expect(page.locator("select[name=clinic]")).to_have_value("")
    expect(said).to_have_count(0)

    field.fill("xyz norrvik")
    expect(said).to_be_visible()
    page.keyboard.press("Tab")
    expect(field).to_have_value("xyz norrvik")
    expect(said).to_be_visible()
    looked_at(page, "50-ingen-klinik")

    hers.press("Registrera")
    expect(field).to_have_value("xyz norrvik")
    field.fill("infek norrvik")
    page.keyboard.press("Tab")
    expect(field).to_have_value(CLINIC_TITLE)
    expect(said).to_have_count(0)
