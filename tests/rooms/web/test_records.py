"""Pages of patients and episodes: what is typed into them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from registret.access.roles import Role
from tests import cast
from tests.cast import ANNA, BERTIL, KARIN
from tests.rooms.records.scene import TOLVAN, at_work, begun, log, system_id_of, ward
from tests.rooms.web.client import Browser, text_of

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


def test_pages_offer_to_write_only_where_one_reports() -> None:
    here = ward()
    episode = begun(here.anna)
    at_work(BERTIL, here.place.infection, by=KARIN, role=Role.READER)
    at_work(BERTIL, here.place.infection, by=KARIN, registries=("sepsis",))
    bertil = Browser.of(BERTIL)
    assert "men inte skriva i det" in text_of(bertil.get(reverse("step", args=[episode, "acute"])))
    patient = text_of(bertil.get(reverse("patient", args=[system_id_of(TOLVAN)])))
    assert "Ny vårdepisod" in patient
    assert "Byt nummer" not in patient
    answer = bertil.post(reverse("step", args=[episode, "acute"]), {"base": "0", "pulse": "80"})
    assert answer.status_code == 403
