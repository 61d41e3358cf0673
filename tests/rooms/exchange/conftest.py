from __future__ import annotations

import pytest

from registret.access.actor import Actor
from registret.access.roles import Role
from tests import cast
from tests.rooms.exchange.scene import INES
from tests.rooms.records.scene import DAY, NOW, Ward, ward


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    place = ward()
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=place.place.infection, at=NOW - 20 * DAY)
    return place


@pytest.fixture
def ines(here: Ward) -> Actor:
    return cast.actor(INES, at=NOW - DAY)
