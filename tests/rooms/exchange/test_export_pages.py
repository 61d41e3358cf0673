"""Exportera in the browser: a file is ordered, followed, fetched once, or taken back."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import timezone

from registret.access.roles import Role
from registret.exchange.exporting.making import make_next
from tests import cast
from tests.cast import ANNA, CECILIA
from tests.rooms.exchange.scene import EVA, INES
from tests.rooms.records.scene import DAY, SAMORDNAD, begun
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

EXPORTS = "/exportera"
ASKED = {
    "sub_registry": "pneumoni",
    "format": "xlsx",
    "shown_as": "labels",
    "row_for": "episode",
    "reason": "Lokal uppföljning",
}


@pytest.fixture(scope="module")
def now(module_db: None) -> datetime:
    now = timezone.now()
    place = cast.country(now - 30 * DAY)
    cast.appoint_by_program(EVA, Role.EXPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    cast.appoint_by_program(INES, Role.EXPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    cast.appoint_by_program(CECILIA, Role.EXPORTER, clinic_id=place.sydvik, at=now - 20 * DAY)
    begun(cast.actor(ANNA, at=now), patient=SAMORDNAD, at=now, arrived_at=[f"{now - 4 * DAY:%Y-%m-%d} 08:15"])
    return now


@pytest.fixture
def browser(now: datetime) -> Browser:
    return Browser.of(EVA)


def asked(now: datetime, **different: str) -> dict[str, str]:
    days = {"first_day": f"{now - 60 * DAY:%Y-%m-%d}", "last_day": f"{now:%Y-%m-%d}"}
    return {**ASKED, **days, **different}


def addresses(page: object) -> list[str]:
    return re.findall(r'action="(/exportera/[^"]+)"', page.content.decode())  # type: ignore[attr-defined]


def test_a_file_is_ordered_made_and_fetched_once(browser: Browser, now: datetime) -> None:
    assert "Filen lämnar registret." in text_of(browser.get(EXPORTS))
    assert browser.post(EXPORTS, asked(now)).status_code == 303
    waiting = browser.get(EXPORTS)
    assert "väntar" in text_of(waiting)
    (cancel,) = addresses(waiting)
    make_next()
    page = browser.get(EXPORTS)
    assert "klar 1 vårdepisod, 1 patient. Kan hämtas en gång" in text_of(page)
    file, _ = addresses(page)

    fetched = browser.post(file)
    content = BytesIO(b"".join(fetched.streaming_content))  # type: ignore[attr-defined]
    assert ZipFile(content).namelist() == ["pneumoni.xlsx", "codebook.csv", "about.json"]
    assert browser.post(file).status_code == 409
    assert browser.post(cancel).status_code == 409
    assert addresses(browser.get(EXPORTS)) == []


def test_an_order_is_taken_back(browser: Browser, now: datetime) -> None:
    browser.post(EXPORTS, asked(now))
    (cancel,) = addresses(browser.get(EXPORTS))
    browser.post(cancel)
    assert "Beställningen togs tillbaka." in text_of(browser.get(EXPORTS))


def test_a_colleague_sees_that_a_file_was_ordered_and_another_clinic_does_not(browser: Browser, now: datetime) -> None:
    browser.post(EXPORTS, asked(now, reason="Till kvalitetsrådet"))
    make_next()
    colleague = Browser.of(INES).get(EXPORTS)
    assert "Till kvalitetsrådet" in text_of(colleague)
    assert addresses(colleague) == []
    file, cancel = addresses(browser.get(EXPORTS))
    for other in (INES, CECILIA):
        assert [Browser.of(other).post(one).status_code for one in (file, cancel)] == [404, 404]
    assert "Till kvalitetsrådet" not in text_of(Browser.of(CECILIA).get(EXPORTS))
    assert [Browser.of(ANNA).post(one).status_code for one in (EXPORTS, file)] == [403, 403]


@pytest.mark.parametrize(
    ("different", "told"),
    [
        ({"reason": ""}, "Skriv vad filen ska användas till"),
        ({"last_day": "2020-11-01"}, "Välj en dag som inte är före den första"),
        ({"sub_registry": "hiv"}, "Välj ett delregister"),
        ({"format": "exe"}, "Välj ett format"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    browser: Browser, now: datetime, different: dict[str, str], told: str
) -> None:
    page = browser.post(EXPORTS, asked(now, **different))
    assert (page.status_code, told in text_of(page)) == (422, True)
    assert "Ingen fil är beställd." in text_of(browser.get(EXPORTS))
