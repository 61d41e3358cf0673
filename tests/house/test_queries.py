"""A page asks the database so many times, whatever the number of rows that it shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, Country, Person, person
from tests.rooms.web.client import Browser
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

FEW, MANY = 5, 100


def applicants(numbers: range, place: Country) -> None:
    now = timezone.now()
    for n in numbers:
        somebody = person("Nils", f"Nord{n}", f"SE2321009991-N{n:05}")
        cast.register(somebody, place.infection, confirmed=n % 2 == 0, at=now - timedelta(hours=3))


def hospitals(numbers: range, place: Country) -> None:
    cast.bring_clinics([f"Sjukhus {n}" for n in numbers], at=timezone.now())


def logins(numbers: range, place: Country) -> None:
    for _ in numbers:
        cast.log_in(BERTIL, at=timezone.now())


Grow = Callable[[range, Country], None]
# By what brings the rows: (address, who reads it): how often it may ask.
PAGES: dict[Grow, dict[tuple[str, Person], int]] = {
    applicants: {("/start", BERTIL): 15, ("/attestera", BERTIL): 12},
    logins: {
        ("/min-logg", BERTIL): 8,
        ("/konto", BERTIL): 12,
        ("/konto/sessioner", BERTIL): 9,
        ("/loggen", ERIK): 11,
    },
    hospitals: {
        ("/start", DORIS): 16,
        ("/kansliet", DORIS): 8,
        ("/kansliet?q=sjukhus", DORIS): 8,
        ("/kansliet?visa=utan", DORIS): 8,
        ("/kansliet/utse", DORIS): 7,
        ("/kansliet/tackningsgrad", DORIS): 20,
        ("/registrera", ANNA): 7,
    },
}


@pytest.mark.parametrize("grow", PAGES, ids=lambda grow: str(grow.__name__))
def test_a_page_asks_no_more_with_a_hundred_rows_than_with_five(grow: Grow) -> None:
    place = cast.country(timezone.now() - timedelta(days=30))
    grow(range(FEW), place)
    few = {page: asked(*page) for page in PAGES[grow]}
    grow(range(FEW, MANY), place)
    many = {page: asked(*page) for page in PAGES[grow]}
    assert [page for page in many if many[page] > few[page]] == []
    assert [page for page, most in PAGES[grow].items() if few[page] > most] == []


def asked(address: str, who: Person) -> int:
    """How many queries the page makes; the first visit, which may fill caches of the process, does not count."""
    browser = Browser.at_the_log(who) if address == "/loggen" else Browser.of(who)
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured.captured_queries)
