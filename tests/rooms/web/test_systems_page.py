"""System, in the browser: proposed by one, confirmed by another, removed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from registret.access.models import Grant
from registret.access.roles import Role
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, KARIN, Country
from tests.rooms.access.systems import Journal
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

SYSTEMS = "/personer/system"


@pytest.fixture
def place() -> Country:
    return cast.country(timezone.now() - timedelta(days=30))


def test_a_system_is_proposed_by_one_and_confirmed_by_another_who_both_see_it(place: Country) -> None:
    bertil, journal = Browser.of(BERTIL), Journal()
    form = {"role": "system", "source_system": "Journal X", "sub_registries": ["pneumoni"], "key": journal.public}
    assert bertil.post(SYSTEMS, form).headers["Location"] == SYSTEMS
    waiting = text_of(bertil.get(SYSTEMS))
    assert journal.key.thumbprint() in waiting
    assert "väntar på att bekräftas" in waiting
    assert "Bekräfta" not in waiting

    karin = Browser.of(KARIN)
    assert "Bekräfta" in text_of(karin.get(SYSTEMS))
    key = karin.get(SYSTEMS).content.decode().partition("/personer/system/")[2].partition("/")[0]
    assert karin.post(f"{SYSTEMS}/{key}/bekrafta").status_code == 303
    assert Grant.objects.get(role=Role.SYSTEM).clinic_id == place.infection
    used = text_of(bertil.get(SYSTEMS))
    assert "Återkalla behörigheten" in used
    assert "SYSTEM-" in used
    assert "Journal X" in text_of(bertil.get("/personer"))
    assert "Journal X" in text_of(Browser.of(DORIS).get(SYSTEMS))
    assert "Journal X" not in text_of(Browser.of(CECILIA).get(SYSTEMS))

    assert bertil.post(f"{SYSTEMS}/{key}/ta-bort").status_code == 303
    assert "Inget system läser in eller tar ut filer på egen hand." in text_of(bertil.get(SYSTEMS))


def test_what_is_wrong_with_a_key_is_said_beside_it_and_a_private_one_is_not_shown_again(place: Country) -> None:
    private = str(Journal().key.as_pem(private=True).decode())
    form = {"role": "system", "source_system": "Journal X", "sub_registries": ["pneumoni"], "key": private}
    answer = Browser.of(BERTIL).post(SYSTEMS, form)
    assert answer.status_code == 422
    assert "Det är en privat nyckel." in text_of(answer)
    assert "PRIVATE KEY" not in answer.content.decode()


def test_a_system_that_takes_files_out_is_said_to_and_may_be_for_what_is_closed(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    assert "Infektion i protesled (stängt: ta ut)" in text_of(bertil.get(SYSTEMS))
    form = {"source_system": "Lager Y", "sub_registries": ["led-protes"], "key": Journal().public}
    refused = bertil.post(SYSTEMS, form | {"role": "system"})
    assert (refused.status_code, "Välj minst ett av delregistren." in text_of(refused)) == (422, True)
    assert bertil.post(SYSTEMS, form | {"role": "exporter"}).status_code == 422
    assert bertil.post(SYSTEMS, form | {"role": "export_system"}).status_code == 303
    assert "system som tar ut filer" in text_of(bertil.get(SYSTEMS))


def test_others_are_turned_away(place: Country) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=timezone.now())
    assert Browser.of(ANNA).get(SYSTEMS).status_code == 403
