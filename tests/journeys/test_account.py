"""Mitt konto in a real browser: another address, an objection, applying for more, sessions, the file, leaving."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import OpenDesk
from tests.journeys.people import Person, newcomer, registered
from tests.journeys.running import House, code_in, link_in

pytestmark = pytest.mark.journey


def test_moa_looks_after_her_own_account(house: House, bertil: Person, desk: OpenDesk) -> None:
    moa = newcomer(house, "Moa", "Lind")
    wire = registered(moa)
    hers = desk(moa.card)
    page = hers.page

    # Who waits has it as well.
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Mitt konto")
    looked_at(page, "70-mitt-konto-vantar")
    wire.log_in(lank=link_in(house.letter_to(moa.mail)).rpartition("/")[2])

    his = desk(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/attestera")
    his.page.get_by_role("link", name=re.compile("Moa Lind")).first.click()
    his.press("Attestera")

    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Mitt konto")
    fits(page, "71-mitt-konto")

    # A foreign address says what follows; one at the care provider is confirmed with the code.
    hers.press("Ändra e-post")
    fits(page, "72-andra-e-post")
    page.get_by_label("Ny e-post i tjänsten").fill(moa.mail)
    hers.press("Skicka mejl")
    looked_at(page, "73-andra-e-post-fel")
    page.get_by_label("Ny e-post i tjänsten").fill("moa.lind@example.org")
    hers.press("Skicka mejl")
    expect(page.get_by_role("dialog")).to_contain_text("attesterat dig på nytt")
    looked_at(page, "74-frammande-adress")
    hers.press("Ändra")
    new = "moa.ny@regionnorrvik.se"
    page.get_by_label("Ny e-post i tjänsten").fill(new)
    hers.press("Skicka mejl")
    hers.press("Ok")
    looked_at(page, "75-ny-adress-vantar")
    page.get_by_label("Kod, 6 tecken").fill("AAA AAA")
    hers.press("Bekräfta e-post")
    looked_at(page, "76-ny-adress-fel-kod")
    page.get_by_label("Kod, 6 tecken").fill(code_in(house.letter_to(new)))
    hers.press("Bekräfta e-post")
    expect(page.get_by_text(new)).to_be_visible()

    # More, and back.
    hers.press("Ansök om mer")
    fits(page, "77-ansok-om-mer")
    page.get_by_role("combobox", name="Klinik").fill("medicin")
    page.keyboard.press("Enter")
    page.locator("#role-reader").check()
    page.get_by_label("Pneumoni").check()
    hers.press("Ansök")
    looked_at(page, "78-din-ansokan")
    hers.press("Ta tillbaka ansökan")

    # Sessions, log, file.
    other = desk(moa.card)
    other.open("/")
    other.press("Logga in med SmartCard")
    hers.press("Se och avsluta")
    fits(page, "79-sessioner")
    page.get_by_role("button", name=re.compile("Avsluta sessionen")).first.click()
    other.page.reload()
    expect(other.page.locator("h1")).not_to_contain_text("Moa")
    hers.open("/konto")
    with page.expect_download() as download:
        hers.press("Hämta som fil")
    file = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert file["accounts"][0]["email"] == new
    assert any(entry["event"] == "account.mail_changed" for entry in file["log"])

    # Anyone who reads the mail at the old address objects: no card, and she is logged out.
    link = re.search(r"https://\S+(/invand/\S+)", house.letter_to(moa.mail, about="är ändrad").text)
    assert link is not None
    anybody = desk()
    anybody.open(link[1])
    fits(anybody.page, "80-invand")
    anybody.press("Invänd")
    looked_at(anybody.page, "81-invand-fel")
    anybody.page.get_by_label("Det var inte jag").check()
    anybody.press("Invänd")
    looked_at(anybody.page, "82-invand-klart")
    house.letter_to(bertil.mail, about="en annans kort")
    page.reload()
    expect(page.get_by_role("button", name="Logga in med SmartCard").first).to_be_visible()

    # The old address is in force, and she leaves.
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Mitt konto")
    expect(page.get_by_text(moa.mail)).to_be_visible()
    page.get_by_role("link", name=re.compile("Lämna registrerare")).click()
    fits(page, "84-lamna")
    hers.open(f"/sprak/en?till={page.url.removeprefix(house.site)}")
    fits(page, "85-lamna-english")
    hers.press("Give up the right")
    expect(page.get_by_text("You have no right at present.")).to_be_visible()
    looked_at(page, "86-my-account-english")
