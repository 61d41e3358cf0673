"""Codes and long lists in a browser: found by word or by code, with keys alone, and saved as they are chosen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import looked_at
from tests.journeys.desks import Desk
from tests.journeys.test_registry import at_work, begun, patient, reporter, reporters_desk

__all__ = ["at_work", "reporter", "reporters_desk"]

pytestmark = pytest.mark.journey


def at_discharge(here: Desk, number: str) -> Page:
    page = begun(here, patient(number))
    page.get_by_role("link", name=re.compile("^Utskrivning")).first.click()
    expect(page.locator("#main_diagnosis")).to_be_visible()
    return page


def test_a_main_diagnosis_is_found_by_words_or_by_its_code_and_kept_with_its_name(at_work: Desk) -> None:
    page = at_discharge(at_work, "19620706234")
    field = page.get_by_role("combobox", name=re.compile("^Huvuddiagnos"))
    field.press_sequentially("lobär")
    found = page.locator("#main_diagnosis-lista li")
    expect(found).to_have_text("J18.1 Lobär pneumoni, ospecificerad")
    looked_at(page, "78-huvuddiagnos")
    expect(page.locator("#main_diagnosis-fel")).to_be_hidden()
    field.press("ArrowDown")
    with page.expect_response("**/spara"):
        field.press("Enter")
    expect(field).to_have_value("J18.1")
    expect(page.locator("#main_diagnosis-namn")).to_have_text("Lobär pneumoni, ospecificerad")
    field.fill("j13")
    expect(found.first).to_contain_text("J13 Pneumoni orsakad av Streptococcus pneumoniae")
    with page.expect_response("**/spara"):
        field.press("Tab")
    expect(field).to_have_value("J13")
    page.reload()
    expect(field).to_have_value("J13")
    expect(page.locator("#main_diagnosis-namn")).to_have_text("Pneumoni orsakad av Streptococcus pneumoniae")
    field.fill("hej")
    expect(page.locator("#main_diagnosis-namn")).to_contain_text("Ingen träff")
    field.press("Tab")
    expect(page.locator("#main_diagnosis-fel")).to_contain_text("Det är ingen kod i ICD-10-SE")


def test_of_fifty_drugs_the_others_are_found_by_typing_and_stand_ticked_in_the_row(at_work: Desk) -> None:
    page = begun(at_work, patient("19640823323"))
    group = page.get_by_role("group", name=re.compile("^Första antibiotika"))
    metronidazole = group.get_by_label("Metronidazol", exact=True)
    expect(metronidazole).to_be_hidden()
    search = page.get_by_role("combobox", name=re.compile("^Fler antibiotika"))
    search.press_sequentially("metro")
    with page.expect_response("**/spara"):
        search.press("Enter")
    expect(metronidazole).to_be_checked()
    expect(metronidazole).to_be_visible()
    expect(search).to_have_value("")
    expect(search).to_be_focused()
    looked_at(page, "79-fler-antibiotika", whole=False)
    page.reload()
    expect(metronidazole).to_be_checked()
    metronidazole.uncheck()
    page.locator("h1").first.click()
    expect(metronidazole).to_be_hidden()
