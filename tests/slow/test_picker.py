"""The browser's own list of certificates, on a screen: what it offers, and that it comes again after a wrong choice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Person, newcomer
from tests.journeys.running import House
from tests.slow.conftest import OpenPlace, Place

pytestmark = [pytest.mark.root, pytest.mark.journey, pytest.mark.timeout(300), pytest.mark.xdist_group("slow")]

PERSON_ID = "Du valde Person-id. Välj certifikatet med ditt HSA-id."
ISSUED_PERSON_IDS = {"ISSUER": {"CN": "DEMO SITHS e-id Person ID 3 CA v1"}}
ISSUED_HSA_IDS = {"ISSUER": {"CN": "DEMO SITHS e-id Person HSA-id 3 CA v1"}}


def test_at_login_the_list_holds_the_hsa_id_alone_and_at_the_card_check_both(house: House, place: OpenPlace) -> None:
    """Which row is chosen makes a difference at the card check, so it would at login if Person-id were in the list."""
    person = newcomer(house, "Siv", "Tell")
    hers = place(person.person_id, person.card)
    found = [_checked(hers, row) for row in ("Home", "End")]
    assert sorted(found) == ["Ditt kort fungerar.", PERSON_ID]
    hers.open("/kort")
    hers.push("Läs kortet")
    hers.keep_picture("50-lista-kontrollera-kort")
    hers.choose("Home")

    for row in ("Home", "End"):
        hers.open("/")
        hers.push("Logga in med SmartCard")
        if row == "Home":
            hers.keep_picture("51-lista-logga-in")
        hers.choose(row)
        expect(hers.page.locator("h1:visible")).to_have_text("Registrera dig")
        expect(hers.page.get_by_text(person.hsa_id)).to_be_visible()


def test_a_policy_that_would_choose_person_id_finds_none_at_login(house: House, place: OpenPlace) -> None:
    person = newcomer(house, "Sten", "Tell")
    his = place(person.person_id, person.card, choice=ISSUED_PERSON_IDS)
    his.open("/kort")
    his.push("Läs kortet")
    expect(his.page.locator("h1:visible")).to_have_text(PERSON_ID)
    # No certificate that this policy may choose is left, so the browser falls back on its list, with one row.
    his.open("/")
    his.push("Logga in med SmartCard")
    his.choose("End")
    expect(his.page.locator("h1:visible")).to_have_text("Registrera dig")


def test_after_a_wrong_choice_the_pages_button_brings_a_new_choice_in_the_same_browser(
    house: House, bertil: Person, place: OpenPlace
) -> None:
    his = place(bertil.person_id, bertil.card)
    wrong = next(row for row in ("Home", "End") if _checked(his, row) == PERSON_ID)
    right = "End" if wrong == "Home" else "Home"
    his.push("Läs kortet igen")
    his.choose(right)
    expect(his.page.locator("h1:visible")).to_contain_text("Ditt kort fungerar.")
    assert _checked(his, wrong) == PERSON_ID
    his.push("Läs kortet igen")
    his.choose(right)
    expect(his.page.locator("h1:visible")).to_contain_text("Ditt kort fungerar.")
    his.push("Logga in med SmartCard")
    his.choose()
    expect(his.page.locator("h1")).to_contain_text("Bertil")


def test_whoever_closes_the_list_is_told_and_may_choose_again(house: House, bertil: Person, place: OpenPlace) -> None:
    his = place(bertil.card)
    his.open("/")
    his.push("Logga in med SmartCard")
    his.in_the_list("Escape")
    expect(his.page.locator("h1:visible")).to_have_text("Vi fick inget certifikat från ditt kort.")
    his.push("Försök igen")
    his.choose()
    expect(his.page.locator("h1")).to_contain_text("Bertil")


def _checked(place: Place, row: str) -> str:
    """What *Kontrollera ditt kort* says of this row of the list."""
    place.open("/kort")
    place.push("Läs kortet")
    place.choose(row)
    expect(place.page.locator("h1:visible")).not_to_have_text("Kontrollera ditt kort")
    return place.heading()
