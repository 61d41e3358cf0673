"""Importera in the browser: a description is drafted and saved, a file tried, mended and brought in."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from registret.access.roles import Role
from registret.exchange.mappings.faults import MappingCode
from registret.exchange.models import MappingVersion
from registret.exchange.saved_mappings import save_mapping
from registret.words.import_faults import FAULTS, mapping_fault
from tests import cast
from tests.cast import ANNA, CECILIA
from tests.rooms.exchange.journal_x import MAPPING, file_of, recent
from tests.rooms.exchange.scene import INES
from tests.rooms.records.scene import DAY, SAMORDNAD, counted
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

IMPORTS, FILE, NEW = "/importera", "/importera/fil", "/importera/filbeskrivning"


@pytest.fixture(scope="module")
def now(module_db: None) -> datetime:
    now = timezone.now()
    place = cast.country(now - 30 * DAY)
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    cast.appoint_by_program(CECILIA, Role.IMPORTER, clinic_id=place.sydvik, at=now - 20 * DAY)
    return now


@pytest.fixture
def browser(now: datetime) -> Browser:
    return Browser.of(INES)


@pytest.fixture
def mapping(now: datetime) -> int:
    return save_mapping(actor=cast.actor(INES, at=now), text=MAPPING, at=now)


def sent(*rows: dict[str, str], **others: object) -> dict[str, object]:
    return {"file": SimpleUploadedFile("journalx.csv", file_of(*rows)), **others}


def hidden(page: object) -> dict[str, str]:
    html = page.content.decode()  # type: ignore[attr-defined]
    return dict(re.findall(r'<input type="hidden" name="(content|mapping|way)" value="([^"]*)"', html))


def test_a_file_is_tried_mended_and_brought_in(browser: Browser, mapping: int, now: datetime) -> None:
    wrong = recent(now, Vårdtillfälle="X-1002", Personnummer=SAMORDNAD, Puls="hög")
    tried = browser.post(IMPORTS, sent(recent(now), wrong, mapping=mapping))

    assert tried.status_code == 422
    told = text_of(tried)
    assert "Det här behöver rättas" in told
    assert "1 ny, 1 nekad" in told
    assert "X-1002 J Puls hög Skriv ett tal, till exempel 12" in told
    assert 'href="/hjalp/fel/import.answer_impossible"' in tried.content.decode()
    assert SAMORDNAD not in told
    assert counted()[2] == 0

    right = recent(now, Vårdtillfälle="X-1002", Personnummer=SAMORDNAD)
    tried = browser.post(IMPORTS, sent(recent(now), right, mapping=mapping))
    assert (tried.status_code, "Läs in 2 rader" in text_of(tried)) == (200, True)
    assert "Alla rader läses in, eller ingen om något går fel." in text_of(tried)
    done = browser.post(FILE, hidden(tried))
    assert "Filen är inläst Inläst: 2 nya." in text_of(done)
    assert counted()[2] == 2

    # Sent again, as by reloading the page.
    assert "2 oförändrade" in text_of(browser.post(FILE, hidden(tried)))
    assert "Journal X, Pneumoni 2 nya" in text_of(browser.get(IMPORTS))


def test_rows_that_are_right_are_brought_in_without_the_others(browser: Browser, mapping: int, now: datetime) -> None:
    wrong = recent(now, Vårdtillfälle="X-1002", Personnummer=SAMORDNAD, Puls="hög")
    tried = browser.post(IMPORTS, sent(recent(now), wrong, mapping=mapping))

    assert "Läs in 1 rad som stämmer" in text_of(tried)
    assert "1 ny, 1 nekad" in text_of(browser.post(FILE, hidden(tried)))
    assert counted()[2] == 1


def test_the_file_comes_back_with_what_is_wrong_behind_each_row(browser: Browser, mapping: int, now: datetime) -> None:
    wrong = recent(now, Vårdtillfälle="=X-1002", Personnummer=SAMORDNAD, Puls="hög")
    tried = browser.post(IMPORTS, sent(recent(now), wrong, mapping=mapping))
    lines = browser.post(FILE, {**hidden(tried), "file": "1"}).content.decode("utf-8-sig").splitlines()

    assert lines[0].endswith(";Resultat;Fel;Gör så här;Felkod")
    assert lines[1].endswith(";Ny;;;")
    assert lines[2].startswith("'=X-1002;")
    assert ";Nekad;" in lines[2]
    assert "J Puls: Skriv ett tal" in lines[2]
    assert lines[2].endswith(";import.answer_impossible")
    assert counted()[2] == 0


def test_a_file_that_was_right_and_is_not_any_more_is_not_brought_in(
    browser: Browser, mapping: int, now: datetime
) -> None:
    tried = browser.post(IMPORTS, sent(recent(now), mapping=mapping))
    other = browser.post(IMPORTS, sent(recent(now, Vårdtillfälle="X-2000"), mapping=mapping))
    browser.post(FILE, hidden(other))

    moved = browser.post(FILE, hidden(tried))

    assert moved.status_code == 409
    assert "Något har ändrats sedan filen provades. Inget är inläst. Nu skulle den ge: 1 nekad." in text_of(moved)
    assert counted()[2] == 1


def test_columns_that_the_description_does_not_know_are_told(browser: Browser, mapping: int, now: datetime) -> None:
    content = file_of(recent(now)).replace(b"Puls", b"Pulsen")
    page = browser.post(IMPORTS, {"file": SimpleUploadedFile("x.csv", content), "mapping": mapping})

    assert page.status_code == 422
    assert "Kolumnen Pulsen finns inte i filbeskrivningen." in text_of(page)
    assert "Kolumnen Puls saknas i filen." in text_of(page)
    assert "Menas Puls?" in text_of(page)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "Filen är tom"), (b"\0", "Filen är av ett annat slag."), (b"a;a\n1;2\n", "Två kolumner heter likadant.")],
    ids=["empty", "binary", "columns"],
)
def test_a_file_that_is_not_right_is_told_beside_its_field(
    browser: Browser, mapping: int, content: bytes, told: str
) -> None:
    page = browser.post(IMPORTS, {"file": SimpleUploadedFile("x.csv", content), "mapping": mapping})

    assert (page.status_code, told in text_of(page)) == (422, True)


def test_what_a_page_carries_on_and_was_tampered_with_leads_back(browser: Browser, mapping: int) -> None:
    page = browser.post(FILE, {"content": "%%%", "mapping": mapping, "way": "whole"})

    assert (page.status_code, page["Location"]) == (303, IMPORTS)


def test_a_description_is_drafted_tried_and_saved(browser: Browser, now: datetime) -> None:
    assert "Kliniken har ingen än." in text_of(browser.get(IMPORTS))
    drafted = browser.post(NEW, sent(recent(now), source_system="Journal X", sub_registry="pneumoni"))
    assert 'name = "Puls"' in text_of(drafted)
    assert "Ett utkast efter kolumnernas namn." in text_of(drafted)

    tried = browser.post(NEW, {"text": MAPPING, "content": hidden(drafted)["content"], "try": "1"})
    assert tried.status_code == 200
    assert "Sjukdomar KOL, Diabetes Andra sjukdomar KOL, Diabetes" in text_of(tried)
    assert not MappingVersion.objects.exists()

    assert browser.post(NEW, {"text": MAPPING, "save": "1"}).status_code == 303
    saved = MappingVersion.objects.get()
    assert "Journal X, Pneumoni 1" in text_of(browser.get(IMPORTS))
    browser.post(f"{NEW}/{saved.id}", {"text": MAPPING.replace("RADERA", "TA BORT"), "save": "1"})
    assert [one.number for one in MappingVersion.objects.order_by("number")] == [1, 2]


def test_a_description_that_is_wrong_is_told_by_line_and_not_saved(browser: Browser, mapping: int) -> None:
    text = MAPPING.replace('"pulse"', '"puls"')
    page = browser.post(f"{NEW}/{mapping}", {"text": text, "save": "1"})

    assert page.status_code == 422
    line = text.splitlines().index('variable = "puls"') + 1
    assert f"{line} Variabeln puls finns inte i formuläret. Menas pulse?" in text_of(page)
    assert MappingVersion.objects.count() == 1


def test_another_clinic_has_descriptions_of_its_own(mapping: int) -> None:
    cecilia = Browser.of(CECILIA)

    assert "Journal X" not in text_of(cecilia.get(IMPORTS))
    assert cecilia.get(f"{NEW}/{mapping}").status_code == 404


def test_who_only_registers_has_no_such_page(now: datetime) -> None:
    anna = Browser.of(ANNA)

    assert "Importera" not in text_of(anna.get("/registreringar"))
    assert anna.get(IMPORTS).status_code == 403


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_fault_of_a_description_has_its_sentence(language: str) -> None:
    assert set(FAULTS) == set(MappingCode)
    facts = {"value": "x", "known": "y"}
    with translation.override(language):
        for code in MappingCode:
            assert "z" in mapping_fault(code, about="z", nearest="z", facts=facts)
