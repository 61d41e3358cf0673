"""Codes of other systems in a form: what is taken, how it is shown, and the search behind the field."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from registret.access.roles import Role
from tests import cast
from tests.cast import ANNA
from tests.rooms.records.scene import begun
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def address(module_db: None) -> str:
    """Anna's form at discharge."""
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    episode = begun(cast.actor(ANNA, at=now - timedelta(hours=1)), at=now, arrived_at=[arrived])
    return f"/vardepisod/{episode}/discharge"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("hej", "Det är ingen kod i ICD-10-SE. En kod har en bokstav och två siffror"),
        ("J99999", "Det är ingen kod i ICD-10-SE."),
        ("U01", "Koden finns inte i ICD-10-SE. Sök på ord, eller skriv en kod som J18.9."),
    ],
)
def test_what_is_no_code_is_not_saved_and_the_page_says_why(address: str, typed: str, says: str) -> None:
    answer = Browser.of(ANNA).post(address, {"base": "0", "main_diagnosis": typed, "do": "save"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert f'value="{typed}"' in page
    sent = {"base": "0", "changed": ["main_diagnosis"], "main_diagnosis": typed}
    told = Browser.of(ANNA).post(f"{address}/spara", sent).json()
    assert told["faults"]["main_diagnosis"].startswith(says)


@pytest.mark.parametrize(("typed", "kept"), [("j13", "J13"), ("j189", "J18.9"), (" j18.9 ", "J18.9")])
def test_a_code_is_kept_as_its_list_writes_it_and_shown_with_its_name(address: str, typed: str, kept: str) -> None:
    answer = Browser.of(ANNA).post(address, {"base": "0", "main_diagnosis": typed, "do": "save"})
    assert answer.status_code == 303
    page = Browser.of(ANNA).get(address).content.decode()
    assert f'value="{kept}"' in page
    named = {"J13": "Pneumoni orsakad av Streptococcus pneumoniae", "J18.9": "Pneumoni, ospecificerad"}[kept]
    assert re.search(rf'<output[^>]*id="main_diagnosis-namn"[^>]*>{named}</output>', page)
    assert f"{kept} {named}" in text_of(Browser.of(ANNA).get(f"{address.rpartition('/')[0]}/utskrift"))
    assert f"{kept} {named}" in text_of(Browser.of(ANNA).get(f"{address}/andringar"))


def test_an_unusual_code_and_one_that_the_list_lacks_are_saved_with_a_remark(address: str) -> None:
    def remark(base: int, code: str) -> str:
        sent = {"base": str(base), "changed": ["main_diagnosis"], "main_diagnosis": code}
        return str(Browser.of(ANNA).post(f"{address}/spara", sent).json()["odd"]["main_diagnosis"])

    assert remark(0, "S72.0") == "S72.0 är ett ovanligt svar här. Den sparas, men kontrollera koden."
    assert remark(1, "J18.7") == "J18.7 finns inte i registrets kodlista. Den sparas, men kontrollera koden."
    assert remark(2, "J18.9") == ""


def search(words: str, within: str = "J09-J18") -> list[str]:
    answer = Browser.of(ANNA).post("/koder/icd10se", {"q": words, "inom": within})
    return [f"{one['code']} {one['name']}" for one in answer.json()["codes"]]


def test_codes_are_found_by_their_beginning_and_by_words_of_their_names(address: str) -> None:
    assert search("j18")[0] == "J18 Pneumoni orsakad av icke specificerad mikroorganism"
    assert search("lobär pneumoni") == ["J18.1 Lobär pneumoni, ospecificerad"]
    assert search("sepsis pneumoniae", within="A40-A41")[0] == "A40.3 Sepsis orsakad av Streptococcus pneumoniae"
    assert search("hej") == []
    assert search("")[0].startswith("J09 "), "with nothing typed, what the question expects comes first"


def test_what_is_searched_for_stands_in_no_address_and_is_kept_nowhere(address: str) -> None:
    assert Browser.of(ANNA).get("/koder/icd10se?q=j13").status_code == 405
    answer = Browser.of(ANNA).post("/koder/icd10se", {"q": "j13"})
    assert "no-store" in answer.headers["Cache-Control"]
    assert "?" not in re.findall(r'data-codes="([^"]*)"', Browser.of(ANNA).get(address).content.decode())[0]
    assert Browser.of(ANNA).post("/koder/loinc", {}).status_code == 404
    assert Browser.of(ANNA).post("/koder/hej", {}).status_code == 404
