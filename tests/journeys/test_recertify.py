"""Genomgång: the office asks, two administrators answer, somebody was faster; and mail that does not arrive."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import CLINIC, CLINIC_TITLE, Person, appointed, newcomer, registered
from tests.journeys.running import House, link_in

pytestmark = pytest.mark.journey


def at_work(house: House, person: Person) -> Person:
    """Registered, with confirmed mail; waits for attestation."""
    registered(person).log_in(lank=link_in(house.letter_to(person.mail, about="Bekräfta")).rpartition("/")[2])
    return person


def logged_in(desk: Desk) -> Page:
    desk.open("/")
    return desk.press("Logga in med SmartCard")


def choose(page: Page, name: str, answer: str) -> None:
    page.get_by_role("group", name=re.compile(f"Svar för {name}")).get_by_role("radio", name=answer).check()


def test_a_clinic_goes_through_its_people(house: House, doris: Person, bertil: Person, desk: OpenDesk) -> None:
    karin = appointed(house, newcomer(house, "Karin", "Nyberg"), "local_administrator", CLINIC)
    for name in (("Ylva", "Öst"), ("Åke", "Ål"), ("Zara", "Ödman")):
        at_work(house, newcomer(house, *name))
    his = desk(bertil.card)
    page = logged_in(his)
    his.open("/attestera")
    for box in page.get_by_role("checkbox").all():
        box.check()
    looked_at(page, "77-attestera-valj-flera")
    his.press("Attestera valda …")
    looked_at(page, "78-attestera-flera")
    page.locator("main").get_by_role("button").last.click()
    page.wait_for_load_state()

    hers = desk(doris.card)
    office = logged_in(hers)
    hers.open("/kansliet")
    hers.press("Genomgångar")
    fits(office, "80-genomgangar-tomt")
    hers.press("Begär en genomgång")
    fits(office, "81-begar-genomgang")
    expect(office.get_by_role("combobox", name="Klinik")).to_have_value("")
    office.get_by_role("combobox", name="Klinik").fill("norrvik")
    office.get_by_role("option", name=CLINIC_TITLE).click()
    office.get_by_label("Varför görs den nu?").fill("Många har slutat under sommaren")
    hers.press("Begär genomgången")
    looked_at(office, "82-genomgang-kansliet")
    house.letter_to(bertil.mail, about="Arbetar alla kvar?")

    his.open("/start")
    looked_at(page, "83-start-genomgang")
    his.press("Till genomgången")
    fits(page, "84-genomgang")
    choose(page, "Ylva Öst", "Behåll")
    choose(page, "Åke Ål", "Ändra")
    choose(page, "Zara Ödman", "Avsluta")
    looked_at(page, "85-genomgang-vald")

    colleague = desk(karin.card, script=False)
    there = logged_in(colleague)
    colleague.open("/genomgang")
    choose(there, "Ylva Öst", "Behåll")
    colleague.press("Spara svaren")
    expect(there.get_by_text("1 svar är sparat")).to_be_visible()

    his.press("Spara svaren")
    expect(page.get_by_role("heading", level=1)).to_have_text("Avsluta behörigheter")
    looked_at(page, "86-genomgang-avsluta")
    his.press("Avsluta 1 behörighet")
    expect(page.get_by_text("Någon annan hann före.")).to_be_visible()
    expect(page.get_by_text(re.compile("Ylva Öst, registrerare: Karin Nyberg har redan svarat"))).to_be_visible()
    looked_at(page, "87-genomgang-nagon-hann-fore")
    page.locator("main").get_by_role("link", name=re.compile("Åke Ål")).click()
    looked_at(page, "88-genomgang-andra")
    page.get_by_role("radio", name="Läsare", exact=True).check()
    his.press("Spara")
    expect(page.get_by_text("Ändrad", exact=True)).to_be_visible()
    page.emulate_media(color_scheme="dark")
    looked_at(page, "89-genomgang-morkt")
    page.emulate_media(color_scheme="light")

    office.reload()
    for group in office.get_by_role("group", name=re.compile("Svar för")).all():
        group.get_by_role("radio", name="Behåll").check()
    hers.press("Spara svaren")
    expect(office.get_by_text("genomgången är avslutad")).to_be_visible()
    looked_at(office, "90-genomgang-klar")
    with office.expect_download() as download:
        hers.press("Hämta som fil")
    rows = download.value.path().read_text(encoding="utf-8-sig")
    assert "Zara Ödman" in rows
    assert ";ended;" in rows
    hers.open("/genomgang")
    fits(office, "91-genomgangar")
    hers.open("/sprak/en?till=/genomgang")
    office.get_by_role("link", name=CLINIC_TITLE).first.click()
    fits(office, "92-genomgang-english")


def test_the_office_reads_every_letter(house: House, doris: Person, desk: OpenDesk) -> None:
    hers = desk(doris.card)
    page = logged_in(hers)
    hers.open("/kansliet")
    fits(page, "93-kliniker")
    hers.press("Alla mejl")
    fits(page, "94-alla-mejl")
    hers.open("/kansliet/brev/recertification_opened/sv")
    fits(page, "95-ett-mejl")
    hers.press("Visa mejlet som det ser ut i de flesta mejlprogram")
    # Nothing runs there, and so not axe either: the tests of letters look at their HTML.
    expect(page.get_by_role("heading", level=1)).to_have_text("Arbetar alla fortfarande här?")
    page.get_by_role("link", name="Till genomgången").click()
    expect(page).to_have_url(re.compile("/genomgang$"))


def test_mail_that_does_not_arrive_is_shown(house: House, bertil: Person, cecilia: Person, desk: OpenDesk) -> None:
    house.letter_to(cecilia.mail, about="Bekräfta")
    house.change_database(
        "UPDATE mail_letter SET sent_at = NULL, given_up_at = now(), attempted_at = now(), address_refused = TRUE,"
        " last_error = 'smtp 550 5.1.1' WHERE to_address = %s",
        cecilia.mail,
    )
    hers = desk(cecilia.card)
    page = logged_in(hers)
    expect(page.get_by_text("Mejl till dig kommer inte fram.")).to_be_visible()
    looked_at(page, "98-mejl-kommer-inte-fram")
    hers.open("/personer")
    looked_at(page, "99-personer-mejl")
    page.get_by_role("link", name="Cecilia Lund").click()
    looked_at(page, "99-person-mejl")
