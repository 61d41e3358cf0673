"""How many statements a page asks of the database: one more is a reason to think, before a number here is raised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registret.access.roles import Role
from tests import cast
from tests.cast import ANNA, BERTIL, ERIK, Country
from tests.rooms.records.scene import TOLVAN, begun, system_id_of
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db

_OF_THE_TEST = ("SAVEPOINT", "RELEASE SAVEPOINT", "SET LOCAL")
"""What stands here for the beginning and the end of a transaction."""


@pytest.fixture
def episode(place: Country, now: datetime) -> str:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    return begun(cast.actor(ANNA, at=now - timedelta(hours=1)), at=now, arrived_at=[f"{now:%Y-%m-%dT00:00}"])


def statements(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = ask()
    assert answer.status_code in {200, 303}
    return sum(not query["sql"].startswith(_OF_THE_TEST) for query in asked.captured_queries)


def test_pages_about_a_patient_ask_few_statements(episode: str) -> None:
    anna, form, patient = Browser.of(ANNA), f"/vardepisod/{episode}/acute", system_id_of(TOLVAN)
    answered = {"base": "0", "changed": "respiratory_rate", "respiratory_rate": "31"}
    counted = {
        "form": statements(lambda: anna.get(form)),
        "autosave": statements(lambda: anna.post(f"{form}/spara", answered)),
        "patient": statements(lambda: anna.get(f"/patient/{patient}")),
        "system id": statements(lambda: anna.post("/patienter", {"q": patient})),
    }
    assert counted == {"form": 7, "autosave": 8, "patient": 8, "system id": 5}


def test_pages_of_an_administrator_and_a_reviewer_ask_few_statements(place: Country) -> None:
    bertil, erik = Browser.of(BERTIL), Browser.at_the_log(ERIK)
    assert statements(lambda: erik.get("/loggen")) == 7
    assert statements(lambda: bertil.get("/attestera")) == 6
    assert statements(lambda: bertil.get("/personer")) == 8


def test_the_lists_of_a_clinic_ask_few_statements(episode: str) -> None:
    anna = Browser.of(ANNA)
    assert statements(lambda: anna.get("/registreringar")) == 8
    assert statements(lambda: anna.get("/start")) == 8
