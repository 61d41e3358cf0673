"""Two people decide at the same moment, or one person clicks four times: one decision, and everybody learns of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from registret.access.grants.rules import last_possible_day
from registret.access.queries.applications import granted, newest_application
from registret.ledger.queries import Wanted, entries
from tests import cast
from tests.cast import ANNA, BERTIL, KARIN
from tests.parallel import committed, together
from tests.rooms.web.client import Browser

__all__ = ["committed"]

pytestmark = pytest.mark.usefixtures("committed")


def form(now: datetime) -> dict[str, object]:
    last_day = last_possible_day(at=now, months=12).isoformat()
    return {"role": "reporter", "sub_registries": ["pneumoni"], "last_day": last_day}


def annas_application(now: datetime) -> int:
    place = cast.country(now - timedelta(days=30))
    return cast.register(ANNA, place.infection, at=now - timedelta(days=1))


def decisions() -> list[str]:
    acts = ("application.attest", "application.decline")
    return [row.event for act in acts for row in entries(wanted=Wanted(event=act)).rows]


def test_attesting_and_declining_at_the_same_moment_give_exactly_one_decision() -> None:
    now = timezone.now()
    waiting = annas_application(now)
    bertil, karin = Browser.of(BERTIL), Browser.of(KARIN)
    answers = together(
        [
            lambda: bertil.post(f"/attestera/{waiting}", form(now)).status_code,
            lambda: karin.post(f"/attestera/{waiting}/avsla", {"reason": "Känner inte personen"}).status_code,
        ]
    )
    assert sorted(map(str, answers)) == ["303", "409"]
    decided = newest_application(account_id=cast.account_of(ANNA).id)
    assert decided is not None
    assert (granted(application_id=waiting) is not None) == (decided.state == "attested")
    assert decisions() == ["application.attest" if decided.state == "attested" else "application.decline"]


def test_four_clicks_at_the_same_moment_give_one_grant_and_four_good_answers() -> None:
    now = timezone.now()
    waiting = annas_application(now)
    key = cast.log_in(BERTIL, at=timezone.now())
    browsers = [Browser() for _ in range(4)]
    for browser in browsers:
        browser.take_session(key)

    def click(browser: Browser) -> int:
        return int(browser.post(f"/attestera/{waiting}", form(now)).status_code)

    answers = together([lambda b=b: click(b) for b in browsers])  # type: ignore[misc]
    assert answers == [303, 303, 303, 303]
    assert decisions() == ["application.attest"]
