"""Files of numbers and names: never by a link from elsewhere, and only with a card that was shown lately."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registret.access.roles import Role
from registret.ledger.queries import Wanted, entries
from tests import cast
from tests.cast import ANNA, BERTIL, ERIK, Country, Person
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db

FILES = [
    (BERTIL, "/personer.csv", {}, "people.exported"),
    (ANNA, "/registreringar/uppfoljningar.csv", {}, ""),
    (ANNA, "/registreringar/registreringar.csv", {}, ""),
    (ERIK, "/loggen/exportera", {"form": "csv"}, "log.exported"),
]


@pytest.mark.parametrize(("who", "address", "form", "event"), FILES, ids=[address for _, address, *_ in FILES])
def test_a_file_of_numbers_or_names_takes_a_post_and_a_recent_card(
    who: Person, address: str, form: dict[str, str], event: str, place: Country, now: datetime
) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=1))
    late = now - timedelta(minutes=65)
    key = cast.log_in(who, at=late)
    cast.stay_awake(key, since=late, until=now)
    browser = Browser()
    browser.take_session(key)
    fresh = Browser.at_the_log(who) if who is ERIK else Browser.of(who)
    assert Browser.of(who).get(address).status_code == 405
    assert browser.post(address, form).status_code == 403
    assert not event or entries(wanted=Wanted(event=event)).rows == ()
    assert fresh.post(address, form).status_code == 200
    assert Browser.of(who, enforce_csrf_checks=True).post(address, form).status_code == 403, "a form of another page"
