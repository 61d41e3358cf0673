"""Refusals in the log: people without a card cannot fill it, people with one always stand in it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from registret.accounts.visitors import REFUSALS_PER_NETWORK
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.limits.services import TooMany, take
from tests import cast
from tests.cast import BERTIL
from tests.rooms.web.client import Browser, text_of

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


def test_whoever_has_shown_a_card_is_in_the_log_however_often() -> None:
    cast.country(timezone.now() - timedelta(hours=2))
    used_up(HERE)
    browser = Browser.of(BERTIL)
    for _ in range(3):
        assert browser.get("/loggen", REMOTE_ADDR=HERE).status_code == 403
    found = entries(wanted=Wanted(hsa_id=BERTIL.hsa_id, event="request.refused")).rows
    assert [e.facts["code"] for e in found] == ["access.not_permitted"] * 3
