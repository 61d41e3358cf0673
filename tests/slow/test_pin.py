"""A card with a PIN, in a browser on a screen: the dialog, the lock, and what a pulled card can no longer do."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Person
from tests.journeys.running import PATIENCE, House
from tests.slow.conftest import ANY_CARD, OpenPlace, Place
from tests.slow.screen import until

pytestmark = [pytest.mark.root, pytest.mark.journey, pytest.mark.timeout(300), pytest.mark.xdist_group("slow")]

LOCKED = "Kortet är ute. Sidan är låst."
NO_CARD = "Vi fick inget certifikat från ditt kort."


def test_the_browser_asks_for_the_pin_and_lets_nobody_in_without_it(
    house: House, bertil: Person, place: OpenPlace
) -> None:
    his = place(bertil.card, pin=True, choice=ANY_CARD)
    his.open("/")
    his.push("Logga in med SmartCard")
    before = _sessions(house, bertil)
    his.type_pin("13579")
    until(his.is_asked_for_a_pin, "a wrong PIN is enough")
    assert _sessions(house, bertil) == before
    his.cancel_pin()
    expect(his.page.get_by_role("heading", name=NO_CARD)).to_be_visible()
    assert _sessions(house, bertil) == before

    his.push("Försök igen")
    his.type_pin()
    expect(his.page.locator("h1")).to_contain_text("Bertil")
    assert _sessions(house, bertil) == before + 1


def test_a_card_that_is_pulled_locks_the_session_and_the_same_card_unlocks_it(
    house: House, bertil: Person, place: OpenPlace, record_property: Callable[[str, object], None]
) -> None:
    his = _at_work(bertil, place)
    assert his.reader is not None
    assert int(his.page.evaluate("document.body.dataset.every")) < 20, "it asks often enough to lock within 20 s"
    pulled = time.time()
    his.reader.take_out(bertil.card)
    expect(his.page.get_by_role("heading", name=LOCKED)).to_be_visible(timeout=60_000)
    assert not his.is_asked_for_a_pin(), "the silent question is silent"
    locked_at, card = _locked(house, bertil)
    assert card == "none"
    record_property("seconds from the pulled card to the lock", round(locked_at.timestamp() - pulled, 1))

    his.push("Lås upp")
    expect(his.page.get_by_role("heading", name=NO_CARD)).to_be_visible()
    his.reader.put_in(bertil.card)
    his.open("/start")
    his.push("Lås upp")
    expect(his.page.locator("h1")).to_contain_text("Bertil")


def test_a_reader_that_is_torn_out_locks_the_session_and_nobody_logs_in_again(
    house: House, bertil: Person, place: OpenPlace, record_property: Callable[[str, object], None]
) -> None:
    his = _at_work(bertil, place)
    assert his.reader is not None
    pulled = time.time()
    his.reader.tear_out()
    expect(his.page.get_by_role("heading", name=LOCKED)).to_be_visible(timeout=60_000)
    locked_at, card = _locked(house, bertil)
    assert card == "none"
    record_property("seconds from the torn-out reader to the lock", round(locked_at.timestamp() - pulled, 1))
    for button in ("Lås upp", "Försök igen"):
        his.push(button)
        expect(his.page.get_by_role("heading", name=NO_CARD)).to_be_visible()
    assert not his.is_asked_for_a_pin()


def test_another_card_in_the_same_reader_locks_and_unlocks_nothing(
    house: House, bertil: Person, cecilia: Person, place: OpenPlace
) -> None:
    theirs = _at_work(bertil, place, cecilia)
    assert theirs.reader is not None
    theirs.reader.take_out(bertil.card)
    theirs.reader.put_in(cecilia.card)
    expect(theirs.page.get_by_role("heading", name=LOCKED)).to_be_visible(timeout=60_000)
    theirs.push("Lås upp")
    expect(theirs.page.get_by_role("heading", name="Det är ett annat kort.")).to_be_visible()
    theirs.open("/start")
    expect(theirs.page.get_by_role("heading", name=LOCKED)).to_be_visible()


def test_the_page_after_logging_out_sees_the_card_leave_and_a_pulled_card_logs_nobody_in(
    house: House, bertil: Person, place: OpenPlace
) -> None:
    his = _at_work(bertil, place)
    assert his.reader is not None
    his.press("Logga ut")
    expect(his.page.locator("h1:visible")).to_have_text("Ditt kort sitter kvar i läsaren. Ta ut det.")
    his.reader.tear_out()
    expect(his.page.locator("h1:visible")).to_have_text("Kortet är ute. Du är utloggad.")
    his.press("Logga in igen")
    his.push("Logga in med SmartCard")
    expect(his.page.get_by_role("heading", name=NO_CARD)).to_be_visible()


def test_a_card_that_asks_for_its_pin_at_each_signature_asks_at_each_question_and_locks_nothing(
    house: House, bertil: Person, place: OpenPlace
) -> None:
    """Why the silent question is off until an operator has tried it with the middleware at hand."""
    his = _at_work_with_a_card_that_asks_each_time(bertil, place)
    until(his.is_asked_for_a_pin, "the second question is silent")
    assert his.page.evaluate("fetch('/session').then(answer => answer.status)") == 200, "no answer is no lock"
    expect(his.page.locator("h1")).to_contain_text("Bertil")


def test_after_logging_out_a_card_that_asks_for_its_pin_each_time_asks_once_and_no_more(
    house: House, bertil: Person, place: OpenPlace
) -> None:
    his = _at_work_with_a_card_that_asks_each_time(bertil, place)
    his.press("Logga ut")
    until(his.is_asked_for_a_pin, "the page after logging out asks nothing")
    his.page.wait_for_timeout(6000)  # as long as somebody takes to see it and to type
    his.type_pin()
    expect(his.page.locator("h1:visible")).to_have_text("Du är utloggad. Ta ut kortet.")
    his.page.wait_for_timeout(5000)
    assert not his.is_asked_for_a_pin()


def _at_work(person: Person, place: OpenPlace, *others: Person) -> Place:
    """Logged in, with the PIN typed, and the first silent question has just been answered: the longest wait."""
    theirs = place(person.card, *(other.card for other in others), pin=True, choice=ANY_CARD)
    theirs.open("/")
    with theirs.page.expect_response("**/p/*", timeout=PATIENCE * 1000) as asked:
        theirs.push("Logga in med SmartCard")
        theirs.type_pin()
    assert asked.value.json() == {"card": "same"}
    expect(theirs.page.locator("h1")).to_contain_text(person.given_name)
    return theirs


def _at_work_with_a_card_that_asks_each_time(person: Person, place: OpenPlace) -> Place:
    """Logged in, with the PIN typed for the token, for the login and for the first silent question."""
    theirs = place(person.card, pin=True, asks_each_time=True, choice=ANY_CARD)
    theirs.open("/")
    theirs.push("Logga in med SmartCard")
    with theirs.page.expect_response("**/p/*", timeout=PATIENCE * 1000) as asked:
        for _ in range(3):
            theirs.type_pin()
    assert asked.value.json() == {"card": "same"}
    expect(theirs.page.locator("h1")).to_contain_text(person.given_name)
    return theirs


def _sessions(house: House, person: Person) -> int:
    number = house.ask_database("SELECT count(*) FROM accounts_session WHERE hsa_id = %s", person.hsa_id)[0][0]
    assert isinstance(number, int)
    return number


def _locked(house: House, person: Person) -> tuple[datetime, str]:
    """When the server locked this person's session last, and what it saw of the card."""
    moment, card = house.ask_database(
        "SELECT at, facts->>'card' FROM ledger_entry WHERE event = 'session.locked' AND about_hsa_id = %s"
        " ORDER BY id DESC LIMIT 1",
        person.hsa_id,
    )[0]
    assert isinstance(moment, datetime)
    return moment, str(card)
