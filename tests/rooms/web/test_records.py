"""Pages of patients and episodes: what is typed into them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from registret.access.roles import Role
from tests import cast
from tests.cast import ANNA
from tests.rooms.records.scene import TOLVAN, begun, log, system_id_of
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "field", "status"),
    [("/patienter", "q", 404), ("/patient/{}", "reason", 200), ("/patienter/ny", "patient", 404)],
)
def test_a_character_that_no_text_can_hold_is_no_error(address: str, field: str, status: int) -> None:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    arrived_at = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    begun(cast.actor(ANNA, at=now - timedelta(hours=1)), at=now, arrived_at=[arrived_at])
    page = Browser.of(ANNA).post(address.format(system_id_of(TOLVAN)), {field: "Rond\0rond"})
    assert page.status_code == status
    assert [entry.facts["reason"] for entry in log("patient.opened")] == ["Rondrond"] * (field == "reason")
