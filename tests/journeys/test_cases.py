"""Patients' rights in a browser: information, another number, extracts, opting out, retention, disclosures."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import Person, appointed, newcomer
from tests.journeys.running import House
from tests.journeys.test_registry import at_work, begun, patient, reporter, reporters_desk

__all__ = ["at_work", "reporter", "reporters_desk"]

pytestmark = pytest.mark.journey

ONE = patient("19340417238")
OTHER = patient("19680808239")


@pytest.fixture(scope="module")
def greta(house: House) -> Person:
    """Handles patients' cases."""
    return appointed(house, newcomer(house, "Greta", "Frost"), "case_handler")


@pytest.fixture(scope="module")
def henning(house: House) -> Person:
    """Handles them too."""
    return appointed(house, newcomer(house, "Henning", "Ask"), "case_handler")


@pytest.fixture
def handler(greta: Person, desk: OpenDesk) -> Desk:
    """Greta, at the start page."""
    hers = desk(greta.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    return hers


def test_a_patient_is_told_everything_and_opts_out(
    at_work: Desk, handler: Desk, henning: Person, desk: OpenDesk, tmp_path: Path
) -> None:
    begun(at_work, ONE)
    page = handler.page
    handler.press("Patientärenden")
    fits(page, "80-patientarenden")
    page.get_by_label("Patientens nummer").fill(ONE[:-1] + str((int(ONE[-1]) + 1) % 10))
    handler.press("Öppna ärendet")
    expect(page.get_by_role("alert")).to_contain_text("2 uppgifter behöver rättas")
    looked_at(page, "81-patientarenden-fel")
    page.get_by_label("Patientens nummer").fill(ONE)
    page.get_by_label("Ärendets nummer i diariet").fill("26RS4711")
    handler.press("Öppna ärendet")
    expect(page.get_by_text("Region Norrvik").first).to_be_visible()
    assert "26RS" not in page.url
    looked_at(page, "82-arende")
    for button, ending in (
        ("Registerutdrag som PDF", "pdf"),
        ("Registerutdrag som JSON", "json"),
        ("Loggutdrag som PDF", "pdf"),
        ("Loggutdrag som JSON", "json"),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        body = file.read_bytes()
        assert body.startswith(b"%PDF") if ending == "pdf" else json.loads(body)["case_number"] == "26RS4711"
    handler.press("Registrera avböjande")
    looked_at(page, "83-avboj")
    hide = page.get_by_role("button", name="Dölj 1 vårdepisod, och spärra numret")
    hide.click()
    expect(page.get_by_role("alert")).to_contain_text("Bekräfta att patienten har begärt det")
    page.get_by_label(re.compile("har begärt det")).check()
    looked_at(page, "84-avboj-bekraftad")
    hide.click()
    expect(page.get_by_role("status")).to_be_visible()
    looked_at(page, "85-avbojt")

    at_work.open("/registreringar")
    expect(at_work.page.locator("main")).not_to_contain_text(ONE[:8])

    second = desk(henning.card)
    second.open("/")
    second.press("Logga in med SmartCard")
    second.press("Patientärenden")
    second.page.get_by_label("Patientens nummer").fill(ONE)
    second.page.get_by_label("Ärendets nummer i diariet").fill("26RS4711")
    second.press("Öppna ärendet")
    expect(second.page.locator("main")).to_contain_text("Greta Frost registrerade det")
    looked_at(second.page, "85-avbojt-bekrafta")
    second.press("Bekräfta, och radera nu")
    expect(second.page.get_by_role("status")).to_be_visible()

    at_work.open("/start")
    expect(at_work.page.get_by_role("heading", name="Raderade vårdepisoder")).to_be_visible()
    looked_at(at_work.page, "86-start-forstord")


def test_a_number_is_changed_and_two_patients_become_one(at_work: Desk) -> None:
    begun(at_work, OTHER)
    page = at_work.page
    number = patient("19680808241")
    begun(at_work, number)
    at_work.open("/start")
    page.get_by_label("Patient", exact=True).fill(number)
    at_work.press("Sök patient")
    fits(page, "87-patient")
    at_work.press("Byt nummer")
    fits(page, "88-byt-nummer")
    page.get_by_label("Patientens nya nummer").fill(OTHER)
    page.get_by_label("Varför byts numret?").fill("Fel nummer i journalen")
    page.locator("main").get_by_role("button", name="Byt nummer").click()
    expect(page.get_by_role("dialog")).to_contain_text("Är de två samma person?")
    looked_at(page, "89-sla-ihop")
    at_work.press("Samma person: slå ihop")
    expect(page.locator("main")).to_contain_text(f"{OTHER[:8]}-{OTHER[8:]}")
    expect(page.locator("main").get_by_role("link", name=re.compile("Pneumoni")).first).to_be_visible()


def test_in_a_case_both_are_shown_before_they_become_one(at_work: Desk, handler: Desk) -> None:
    one, other = patient("19720304238"), patient("19720304239")
    for number in (one, other):
        begun(at_work, number)
    page = handler.page
    handler.press("Patientärenden")
    page.get_by_label("Patientens nummer").fill(one)
    page.get_by_label("Ärendets nummer i diariet").fill("26RS4712")
    handler.press("Öppna ärendet")
    handler.press("Byt nummer")
    page.locator("main").get_by_role("button", name="Byt nummer").click()
    expect(page.get_by_role("alert")).to_contain_text("2 uppgifter behöver rättas")
    looked_at(page, "99-arende-nummer")
    page.get_by_label("Patientens nya nummer").fill(other)
    page.get_by_label("Varför byts numret?").fill("Journalen visar att de är en")
    page.get_by_label(re.compile("Numret som gällt hittills var fel")).check()
    page.locator("main").get_by_role("button", name="Byt nummer").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"{other[:8]}-{other[8:]}")
    looked_at(page, "99-arende-sla-ihop")
    handler.press("Samma person: slå ihop")
    expect(page.get_by_role("status")).to_contain_text("Det nya numret leder till patienten.")


def test_retention_is_decided(handler: Desk) -> None:
    page = handler.page
    handler.press("Gallring")
    fits(page, "90-gallring")
    page.get_by_role("link", name="Pneumoni").click()
    fits(page, "91-gallring-delregister")
    page.get_by_label("Gallra äldre vårdepisoder").check()
    page.get_by_label("Varför?").fill("Regionens beslut 12/2026")
    handler.press("Besluta")
    expect(page.get_by_role("alert")).to_contain_text("Inga vårdepisoder är så gamla")
    looked_at(page, "92-gallring-inget")
    expect(page.get_by_label(re.compile("Bevara till och med"))).to_be_hidden()
    page.get_by_label("Bevara allt en tid").check()
    page.get_by_label(re.compile("Bevara till och med")).fill("2199-01-01")
    handler.press("Besluta")
    expect(page.get_by_role("status")).to_contain_text("Beslutet är fattat")
    looked_at(page, "93-gallring-beslutad")
    handler.open("/gallring/pneumoni")
    looked_at(page, "94-gallring-beslut")


def test_a_file_for_research_is_prepared_by_one_and_decided_by_another(
    at_work: Desk, handler: Desk, henning: Person, desk: OpenDesk, tmp_path: Path
) -> None:
    begun(at_work, patient("19450507238"))
    page = handler.page
    handler.press("Utlämnanden")
    fits(page, "140-utlamnanden")
    page.locator("main").get_by_role("link", name="Pneumoni").click()
    fits(page, "141-utlamnande-nytt")
    handler.press("Förbered utlämnandet")
    expect(page.get_by_role("alert")).to_contain_text("8 uppgifter behöver rättas")
    looked_at(page, "142-utlamnande-fel")
    page.get_by_label("Projektets namn").fill("KLARA")
    page.get_by_label("Etikgodkännandets nummer").fill("Dnr 2026-01234-01")
    page.get_by_label("Vem tar emot filen?").fill("Vera Forsk")
    page.get_by_label("Mottagarens organisation").fill("Lärosätet i Norrvik")
    page.get_by_label("Vårdepisoder som började från och med").fill("2020-01-01")
    page.get_by_label("Till och med", exact=True).fill(datetime.now(ZoneInfo("Europe/Stockholm")).date().isoformat())
    page.get_by_label("Hör vårdtillfället hit?").check()
    page.get_by_label("Odlingar och prover").check()
    whole_dates = page.get_by_label(re.compile("Varför hela datum"))
    expect(whole_dates).to_be_hidden()
    page.get_by_role("radio", name="Hela datum").check()
    expect(whole_dates).to_be_visible()
    page.get_by_role("radio", name="Tid sedan vårdepisoden började").check()
    page.get_by_label("Varför lämnas uppgifterna ut?").fill("Begäran 26RS4800")
    handler.press("Förbered utlämnandet")
    expect(page.get_by_role("status")).to_contain_text("Be en annan handläggare")
    expect(page.get_by_role("button", name="Besluta")).to_have_count(0)
    looked_at(page, "143-utlamnande-forberett")
    address = page.url

    his = desk(henning.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.press("Utlämnanden")
    his.page.get_by_role("link", name=re.compile("KLARA")).click()
    looked_at(his.page, "144-utlamnande-att-besluta")
    his.press("Besluta")
    expect(his.page.get_by_role("dialog")).to_contain_text("Ska uppgifterna lämnas ut?")
    looked_at(his.page, "145-utlamnande-fraga")
    his.press("Lämna ut")
    expect(his.page.get_by_role("status")).to_contain_text("Filen kan hämtas")
    his.page.emulate_media(color_scheme="dark")
    looked_at(his.page, "146-utlamnande-beslutat-morkt")
    his.page.emulate_media(color_scheme="light")
    with his.page.expect_download() as download:
        his.page.get_by_role("button", name="Hämta filen").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    with ZipFile(file) as archive:
        assert archive.namelist()[-1] == "manifest.json"
        assert json.loads(archive.read("manifest.json"))["decided_by"] == "Henning Ask"
    page.goto(address.partition("?")[0])
    expect(page.get_by_role("heading", name="Har lämnat registret")).to_be_visible()
    looked_at(page, "147-utlamnande-hamtat")
    handler.open("/sprak/en?till=/utlamnanden")
    fits(page, "148-utlamnanden-english")
    handler.open("/sprak/sv?till=/utlamnanden")


def test_anybody_reads_the_information_to_patients(house: House, bertil: Person, desk: OpenDesk) -> None:
    anybody = desk()
    fits(anybody.open("/patientinformation"), "95-patientinformation")
    anybody.page.get_by_role("link", name="Infektionskliniken, Norrviks sjukhus").first.click()
    fits(anybody.page, "96-patientinformation-klinik")
    paper = anybody.page.pdf(format="A4", margin={"top": "15mm", "bottom": "15mm", "left": "18mm", "right": "18mm"})
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, "one page of paper"
    anybody.open("/sprak/en?till=/patientinformation")
    anybody.page.get_by_role("link", name="Infektionskliniken, Norrviks sjukhus").first.click()
    fits(anybody.page, "98-patientinformation-english")
