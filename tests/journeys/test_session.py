"""How a session ends in a browser: by itself while pages lie open, and by logging out, in every tab."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from registret.demo.pki import DemoAuthority
from tests.journeys.conftest import looked_at
from tests.journeys.desks import OpenDesk
from tests.journeys.people import CLINIC, Person, appointed, newcomer, reporting
from tests.journeys.running import House
from tests.journeys.test_registry import begun, fill, patient, saved

pytestmark = pytest.mark.journey

LOGGED_OUT = "Logga in för att fortsätta."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Ends a session after a minute without a click, and never asks for the card meanwhile."""
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    with House.build(tmp_path_factory.mktemp("sessions"), authority, f"sessions_{os.getpid()}") as built:
        built.environment |= {"REGISTRET_IDLE_MINUTES": "1", "REGISTRET_PROBE_SECONDS": "0"}
        built.migrate()
        built.run("import-clinics", str(Path("registret/demo/clinics.csv").resolve()))
        built.start()
        yield built


@pytest.fixture(scope="module")
def bertil(house: House) -> Person:
    return appointed(house, newcomer(house, "Bertil", "Holm"), "local_administrator", CLINIC)


def session(house: House, person: Person) -> tuple[object, ...]:
    """When the person's newest session was used last, and how it ended."""
    newest = "SELECT seen_at, end_reason FROM accounts_session WHERE hsa_id = %s ORDER BY id DESC LIMIT 1"
    return house.ask_database(newest, person.hsa_id)[0]


@pytest.mark.timeout(300)
def test_pages_that_lie_open_keep_nobody_logged_in(house: House, bertil: Person, desk: OpenDesk) -> None:
    anna = reporting(house, newcomer(house, "Anna", "Ström"), bertil)
    hers = desk(anna.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    form = begun(hers, patient("19480207742"))
    same_form, start = hers.context.new_page(), hers.context.new_page()
    same_form.goto(form.url)
    start.goto(f"{house.site}/start")
    form.bring_to_front()
    fill(form, "Andningsfrekvens", "30")
    saved(form)

    for page in (form, same_form, start):
        expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"Du loggas ut om \d+ s om du inte gör något"))
    used_last = session(house, anna)
    for page in (form, same_form, start):
        expect(page.get_by_role("heading", level=1)).to_have_text("Du har loggats ut.")
        assert anna.name not in page.content()
    assert session(house, anna) == (used_last[0], "idle")
    looked_at(form, "42-utloggad-av-sig-sjalv-formular")


@pytest.mark.timeout(300)
def test_somebody_who_writes_in_one_tab_is_logged_out_in_none(house: House, bertil: Person, desk: OpenDesk) -> None:
    anna = reporting(house, newcomer(house, "Anna", "Lind"), bertil)
    hers = desk(anna.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    form = begun(hers, patient("19480207752"))
    start = hers.context.new_page()
    start.goto(f"{house.site}/start")
    expect(start.get_by_role("dialog")).to_be_visible()
    form.bring_to_front()
    form.get_by_role("button", name="Fortsätt arbeta").click()
    expect(form.get_by_role("dialog")).to_be_hidden()
    fill(form, "Andningsfrekvens", "31")
    saved(form)
    expect(start.get_by_role("dialog")).to_be_hidden()
    assert session(house, anna)[1] == ""


def arrived(page: Page, asked: list[Route]) -> Route:
    """Return the first intercepted request. Other tabs may hide before the browser has told us of it."""
    for _ in range(200):
        if asked:
            return asked[0]
        page.wait_for_timeout(50)
    raise AssertionError("the browser sent no request")


def test_logging_out_hides_every_tab_at_once_though_no_card_is_asked_for(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    his = desk(bertil.card, keeps_pages=True)
    page = his.open("/")
    his.press("Logga in med SmartCard")
    page.goto(f"{house.site}/min-logg")
    other = his.context.new_page()
    other.goto(f"{house.site}/attestera")
    expect(other.get_by_text(bertil.name).first).to_be_visible()
    assert other.locator("body").get_attribute("data-probe") is None

    asked: list[Route] = []
    page.route("**/logga-ut", lambda route: asked.append(route))
    page.get_by_role("button", name="Logga ut").click(no_wait_after=True)
    expect(other.locator("body")).to_be_hidden()
    assert session(house, bertil)[1] == "", "the server has not heard of it"
    arrived(page, asked).continue_()
    expect(page).to_have_url(f"{house.site}/utloggad")
    expect(other.get_by_role("heading", level=1)).to_have_text(LOGGED_OUT)
    assert bertil.name not in other.content()
    page.evaluate("setTimeout(() => history.back())")
    expect(page.get_by_role("heading", level=1)).to_have_text(LOGGED_OUT)
    assert bertil.name not in page.content()


def test_where_logging_out_fails_the_other_tabs_come_back(house: House, bertil: Person, desk: OpenDesk) -> None:
    his = desk(bertil.card)
    page = his.open("/")
    his.press("Logga in med SmartCard")
    other = his.context.new_page()
    other.goto(f"{house.site}/attestera")
    page.route("**/logga-ut", lambda route: route.abort())
    page.get_by_role("button", name="Logga ut").click(no_wait_after=True)
    expect(other.locator("body")).to_be_hidden()
    expect(other.get_by_text(bertil.name).first).to_be_visible()


def test_the_page_after_logging_out_does_not_go_on_saying_that_the_card_is_out(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    his = desk(bertil.card, own=True)
    page = his.page
    page.clock.install()
    his.open("/")
    his.press("Logga in med SmartCard")
    his.press("Logga ut")
    expect(page.locator("h1:visible")).to_have_text("Ditt kort sitter kvar i läsaren. Ta ut det.")
    his.take_out(bertil.card)
    expect(page.locator("h1:visible")).to_have_text("Kortet är ute. Du är utloggad.")
    expect(page.get_by_text("Då tas kortet ut")).to_be_hidden()
    his.put_in(bertil.card)
    page.clock.fast_forward("01:05")
    expect(page).to_have_url(f"{house.site}/")
