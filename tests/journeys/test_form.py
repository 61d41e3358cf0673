"""The form of a step in a browser: what is typed is never lost, the page says what is so, and few keys are needed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import looked_at
from tests.journeys.desks import Desk
from tests.journeys.people import Person
from tests.journeys.running import House
from tests.journeys.test_registry import (
    answered,
    asks_before_leaving,
    at_work,
    begun,
    choose,
    fill,
    may_be_left,
    patient,
    reporter,
    reporters_desk,
    saved,
)

__all__ = ["at_work", "reporter", "reporters_desk"]
pytestmark = pytest.mark.journey


def dock(page: Page) -> Locator:
    return page.locator("[data-status]")


def step(page: Page) -> str:
    """The address that the form is sent to."""
    return str(page.locator("form[data-autosave]").get_attribute("action"))


def signed(page: Page) -> None:
    expect(page.locator("main")).to_contain_text("Klart: Akut vård är signerad.")


LOSE_ANSWERS = """() => {
  window.kept = window.fetch;
  window.fetch = async (...request) => {
    await window.kept(...request);
    throw new TypeError("the network went before the answer came");
  };
}"""


def test_whenever_the_network_goes_nothing_is_lost_and_the_page_says_so(at_work: Desk) -> None:
    page = begun(at_work, patient("19530221102"))
    at_work.context.set_offline(True)
    fill(page, "Puls", "99")
    page.get_by_role("button", name="Signera").click()
    expect(dock(page)).to_contain_text("Inte signerat: nätverket svarar inte.")
    # Long enough for an answer to be tried again: it does not hide that the step is not signed.
    page.wait_for_timeout(3000)
    expect(dock(page)).to_contain_text("Inte signerat: nätverket svarar inte.")
    expect(page.locator("#pulse")).to_have_value("99")
    asks_before_leaving(page)
    looked_at(page, "73-formular-signera-utan-nat", whole=False)
    at_work.context.set_offline(False)
    may_be_left(page)
    expect(dock(page)).to_contain_text("Inte signerat: tryck Signera igen.")

    page.route("**/spara", lambda route: route.abort())
    fill(page, "Puls", "98")
    page.locator("h1").click()
    expect(dock(page)).to_contain_text("Inte sparat än: nätverket svarar inte.")
    page.unroute("**/spara")
    answered(page)

    page.route(f"**{step(page)}", lambda route: route.fulfill(status=503, body="Service Unavailable"))
    page.get_by_role("button", name="Signera").click()
    expect(dock(page)).to_contain_text("Inte signerat")
    page.unroute(f"**{step(page)}")

    page.evaluate(LOSE_ANSWERS)
    page.get_by_role("button", name="Signera").click()
    expect(dock(page)).to_contain_text("Inte signerat")
    page.evaluate("window.fetch = window.kept")
    page.get_by_role("button", name="Signera").click()
    expect(page.locator("main")).to_contain_text("Signerad")
    expect(page.locator("main")).to_contain_text("98 /min")


def test_a_server_that_is_restarted_loses_nothing(house: House, at_work: Desk) -> None:
    page = begun(at_work, patient("19530221103"))
    assert house.process is not None
    house.process.terminate()
    house.process.wait()
    fill(page, "Puls", "97")
    page.locator("h1").click()
    expect(dock(page)).to_contain_text("Inte sparat än: nätverket svarar inte.")
    house.start()
    saved(page)
    page.reload()
    expect(page.locator("#pulse")).to_have_value("97")


def test_a_pulled_card_hides_the_form_no_key_shows_it_and_what_was_typed_is_there_when_it_is_back(
    at_work: Desk, reporter: Person, house: House
) -> None:
    page = begun(at_work, patient("19530221104"))
    fill(page, "Puls", "9700")
    page.locator("h1").click()
    expect(dock(page)).to_contain_text("1 svar är inte sparat")
    house.change_database("UPDATE accounts_session SET locked_at = now() WHERE hsa_id = %s", reporter.hsa_id)
    fill(page, "CRP", "120")
    veil = page.get_by_role("dialog", name="Du har loggats ut, och här finns svar som inte är sparade.")
    expect(veil).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    expect(veil).to_be_visible()
    expect(page.locator("#pulse")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("#pulse")).to_be_hidden()
    page.emulate_media(media="screen")
    with page.expect_popup() as opened:
        veil.get_by_role("link", name="Logga in igen i en ny flik").click()
    opened.value.get_by_role("button", name="Lås upp").click()
    expect(opened.value.locator("#crp")).to_be_visible()
    expect(veil).to_be_hidden()
    expect(page.locator("#pulse")).to_have_value("9700")
    expect(dock(page)).to_contain_text("1 svar är inte sparat")
    page.reload()
    expect(page.locator("#crp")).to_have_value("120")


@pytest.fixture
def another_form(house: House) -> Iterator[None]:
    """The files of the form are not those that it was begun with, until the end of the test."""
    ((digest,),) = house.ask_database("SELECT digest FROM records_formversion WHERE sub_registry = 'pneumoni'")
    # Nobody changes it through the program: the table only grows.
    change = """ALTER TABLE records_formversion DISABLE TRIGGER USER;
        UPDATE records_formversion SET digest = '{}' WHERE sub_registry = 'pneumoni';
        ALTER TABLE records_formversion ENABLE TRIGGER USER"""
    house.change_database(change.format("0" * 64))
    yield
    house.change_database(change.format(digest))


def test_what_is_refused_for_good_is_not_tried_again_and_says_what_to_do(
    at_work: Desk, house: House, request: pytest.FixtureRequest
) -> None:
    page = begun(at_work, patient("19530221105"))
    request.getfixturevalue("another_form")
    fill(page, "Puls", "96")
    page.locator("h1").click()
    expect(dock(page)).to_contain_text("Kunde inte sparas, och försöker inte igen av sig självt.")
    expect(dock(page).get_by_role("button", name="Försök igen")).to_be_visible()
    asks_before_leaving(page)
    looked_at(page, "73-formular-nekad", whole=False)
    page.wait_for_timeout(5000)
    entries = "SELECT count(*) FROM ledger_entry WHERE facts->>'code' = 'episode.form_changed'"
    assert house.ask_database(entries) == [(1,)]


def test_a_step_that_was_signed_meanwhile_says_who_did_it_and_what_is_not_saved(at_work: Desk) -> None:
    page = begun(at_work, patient("19530221132"))
    answered(page)
    page.route("**/spara", lambda route: route.abort())
    fill(page, "CRP", "120")
    page.locator("h1").first.click()
    expect(dock(page)).to_contain_text("Inte sparat än")
    with at_work.context.expect_page() as opened:
        page.evaluate("open(location.href)")
    opened.value.get_by_role("button", name="Signera").click()
    signed(opened.value)
    page.unroute("**/spara")
    expect(dock(page)).to_contain_text(
        "har signerat. Ladda om sidan. Svar som inte hann sparas finns bara här på sidan."
    )
    expect(dock(page)).not_to_contain_text("Klar att signera")
    expect(page.locator("#crp")).to_have_value("120")
    asks_before_leaving(page)


def test_after_signing_the_receipt_is_at_the_top_with_focus_and_says_what_comes_next(at_work: Desk) -> None:
    page = begun(at_work, patient("19530221106"))
    page.get_by_role("button", name="Signera").click()
    summary = page.get_by_role("alert").first
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Nytillkommen förvirring").click()
    expect(page.locator('[data-q="confusion"] input').first).to_be_focused()
    answered(page)
    page.get_by_role("button", name="Signera").click()
    signed(page)
    expect(page.locator(".note.ok")).to_be_focused()
    assert "#" not in page.url
    assert page.evaluate("scrollY") == 0
    expect(page.get_by_role("link", name="Fortsätt med utskrivning")).to_be_visible()
    expect(page.get_by_role("link", name="Nästa patient")).to_be_visible()
    looked_at(page, "75-kvitto")


STOPS = """() => {
  const stop = document.activeElement;
  return [stop.name || stop.tagName, stop.value === "sign" && stop.type === "submit"];
}"""


def test_a_pneumonia_has_at_most_half_as_many_stops_as_it_had(at_work: Desk) -> None:
    page = begun(at_work, patient("19530221107"))
    expect(page.locator("#admitted_from")).to_be_focused()
    stops = ["admitted_from"]
    while not page.evaluate(STOPS)[1]:
        page.keyboard.press("Tab")
        stops.append(page.evaluate(STOPS)[0])
        assert len(stops) <= 104 // 2, stops
    assert {"comorbidity", "confusion", "saturation", "antibiotic", "breathing_support"} <= set(stops)
    page.locator("[name=comorbidity]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("[name=comorbidity]").nth(1)).to_be_checked()


def test_enter_goes_on_and_a_question_that_follows_is_announced_and_reached(at_work: Desk) -> None:
    page = begun(at_work, patient("19530221108"))
    page.locator("#saturation").focus()
    page.keyboard.type("91")
    page.keyboard.press("Enter")
    expect(page.locator('[data-q="on_oxygen"] input').first).to_be_focused()
    expect(page.locator("[data-heard]")).to_have_text("Ny fråga: Mättes saturationen med syrgas?")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator('[data-q="crb65_documented"] input').first).to_be_focused()
    assert "klart" not in page.url
    expect(page.locator("[data-part=vital_signs] [data-remains]")).to_contain_text("kvar")
    expect(page.locator(".toc [aria-current]")).to_have_count(1)


def test_the_patients_number_is_shown_on_request_and_the_log_tells_of_it(at_work: Desk, house: House) -> None:
    number = patient("19530221109")
    page = begun(at_work, number)
    expect(page.locator("h1")).to_contain_text("19530221-••••")
    before = house.ask_database("SELECT count(*) FROM ledger_entry WHERE event = 'patient.opened'")[0][0]
    page.get_by_role("button", name="Visa numret").click()
    expect(page.locator("h1")).to_contain_text(re.compile(rf"{number[:8]}-{number[8:]}"))
    after = house.ask_database("SELECT count(*) FROM ledger_entry WHERE event = 'patient.opened'")[0][0]
    assert after == int(str(before)) + 1
    choose(page, "Nytillkommen förvirring", "Nej")
    saved(page)


def test_the_list_of_sections_stays_in_sight_and_covers_nothing(at_work: Desk) -> None:
    page = begun(at_work, patient("19530221110"))
    for y in (420, 1500, 2400):
        page.evaluate(f"scrollTo(0, {y})")
        box = page.locator("nav:has(> .toc)").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 60, y
    page.evaluate("document.getElementById('a-treatment').scrollIntoView()")
    expect(page.locator("[data-part=treatment] a")).to_have_attribute("aria-current", "true")
    fold = page.get_by_text("Mer om steget").bounding_box()
    last = page.locator(".toc li").last.bounding_box()
    assert fold is not None
    assert last is not None
    assert fold["y"] >= last["y"] + last["height"]
