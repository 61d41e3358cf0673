"""The user manual, step by step, in a real browser: from a card to a session, and out again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import OpenDesk
from tests.journeys.people import CLINIC_TITLE, Person, newcomer
from tests.journeys.running import House, code_in, link_in

pytestmark = pytest.mark.journey


def test_anna_registers_confirms_is_attested_by_bertil_logs_in_and_logs_out(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    anna = newcomer(house, "Anna", "Berg")

    # Steps 1 to 6: card in, the big button; the browser offers the certificate with the HSA-id.
    hers = desk(anna.card)
    page = hers.open("/")
    fits(page, "01-logga-in")
    hers.press("Logga in med SmartCard")

    # Step 7: facts from the card are there and cannot be edited; mail and clinic are asked for.
    hers.shows("Registrera dig")
    expect(page.get_by_text(anna.hsa_id)).to_be_visible()
    expect(page.locator(f"input[value='{anna.hsa_id}']")).to_have_count(0)
    fits(page, "02-registrera")
    page.get_by_label("E-post i tjänsten").fill("anna.berg@regionnorvik.se")
    page.get_by_role("combobox", name="Klinik").click()
    page.keyboard.type("infek norrvik")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Klinik")).to_have_value(CLINIC_TITLE)
    page.get_by_label("Pneumoni").check()

    # What is missing is said in a summary that has the focus, and nothing that was typed is lost.
    hers.press("Registrera")
    expect(page.locator(".errs")).to_be_focused()
    looked_at(page, "03-registrera-fel")
    expect(page.get_by_label("E-post i tjänsten")).to_have_value("anna.berg@regionnorvik.se")
    expect(page.get_by_role("combobox", name="Klinik")).to_have_value(CLINIC_TITLE)
    page.get_by_label("Jag har läst om sekretess").check()

    # Steps 8 and 9: Registrera, and the question whether the address is right. It is not: Ändra.
    hers.press("Registrera")
    expect(page.get_by_role("dialog")).to_contain_text("Kontrollera att din e-post är rätt")
    expect(page.get_by_role("dialog")).to_contain_text("regionnorrvik.se")
    looked_at(page, "04-kontrollera-e-post")
    hers.press("Ändra")
    page.get_by_label("E-post i tjänsten").fill(anna.mail)
    hers.press("Registrera")
    hers.press("Ok")
    hers.shows("Nästan klart. Öppna mejlet vi skickade.")
    fits(page, "05-nastan-klart")

    # Not confirmed, not attested: logging in says so with the sentence that users know.
    hers.press("Logga ut")
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.shows("Inloggning misslyckades. E-post är ej bekräftad.")
    looked_at(page, "06-e-post-ej-bekraftad")

    # Steps 10 and 11: the letter's link, in the browser that holds her card's session: one click.
    letter = house.letter_to(anna.mail, about="Bekräfta")
    page.goto(link_in(letter))
    fits(page, "07-bekrafta")
    hers.press("Bekräfta e-post")
    expect(page.get_by_text("När den lokala administratören har attesterat din behörighet")).to_be_visible()
    fits(page, "08-bekraftad")
    page.goto(link_in(letter))
    hers.shows("E-posten är redan bekräftad.")

    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.shows("Inloggning misslyckades. Kontot är ej attesterat.")
    looked_at(page, "09-ej-attesterat")

    # Bertil is told, logs in with another card at another computer, and attests.
    house.letter_to(bertil.mail, about="attesterar")
    his = desk(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    expect(his.page.locator("h1")).to_contain_text("Bertil")
    looked_at(his.page, "10-start")
    his.page.get_by_role("link", name=re.compile("Att attestera")).first.click()
    his.page.get_by_role("link", name=re.compile("Anna Berg")).first.click()
    expect(his.page.get_by_text(anna.hsa_id)).to_be_visible()
    fits(his.page, "11-attestera")
    his.press("Attestera")
    looked_at(his.page, "12-attesterad")

    # She is told, and is in.
    house.letter_to(anna.mail, about="Du kan logga in")
    hers.open("/")
    hers.press("Logga in med SmartCard")
    expect(page).to_have_url(f"{house.site}/start")
    expect(page.locator(".who")).to_contain_text("Registrerare")
    fits(page, "13-inloggad")

    # Out: the page watches the card until it is out.
    other_tab = hers.context.new_page()
    other_tab.goto(f"{house.site}/start")
    hers.press("Logga ut")
    expect(page.locator("h1:visible")).to_have_text("Ditt kort sitter kvar i läsaren. Ta ut det.")
    # Where the page asks is not for the address bar, and loading the page again does not lose it.
    expect(page).to_have_url(f"{house.site}/utloggad")
    page.reload()
    expect(page.locator("h1:visible")).to_have_text("Ditt kort sitter kvar i läsaren. Ta ut det.")
    looked_at(page, "14-kort-kvar")
    other_tab.reload()
    expect(other_tab.locator("h1")).to_have_text("Logga in för att fortsätta.")
    hers.take_out(anna.card)
    expect(page.locator("h1:visible")).to_have_text("Kortet är ute. Du är utloggad.", timeout=60_000)
    looked_at(page, "15-kort-ute")

    # Nobody who finds the open browser gets in without the card.
    hers.press("Logga in igen")
    hers.press("Logga in med SmartCard")
    hers.shows("Vi fick inget certifikat från ditt kort.")
    looked_at(page, "16-inget-certifikat")


def test_without_script_the_same_pages_work(house: House, bertil: Person, desk: OpenDesk) -> None:
    britt = newcomer(house, "Britt", "Dahl")
    hers = desk(britt.card, script=False)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    page.get_by_label("E-post i tjänsten").fill(britt.mail)
    page.get_by_label("Klinik", exact=True).select_option(label=CLINIC_TITLE)
    page.get_by_label("Sepsis/septisk chock").check()
    page.get_by_label("Jag har läst om sekretess").check()
    hers.press("Registrera")
    expect(page.get_by_role("dialog")).to_contain_text(britt.mail)
    hers.press("Ok")
    page.get_by_label("Kod, 6 tecken").fill(code_in(house.letter_to(britt.mail)).lower())
    hers.press("Bekräfta e-post")
    hers.shows("Tack, din e-post är bekräftad. Nu återstår attesten.")
    hers.press("Logga ut")
    hers.shows("Du är utloggad. Ta ut kortet.")


def test_the_keyboard_alone_is_enough_to_register(house: House, desk: OpenDesk) -> None:
    kim = newcomer(house, "Kim", "Öberg")
    hers = desk(kim.card)
    page = hers.open("/")
    _tab_to(page, "Logga in med SmartCard")
    page.keyboard.press("Enter")
    page.wait_for_url("**/registrera")
    _tab_to(page, "E-post i tjänsten")
    page.keyboard.type(kim.mail)
    page.keyboard.press("Tab")
    page.keyboard.type("medicin norr")
    page.keyboard.press("Enter")
    _tab_to(page, "Pneumoni")
    page.keyboard.press("Space")
    _tab_to(page, "Jag har läst om sekretess och vet att allt jag läser loggas")
    page.keyboard.press("Space")
    _tab_to(page, "Registrera")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ok")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/nastan-klart")


def _tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has the focus is called `name`, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        called = page.evaluate(
            "() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
        )
        if called.startswith(name):
            return
    raise AssertionError(f"the keyboard never reaches {name}")
