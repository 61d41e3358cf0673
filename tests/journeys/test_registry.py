"""The registry in a browser: a pneumonia from inclusion to signature, and what must not be lost or seen."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Desk, OpenDesk, looked_at
from tests.journeys.people import Person, reporting, somebody
from tests.journeys.running import House

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

TOLVAN = "19121212-1212"
YESTERDAY = datetime.now(ZoneInfo("Europe/Stockholm")) - timedelta(days=1)


def moment(hour: int, minute: int = 0) -> str:
    """Yesterday at this time of day, as people write it."""
    return f"{YESTERDAY:%Y-%m-%d} {hour:02}.{minute:02}"


def choose(page: Page, question: str, answer: str) -> None:
    group = page.get_by_role("group", name=re.compile(f"^{re.escape(question)}"))
    group.get_by_label(answer, exact=True).first.check()


def fill(page: Page, question: str, text: str) -> None:
    page.get_by_label(re.compile(f"^{re.escape(question)}")).first.fill(text)


def saved(page: Page) -> None:
    """What was written is on the server."""
    page.locator("h1").first.click()
    expect(page.locator("[data-status]")).to_contain_text(re.compile(r"Senast sparat \d\d\.\d\d"))


@pytest.fixture
def at_work(house: House, bertil: Person, desk: OpenDesk) -> Desk:
    """Somebody who reports, at the start page, in a browser of her own."""
    hers = desk(reporting(house, somebody(house, "Rut", "Ek"), bertil).card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    return hers


def test_a_pneumonia_from_inclusion_to_signature(at_work: Desk) -> None:
    page = at_work.page
    page.get_by_label("Patient", exact=True).fill(TOLVAN)
    at_work.press("Sök patient")
    looked_at(page, "70-ny-patient")
    page.locator("main").get_by_role("button", name="Ny vårdepisod").click()
    looked_at(page, "71-inklusion")
    fill(page, "Ankomst till sjukhuset", moment(8, 15))
    choose(page, "Vårdas i slutenvård", "Ja")
    choose(page, "Var infektionen förvärvades", "Samhällsförvärvad")
    at_work.press("Börja registrera")
    expect(page.locator("h1")).to_contain_text("Man")
    looked_at(page, "72-formular-tomt")

    choose(page, "Nytillkommen förvirring", "Ja")
    fill(page, "Andningsfrekvens", "44")
    fill(page, "Systoliskt blodtryck", "118")
    fill(page, "Diastoliskt blodtryck", "64")
    saved(page)
    crb65 = page.locator('[data-score="crb65"]')
    expect(crb65.locator("output")).to_have_text("3")
    expect(crb65).to_contain_text("Hög risk")
    fill(page, "Andningsfrekvens", "52")
    saved(page)
    expect(page.locator("#respiratory_rate-udda")).to_contain_text("Ovanligt värde")
    fill(page, "Systoliskt blodtryck", "1180")
    page.locator("h1").click()
    expect(page.locator("#systolic-fel")).to_be_visible()
    looked_at(page, "73-formular-fel")
    fill(page, "Systoliskt blodtryck", "118")
    expect(page.locator("#systolic-fel")).to_be_hidden()
