"""The page of letters about follow-ups."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registret.access.roles import Role
from registret.records.reporting import writing
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, Country
from tests.rooms.records.scene import TOLVAN, begun
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

PAGE = "/registreringar/brev"


@pytest.fixture
def episode(place: Country, now: datetime) -> str:
    """Left hospital in June: its follow-up is due."""
    for who, clinic in ((ANNA, place.infection), (CECILIA, place.sydvik)):
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=clinic, at=now - timedelta(days=2))
    anna = cast.actor(ANNA, at=now - timedelta(hours=1))
    arrived = now - timedelta(days=120)
    found = begun(anna, at=now, arrived_at=[f"{arrived:%Y-%m-%dT08:15}"])
    left = {"discharged_at": [f"{arrived + timedelta(days=9):%Y-%m-%dT12:00}"], "discharged_to": ["home"]}
    writing.write(actor=anna, episode=found, step="discharge", base=0, written=left, at=now)
    return found


def noted(browser: Browser, what: str, *steps: str) -> str:
    """The page after something was noted."""
    answer = browser.post(PAGE, {"vad": what, "steg": steps})
    assert answer.status_code == 303
    return text_of(browser.get(answer.headers["Location"]))


def test_a_letter_moves_from_pile_to_pile_until_the_reply_is_filled_in(episode: str) -> None:
    browser, step = Browser.of(ANNA), f"{episode}:follow_up"
    assert "Att skriva till" in (new := text_of(browser.get(PAGE)))
    assert TOLVAN[:8] in new
    assert TOLVAN not in new, "a list names nobody"
    sent = noted(browser, "sent", step)
    assert "Antecknat för 1 patient." in sent
    assert "Väntar på svar" in sent
    assert "Att skriva till" not in sent
    assert "Svar att fylla i" in noted(browser, "replied", step)
    assert "Väntar på svar" in noted(browser, "taken_back", step)


def test_what_could_not_be_noted_is_said(episode: str) -> None:
    browser, step = Browser.of(ANNA), f"{episode}:follow_up"
    noted(browser, "sent", step)
    again = noted(browser, "sent", step)
    assert "Antecknat för 0 patienter. För 1 gick det inte" in again


@pytest.mark.parametrize("form", [{"vad": "sent"}, {"vad": "burnt", "steg": "x"}, {}])
def test_nothing_chosen_is_said_and_nothing_is_noted(episode: str, form: dict[str, str]) -> None:
    page = Browser.of(ANNA).post(PAGE, form)
    assert page.status_code == 200
    assert "Kryssa för minst en patient." in text_of(page)
    assert "Att skriva till" in text_of(page)


def test_another_clinic_sees_nobody_and_notes_nothing(episode: str) -> None:
    browser = Browser.of(CECILIA)
    assert "Ingen väntar på brev." in text_of(browser.get(PAGE))
    assert "Antecknat för 0 patienter." in noted(browser, "sent", f"{episode}:follow_up")
    assert "Att skriva till" in text_of(Browser.of(ANNA).get(PAGE))


@pytest.mark.parametrize("address", ["?klart=sent&antal=x&av=1", "?klart=sent", "?klart=x&antal=1&av=1"])
def test_an_address_that_was_made_up_says_nothing(episode: str, address: str) -> None:
    page = Browser.of(ANNA).get(PAGE + address)
    assert page.status_code == 200
    assert "Antecknat" not in text_of(page)


def test_who_may_not_report_has_no_such_page(place: Country) -> None:
    assert Browser.of(BERTIL).get(PAGE).status_code == 403


def test_the_start_page_leads_there(episode: str) -> None:
    assert f'href="{PAGE}"' in Browser.of(ANNA).get("/start").content.decode()
