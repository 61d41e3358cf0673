"""What somebody reads who waits: whom to ask, how to reach them, and where the letter went."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from registret.access.roles import Role
from registret.places.models import Clinic
from tests import cast
from tests.cast import ANNA, BERTIL, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    return cast.clinics(now - timedelta(days=30))


def test_where_nobody_attests_nobody_is_told_to_ask_the_local_administrator(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.medicine, at=now)
    page = text_of(Browser.of(ANNA).get("/ansokan"))
    assert "har ingen lokal administratör just nu" in page
    assert "Be din lokala administratör" not in page
    assert "Registerkansliet attesterar dig." in page


def test_the_clinics_contact_can_be_called_and_written_to(place: Country, now: datetime) -> None:
    Clinic.objects.filter(id=place.infection).update(
        contact_name="Sara Ek", contact_phone="0611-123 45", contact_mail="infektion@regionnorrvik.se"
    )
    cast.appoint_by_program(BERTIL, Role.LOCAL_ADMINISTRATOR, clinic_id=place.infection, at=now)
    cast.register(ANNA, place.infection, at=now)
    page = Browser.of(ANNA).get("/ansokan").content.decode()
    assert '<a class="nb" href="tel:061112345">0611-123 45</a>,' in page
    assert '<a href="mailto:infektion@regionnorrvik.se">infektion@regionnorrvik.se</a>' in page
    assert "Sara Ek," in page
    assert "Be din lokala administratör" in page


def test_the_address_that_was_written_is_shown_whole_to_who_wrote_it(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=now)
    assert ANNA.email.text in text_of(Browser.of(ANNA).get("/ansokan"))
