"""A doctor registers a sepsis and a pneumonia: what decides is in sight, units are read, remarks are asked about."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import Person, newcomer, reporting
from tests.journeys.running import House
from tests.journeys.test_registry import (
    YESTERDAY,
    answered,
    at_work,
    begun,
    choose,
    fill,
    moment,
    patient,
    reporter,
    reporters_desk,
    saved,
)

__all__ = ["at_work", "reporter", "reporters_desk"]
pytestmark = pytest.mark.journey


def test_what_decides_about_a_sepsis_is_in_sight_and_a_wrong_date_is_said_when_it_is_left(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    hers = desk(reporting(house, newcomer(house, "Maj", "Ro"), bertil, registries="sepsis").card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    page = hers.page
    page.get_by_label("Patient", exact=True).fill(patient("19530221120"))
    hers.press("Sök patient")
    expect(page.get_by_label(re.compile("^Inskriven på intensivvårdsavdelning"))).to_be_visible()
    looked_at(page, "79-sepsis-inklusion")
    fill(page, "Ankomst till sjukhuset", "31/2 12")
    choose(page, "Vårdas för sepsis", "Ja")
    fault = page.locator("#arrived_at-fel")
    expect(fault).to_contain_text("Dagen finns inte i kalendern.")
    expect(page.locator("#arrived_at")).to_have_attribute("aria-invalid", "true")
    looked_at(page, "79-sepsis-fel-datum")
    fill(page, "Ankomst till sjukhuset", "i morgon 12")
    choose(page, "Var infektionen förvärvades", "Samhällsförvärvad")
    expect(fault).to_contain_text("Tiden har inte varit än.")
    fill(page, "Ankomst till sjukhuset", moment(8, 15))
    choose(page, "Vårdad på intensivvårdsavdelning", "Ja")
    expect(fault).to_be_hidden()
    fill(page, "Inskriven på intensivvårdsavdelning", moment(7))
    choose(page, "Var det en barnintensivvårdsavdelning?", "Nej")
    hers.press("Börja registrera")
    expect(page.locator("main")).to_contain_text("ligger före ”Ankomst till sjukhuset”")
    fill(page, "Inskriven på intensivvårdsavdelning", moment(9))
    hers.press("Börja registrera")
    expect(page.locator("h1")).to_contain_text("år vid ankomst")
    # All that is counted can be reached in a low window, whatever its length.
    page.set_viewport_size({"width": 1280, "height": 700})
    column = page.locator(".sheet > aside")
    page.mouse.move(1180, 400)
    last = column.locator("section").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 700
    looked_at(page, "79-sepsis-akut", whole=False)


def test_units_are_read_remarks_are_asked_about_once_and_the_receipt_says_what_comes_next(at_work: Desk) -> None:
    page = begun(at_work, patient("19530221121"))
    answered(page)
    fill(page, "Saturation", "88 %")
    fill(page, "Temperatur", "38,5 °C")
    saved(page)
    expect(page.locator("#saturation-fel")).to_be_hidden()
    fill(page, "Temperatur", "101 F")
    page.locator("h1").first.click()
    expect(page.locator("#temperature-fel")).to_contain_text("Skriv värdet i °C, eller bara talet.")
    fill(page, "Temperatur", "38,5 °C")
    fill(page, "När blododlingen togs", f"{YESTERDAY:%Y-%m-%d} 10.30")
    saved(page)
    at_work.press("Signera")
    expect(page.get_by_role("alert").first).to_contain_text("Stämmer det här? Rätta, eller signera igen.")
    expect(page.get_by_role("alert").first).to_contain_text("Blododlingen togs efter den första antibiotikadosen.")
    looked_at(page, "79-anmarkningar", whole=False)
    at_work.press("Signera")
    receipt = page.locator(".note.ok")
    expect(receipt).to_contain_text("Klart: Akut vård är signerad.")
    expect(receipt).to_contain_text("år vid ankomst, 19530221-••••.")
    expect(receipt).to_contain_text("Sedan: Utskrivning.")
    looked_at(page, "79-kvitto")
    page.goto(page.url.partition("?")[0].replace("/acute", "/discharge"))
    fill(page, "Utskriven, eller avliden", moment(20))
    page.get_by_label(re.compile("^Utskriven till")).select_option(label="Eget boende")
    choose(page, "Agens", "Inget agens påvisat")
    choose(page, "Blododling, svar", "Positiv")
    saved(page)
    at_work.press("Signera")
    expect(page.get_by_role("alert").first).to_contain_text("Blododlingen är positiv, men inget agens är valt.")
    choose(page, "Agens", "Streptococcus pneumoniae")
    fill(page, "Huvuddiagnos", "A48.1")
    saved(page)
    at_work.press("Signera")
    expect(page.get_by_role("alert").first).to_contain_text("Huvuddiagnosen nämner ett agens som inte är valt")
    fill(page, "Huvuddiagnos", "J13.9")
    saved(page)
    at_work.press("Signera")
    expect(page.locator(".note.ok")).to_contain_text("Sedan: Uppföljning, från ")
    looked_at(page, "79-kvitto-utskrivning", whole=False)
    at_work.press("Till start")
    expect(page.locator("main")).to_contain_text("vårdepisod väntar på uppföljning")
    fits(page, "79-start")
