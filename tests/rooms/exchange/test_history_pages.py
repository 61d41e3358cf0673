"""Who signed at an earlier platform, and where an episode comes from, on the pages that show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from registret.records.models import Episode
from registret.records.patient_rights.extracts import registry_extract
from registret.records.scope import all_providers
from registret.web.cases.documents import registry_extract as extract_as_json
from tests.cast import ANNA
from tests.rooms.exchange.earlier import written
from tests.rooms.exchange.test_history import brought, pneumonia
from tests.rooms.exchange.test_pages import browser, now
from tests.rooms.records.scene import NOW, case, handler
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.conftest import static_files

__all__ = ["browser", "now", "static_files"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def episode(browser: Browser, tmp_path: Path) -> str:
    assert brought(written(tmp_path, pneumonia())).is_saved
    with all_providers():
        return Episode.objects.get().system_id


def test_the_pages_name_who_signed_there_and_the_id_that_it_had(episode: str) -> None:
    anna = Browser.of(ANNA)
    assert "Ove Ek" in text_of(anna.get(f"/vardepisod/{episode}/acute"))
    changes = text_of(anna.get(f"/vardepisod/{episode}/acute/andringar"))
    assert "Registrerade i en tidigare plattform" in changes
    assert "Ove Ek · Infektionskliniken" in changes
    assert "Gamla registret, IR-1" in changes
    assert "folkbokföringen" not in changes
    paper = text_of(anna.get(f"/vardepisod/{episode}/utskrift"))
    assert "Tidigare plattform: Gamla registret, IR-1" in paper
    assert "av Ove Ek." in paper


def test_the_extract_of_the_patient_names_both(episode: str) -> None:
    made = extract_as_json(registry_extract(actor=handler(), case=case(), form="json", at=NOW))
    (told,) = made["episodes"]
    assert (told["registered_by"], told["earlier_platform"], told["id_there"]) == (
        *("Ulla Sköld", "Gamla registret", "IR-1"),
    )
    acute = next(step for step in told["steps"] if step["code"] == "acute")
    assert (acute["signed_by"], acute["history"][0]["by"]) == ("Ove Ek", "Ove Ek")
    assert acute["history"][0]["act"] == "Registrerade i en tidigare plattform"
