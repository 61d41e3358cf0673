"""How many statements a page asks of the database. Another one is a reason to think, and then a higher number here."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registret.access.roles import Role
from tests import cast
from tests.cast import ANNA, BERTIL, Country
from tests.rooms.records.scene import TOLVAN, begun, system_id_of
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def episode(place: Country, now: datetime) -> str:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    return begun(cast.actor(ANNA, at=now - timedelta(hours=1)), at=now, arrived_at=[f"{now:%Y-%m-%dT00:00}"])


def statements(browser: Browser, path: str, **sent: str) -> int:
    """Of a page that was looked at before; what only begins and ends a transaction is not counted."""

    def ask() -> None:
        answer = browser.post(path, sent) if sent else browser.get(path)
        assert answer.status_code in {200, 303}

    ask()
    with CaptureQueriesContext(connection) as asked:
        ask()
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")
    return sum(not query["sql"].startswith(frame) for query in asked.captured_queries)


def test_pages_about_a_patient_ask_few_statements(episode: str) -> None:
    anna, form = Browser.of(ANNA), f"/vardepisod/{episode}/acute"
    assert statements(anna, form) == 9
    assert statements(anna, f"/patient/{system_id_of(TOLVAN)}") == 11
    assert statements(anna, "/patienter", q=system_id_of(TOLVAN)) == 7
    assert statements(anna, "/patienter", q="Tolvan") == 7


def test_an_answer_that_is_saved_asks_few_statements(episode: str) -> None:
    anna = Browser.of(ANNA)

    def saved(rate: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            written = {"base": "9", "changed": "respiratory_rate", "respiratory_rate": rate}
            assert anna.post(f"/vardepisod/{episode}/acute/spara", written).status_code == 200
        return len(asked)

    saved("30")
    assert saved("31") == 11


def test_pages_of_an_administrator_ask_few_statements(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    assert statements(bertil, "/attestera") == 9
    assert statements(bertil, "/personer") == 10
