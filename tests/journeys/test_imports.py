"""A registrar brings the demo's file of *Journal X* in: five errors, mended, thirty drafts. A doctor fetches answers
from the record system."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from registret.demo.people import cast, journal_x
from tests.journeys.conftest import looked_at
from tests.journeys.imports import chosen, proposal
from tests.journeys.test_every_address import Seat, Sit, furnished, sit

__all__ = ["furnished", "sit"]

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_file_with_five_errors_is_mended_and_becomes_thirty_drafts(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    wrong = journal_x.file(now=now)
    monkeypatch.setattr(journal_x, "_ERRORS", {})
    monkeypatch.setattr(journal_x, "_WRONG_NUMBER", None)
    mended = journal_x.file(now=now)
    seat = sit(cast.LOVA)
    page = seat.page
    before = to_do(seat)

    chosen(page, seat.site, wrong)
    expect(page.locator("main")).to_contain_text("25 nya, 5 nekade")
    expect(page.get_by_role("table", name="Fel i raderna").get_by_role("row")).to_have_count(6)
    looked_at(page, "210-import-fel")

    chosen(page, seat.site, mended)
    page.get_by_role("button", name="Läs in 30 rader").click()
    expect(page.get_by_role("status")).to_contain_text("Inläst: 30 nya.")
    looked_at(page, "211-import-inlast")

    chosen(page, seat.site, mended)
    expect(page.get_by_role("status")).to_contain_text("30 oförändrade")
    assert to_do(seat) == before + 30


def test_what_a_file_says_of_a_signed_step_is_decided_at_the_clinic(sit: Sit) -> None:
    seat = sit(cast.LOVA)
    page = seat.page
    address = proposal(page, seat.site)
    looked_at(page, "212-start-forslag")
    page.goto(seat.site + address.removesuffix("/forslag"))
    expect(page.locator("main")).to_contain_text("En fil har andra svar än steget.")
    looked_at(page, "213-steg-forslag")
    page.get_by_role("link", name="Ta ställning").click()
    looked_at(page, "214-forslag")
    page.get_by_role("button", name="Spara beslutet").click()
    expect(page.get_by_role("alert")).to_contain_text("Skriv varför")
    looked_at(page, "215-forslag-fel")
    page.get_by_role("checkbox").check()
    page.get_by_label("Varför?").fill("Enligt journalen")
    page.get_by_role("button", name="Spara beslutet").click()
    expect(page.locator("main")).to_contain_text("Klart: förslaget är avgjort.")
    looked_at(page, "216-forslag-klart")


def to_do(seat: Seat) -> int:
    """How many episodes of the clinic have something left to do."""
    seat.page.goto(seat.site + "/registreringar")
    found = re.search(r"Spara (\d+) vårdepisoder", seat.page.locator("main").inner_text())
    assert found is not None
    return int(found[1])


# --- answers of the record system -------------------------------------------------------------------

FETCH = "Hämta från journalen"


def acute_care(seat: Seat) -> None:
    """To a step of acute care in which something can be fetched."""
    seat.page.goto(f"{seat.site}/registreringar?register=pneumoni")
    found = re.findall(r'"(/vardepisod/E\w{8})', seat.page.content())
    for episode in dict.fromkeys(found):
        seat.page.goto(f"{seat.site}{episode}/acute")
        if seat.page.get_by_role("button", name=FETCH).count():
            return
    raise AssertionError("no step of acute care that is not filled in")


def fetched(seat: Seat) -> None:
    """A busy machine answers too late for a second's patience: then the form says so, and one asks again."""
    for _ in range(10):
        seat.page.get_by_role("button", name=FETCH).click()
        seat.page.wait_for_load_state()
        if seat.page.get_by_role("heading", name="Förslag från journalen").count():
            return
        expect(seat.page.locator("main")).to_contain_text("Journalen svarade inte.")
        seat.page.wait_for_timeout(15_000)
    raise AssertionError("never in time")


def test_answers_of_the_record_are_fetched_compared_and_brought_in(sit: Sit) -> None:
    seat = sit(cast.NADIA)
    page = seat.page
    acute_care(seat)
    looked_at(page, "220-steg-journalen")
    fetched(seat)
    looked_at(page, "221-journalen")
    page.get_by_role("button", name="För in svaren").click()
    expect(page.get_by_role("alert")).to_contain_text("Välj de svar som ska föras in")
    page.get_by_label("CRP, första värdet").check()
    looked_at(page, "222-journalen-valt")
    page.get_by_role("button", name="För in svaren").click()
    expect(page.locator("main")).to_contain_text("Klart: svaren ur journalen är införda.")
    expect(page.locator("#crp")).not_to_have_value("")
    looked_at(page, "223-steg-infort")
