"""Refusals in the log: people without a card cannot fill it, people with one always stand in it. And their pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from registret.access.grants.granting import revoke
from registret.access.queries.logins import seats_of
from registret.accounts.visitors import REFUSALS_PER_NETWORK
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.rate_limits.services import TooMany, take
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, KARIN, Country
from tests.rooms.web.client import Browser, Page, text_of

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


def refused(network: str) -> tuple[EntryRow, ...]:
    found = [e for event in ("refused", "forged") for e in entries(wanted=Wanted(event=f"request.{event}")).rows]
    return tuple(e for e in found if e.network == network)


def used_up(network: str) -> None:
    """The limit, now and in the window after, for a test may begin at the end of one."""
    now = timezone.now()
    for at in (now, now + REFUSALS_PER_NETWORK.per):
        with suppress(TooMany):
            for _ in range(REFUSALS_PER_NETWORK.most):
                take(limit=REFUSALS_PER_NETWORK, subject=network, at=at)


def test_refusals_of_people_without_a_card_fill_no_log() -> None:
    used_up(HERE)
    for _ in range(3):
        page = Browser().get("/start", REMOTE_ADDR=HERE)
        assert (page.status_code, "Referens till supporten" in text_of(page)) == (401, True)
        assert Browser(enforce_csrf_checks=True).post("/logga-in", REMOTE_ADDR=HERE).status_code == 403
    assert refused(HERE) == ()
    told = entries(wanted=Wanted(event="request.limit_reached")).rows
    windows = {e.facts["again_at"] for e in told}
    assert len(told) == len(windows) > 0
    assert {e.network for e in told} == {HERE}


def test_other_networks_are_in_the_log_as_before() -> None:
    used_up(HERE)
    Browser().get("/start", REMOTE_ADDR=ELSEWHERE)
    Browser(enforce_csrf_checks=True).post("/logga-in", REMOTE_ADDR=ELSEWHERE)
    assert {e.event for e in refused(ELSEWHERE)} == {"request.refused", "request.forged"}


def test_whoever_has_shown_a_card_is_in_the_log_however_often(place: Country) -> None:
    used_up(HERE)
    browser = Browser.of(BERTIL)
    for _ in range(3):
        assert browser.get("/loggen", REMOTE_ADDR=HERE).status_code == 403
    found = entries(wanted=Wanted(hsa_id=BERTIL.hsa_id, event="request.refused")).rows
    assert [e.facts["code"] for e in found] == ["access.not_permitted"] * 3


# Whose surroundings a refusal has


def bar_in(page: Page) -> bool:
    """The dark bar: who is at work, and the way out."""
    return 'class="bar"' in page.content.decode() and "Logga ut" in text_of(page)


@pytest.mark.parametrize(
    ("address", "status"),
    [("/finns-inte", 404), ("/attestera/999999", 404), ("/kansliet", 403), ("/kort", 200), ("/arbetar-som", 200)],
)
def test_whoever_is_at_work_still_sees_so_when_refused_or_looking_at_a_card(
    address: str, status: int, place: Country
) -> None:
    page = Browser.of(BERTIL).get(address)
    assert page.status_code == status
    assert bar_in(page)
    assert "Bertil Holm" in text_of(page)


@pytest.mark.parametrize(("browser", "start"), [(lambda: Browser.of(BERTIL), "/start"), (Browser, "/")])
def test_an_address_that_is_not_there_leads_to_the_own_start_page(
    browser: Callable[[], Browser], start: str, place: Country
) -> None:
    assert f'<a class="btn" href="{start}">Till startsidan</a>' in browser().get("/finns-inte").content.decode()


def test_a_forged_form_and_a_conflict_show_who_is_at_work_too(place: Country, now: datetime) -> None:
    forged = Browser.of(BERTIL, enforce_csrf_checks=True).post("/attestera/valda")
    assert (forged.status_code, bar_in(forged)) == (403, True)
    annas = cast.register(ANNA, place.infection, at=now - timedelta(hours=1))
    assert Browser.of(KARIN).post(f"/attestera/{annas}/avsla", {"reason": "Fel klinik"}).status_code == 303
    late = Browser.of(BERTIL).post(f"/attestera/{annas}/ta", {})
    assert (late.status_code, bar_in(late)) == (409, True)


@pytest.mark.parametrize("address", ["/finns-inte", "/kort", "/start", "/kansliet"])
def test_without_a_session_or_with_one_that_is_over_no_page_pretends(address: str, place: Country) -> None:
    over = Browser.of(BERTIL, at=timezone.now() - timedelta(days=1))
    for browser in (Browser(), over):
        page = browser.get(address)
        assert not bar_in(page)
        assert "Bertil" not in text_of(page)


@pytest.mark.parametrize("address", ["/finns-inte", "/kort", "/kansliet", "/arbetar-som"])
def test_whose_seat_was_taken_away_is_not_shown_it(address: str, place: Country, now: datetime) -> None:
    browser = Browser.of(BERTIL)
    assert bar_in(browser.get("/finns-inte"))
    (seat,) = seats_of(account_id=cast.account_of(BERTIL).id, at=now)
    revoke(grant_id=seat.grant_id, reason="Har slutat", revoked_by_id=None, by=DORIS.by, at=timezone.now())
    page = browser.get(address, follow=True)
    assert not bar_in(page)
    assert "Lokal administratör" not in text_of(page)
