"""What a login asks of the database, step by step: a statement more is one more for every login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registret.access.roles import Role
from tests import cast
from tests.cast import ANNA, Country
from tests.rooms.records.scene import begun
from tests.rooms.web.client import text_of
from tests.rooms.web.visitor import Visitor, site_path

pytestmark = pytest.mark.django_db


def asked(act: Callable[[], Any], counted: dict[str, int], step: str) -> Any:
    """What `act` returns, its statements counted; savepoints stand for transactions here, and are not."""
    with CaptureQueriesContext(connection) as captured:
        found = act()
    counted[step] = sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)
    return found


def test_a_login_asks_so_much_of_the_database(place: Country, now: Any) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now)
    begun(cast.actor(ANNA, at=now), at=now)
    visitor, counted = Visitor(ANNA), dict[str, int]()
    asked(lambda: visitor.get("/"), counted, "front page")
    door = asked(visitor.begin, counted, "begin")
    back = asked(lambda: site_path(visitor.at_the_door(door)), counted, "card door")
    answer = asked(lambda: visitor.get(back), counted, "answer")
    assert answer["Location"] == "/start"
    start = asked(lambda: visitor.get("/start"), counted, "start page")
    assert "Att fortsätta med" in text_of(start), text_of(start)
    assert counted == {"front page": 1, "begin": 3, "card door": 3, "answer": 6, "start page": 10}
