"""A document that takes too long is no error of the program: all get one answer, with what to do instead."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils.translation import override

from registret.access.roles import Role
from registret.web import typeset
from registret.web.typeset import TakesTooLong, png_of
from registret.words.refusals import page_of
from tests import cast
from tests.cast import ANNA, Country
from tests.rooms.records.scene import begun
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

SLOW = "Filen tar för lång tid att göra."


@pytest.fixture(autouse=True)
def nothing_is_fast_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "SECONDS", 0.001)


@pytest.fixture
def anna(place: Country, now: datetime) -> Browser:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=2))
    return Browser.of(ANNA)


@pytest.mark.parametrize("address", ["/delregister/pneumoni/1/blankett.pdf", "/vardepisod/{episode}/utskrift.pdf"])
def test_a_form_that_takes_too_long_is_no_fault_and_says_what_to_do(anna: Browser, now: datetime, address: str) -> None:
    episode = begun(cast.actor(ANNA, at=now), at=now)
    answer = anna.get(address.format(episode=episode))
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    told = text_of(answer)
    assert SLOW in told
    assert "Gå tillbaka till sidan. Där står samma uppgifter" in told


def test_a_picture_that_takes_too_long_is_the_same_refusal(now: datetime) -> None:
    with pytest.raises(TakesTooLong) as no:
        png_of("<svg/>", at=now)
    assert page_of(no.value).title == SLOW
    with override("en"):
        assert page_of(no.value).title == "The file takes too long to make."
