"""A new HSA-id, from the form to the link between the two accounts; and what the office reads about what is kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import OpenDesk
from tests.journeys.people import Person, newcomer, registered
from tests.journeys.running import House, code_in, link_in

pytestmark = pytest.mark.journey


def attested(house: House, who: Person, by: Person, desk: OpenDesk) -> None:
    wire = registered(who)
    wire.log_in(lank=link_in(house.letter_to(who.mail)).rpartition("/")[2])
    his = desk(by.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/attestera")
    his.page.get_by_role("link", name=re.compile(who.name)).first.click()
    his.page.get_by_role("button", name="Attestera", exact=True).click()
    expect(his.page.get_by_role("heading", name="Att attestera", exact=True)).to_be_visible()


def test_somebody_with_a_new_hsa_id_claims_the_account_under_the_old_one(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    old = newcomer(house, "Vera", "Ask")
    new = newcomer(house, "Vera", "Ask", organisation="Region Sydvik", domain="regionsydvik.se")
    attested(house, old, bertil, desk)

    hers = desk(new.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    page.get_by_label("E-post i tjänsten").fill(new.mail)
    page.get_by_role("combobox", name="Klinik").fill("infektionskliniken, norrvik")
    page.keyboard.press("Enter")
    page.get_by_label("Pneumoni").check()
    page.get_by_text("Jag har haft ett konto under ett annat HSA-id").click()
    page.get_by_label(re.compile("E-posten på det kontot")).fill(old.mail)
    looked_at(page, "60-registrera-tidigare-konto")
    page.get_by_label(re.compile("Jag har läst om sekretess")).check()
    hers.press("Registrera")
    hers.press("Ok")
    expect(page.locator("h1:visible")).to_have_text(re.compile("^Nästan klart"))
    looked_at(page, "61-nastan-klart-tidigare-konto")
    hers.press("Skriv koden")
    looked_at(page, "62-tidigare-konto")
    page.get_by_label("Kod, 6 tecken").fill("AAAAAA")
    hers.press("Visa att kontot är mitt")
    looked_at(page, "63-tidigare-konto-fel-kod")
    letter = house.letter_to(old.mail, about="bytt HSA-id")
    assert "/bekrafta/" not in letter.text, "nothing that a scanner could follow"
    page.get_by_label("Kod, 6 tecken").fill(code_in(letter))
    hers.press("Visa att kontot är mitt")
    expect(page.get_by_text("Det avslutas när ansökan attesteras")).to_be_visible()
    looked_at(page, "64-tidigare-konto-visat")
    new.visitor().log_in(lank=link_in(house.letter_to(new.mail, about="Bekräfta")).rpartition("/")[2])

    his = desk(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/attestera")
    his.page.get_by_role("link", name=re.compile("Vera Ask")).first.click()
    expect(his.page.get_by_text(old.hsa_id)).to_be_visible()
    looked_at(his.page, "65-attestera-tidigare-konto")
    his.page.emulate_media(color_scheme="dark")
    looked_at(his.page, "66-attestera-tidigare-konto-morkt")
    his.page.emulate_media(color_scheme="light")
    his.page.get_by_role("button", name="Attestera", exact=True).click()
    house.letter_to(old.mail, about="avslutat")
    his.open("/personer?q=Vera")
    his.page.get_by_role("link", name=re.compile("Vera Ask")).first.click()
    expect(his.page.get_by_text(old.hsa_id)).to_be_visible()
    looked_at(his.page, "67-person-tidigare-konto")


def test_the_office_reads_the_list_of_processings(house: House, doris: Person, desk: OpenDesk) -> None:
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Kansliet")
    hers.press("Behandlingar")
    fits(page, "68-behandlingar")
    with page.expect_download() as download:
        page.get_by_role("link", name="Hämta som fil").click()
    assert download.value.suggested_filename == "behandlingar.csv"
    fits(hers.open("/personuppgifter"), "69-personuppgifter")
    hers.open("/sprak/en?till=/kansliet/behandlingar")
    fits(page, "70-behandlingar-english")
