"""From a signature to a figure in the browser, and from the figure to the patients behind it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import Person, appointed, newcomer
from tests.journeys.running import PATIENCE, House
from tests.journeys.test_registry import answered, at_work, begun, patient, reporter, reporters_desk

__all__ = ["at_work", "reporter", "reporters_desk"]

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

INDICATOR = "Antibiotika inom 4 timmar"


COUNTED = """
from django.utils import timezone
from registret.places.queries import every_clinic
from registret.registries.measuring import ALL
from registret.reports.editions import make_edition
from registret.reports.models import Cell
from registret.reports.periods import complete_periods, last_complete
now = timezone.now()
for period in complete_periods(6, until=last_complete(1, at=now), after=None):
    for clinic in every_clinic():
        reached = 20 if clinic.code == "infektion-norrvik" else 60 + clinic.id % 9
        Cell.objects.create(
            sub_registry="pneumoni", indicator="antibiotic_within_4_hours", version=1, clinic_id=clinic.id,
            month=period.last, stratum=ALL, reached=reached, not_reached=20,
        )
make_edition(at=now)
"""
"""All clinics have counted patients, and an edition tells of them."""


def test_from_a_signature_to_a_figure_and_back_to_the_patient(at_work: Desk) -> None:
    page = begun(at_work, patient("19430217543"))
    answered(page)
    at_work.press("Signera")
    expect(page.locator("main")).to_contain_text("Signerad")
    counted(at_work, "19430217-••••")
    fits(page, "162-vilka-ar-de")
    page.get_by_role("link", name="19430217-••••").click()
    expect(page.locator("h1")).to_contain_text("år")
    at_work.press("Rapporter")
    fits(page, "160-rapporter")
    at_work.press(INDICATOR)
    expect(page.locator("main")).to_contain_text(re.compile(r"[1-9]\d* av [1-9]"))
    expect(page.locator("main")).to_contain_text("förslag")
    fits(page, "161-indikator")


def counted(at_work: Desk, number: str) -> None:
    """Waits for the worker: within seconds of the signature, the patient is one of those behind the figure."""
    page = at_work.page
    deadline = time.monotonic() + PATIENCE
    while not behind_the_figure(at_work).get_by_text(number).count():
        assert time.monotonic() < deadline, "a signature is in the reports within seconds"
        page.wait_for_timeout(500)


def behind_the_figure(at_work: Desk) -> Locator:
    """The page of the patients behind the figure, or that of the indicator while there are none."""
    page = at_work.page
    at_work.press("Rapporter")
    at_work.press(INDICATOR)
    patients = page.get_by_role("link", name="De som fick den första dosen inom 4 timmar")
    if patients.count():
        patients.click()
    return page.locator("main")


def test_a_report_reader_sees_where_the_clinic_lies_among_the_others(house: House, desk: OpenDesk) -> None:
    house.run("shell", "-c", COUNTED)
    astrid = appointed(house, newcomer(house, "Astrid", "Ek"), "report_reader", "infektion-norrvik")
    hers = desk(astrid.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Rapporter")
    hers.press(INDICATOR)
    expect(page.locator("main")).to_contain_text("Din klinik ligger lägre än riket")
    is_whole_on_paper(page)
    page.locator("summary", has_text=re.compile("sida vid sida$")).click()
    for picture in ("Kliniker efter antal patienter", "Kliniker sida vid sida"):
        expect(page.get_by_role("img", name=picture)).to_be_visible()
        page.get_by_text(f"{picture} som tabell").click()
        expect(page.get_by_role("table", name=picture)).to_contain_text("Klinik 1")
    looked_at(page, "167-kliniker")
    for file in ("Tratten som bild (SVG)", "Klinikerna som siffror (CSV)"):
        with page.expect_download() as downloaded:
            page.get_by_role("link", name=file).click()
        assert downloaded.value.suggested_filename.endswith((".svg", ".csv"))


def is_whole_on_paper(page: Page) -> None:
    """What is folded on the screen stands open there without a script, and the table of clinics once."""
    folded = page.get_by_role("table", name="Kliniker efter antal patienter")
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()
    expect(page.get_by_role("img", name="Kliniker sida vid sida")).to_be_visible()
    expect(page.get_by_role("table", name="Kliniker sida vid sida")).to_be_hidden()
    page.emulate_media(media="screen")


def test_the_office_brings_counts_in_and_sees_the_coverage_of_all(house: House, doris: Person, desk: OpenDesk) -> None:
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Kansliet")
    hers.press("Täckningsgrad")
    fits(page, "164-tackningsgrad")
    hers.press("Läs in antal")
    tried(hers, "infektion-visby;pneumoni;2020;40\nnowhere;pneumoni;2020;4\n")
    expect(page.locator("main")).to_contain_text("kliniken nowhere finns inte")
    looked_at(page, "165-antal-fel")
    tried(hers, "infektion-visby;pneumoni;2020;40\n")
    looked_at(page, "166-antal-provade")
    hers.press("Läs in 1 antal")
    expect(page.locator("main")).to_contain_text("Antalen är inlästa")
    hers.open("/kansliet/tackningsgrad?delregister=pneumoni&ar=2020")
    expect(page.get_by_role("row", name="Visby")).to_contain_text("0 av 40")


def test_a_clinic_reads_how_complete_its_registrations_are(at_work: Desk) -> None:
    page = at_work.page
    at_work.press("Rapporter")
    page.get_by_role("link", name="Datakvalitet").first.click()
    expect(page.locator("main")).to_contain_text("Täckningsgrad")
    fits(page, "163-datakvalitet")


def tried(hers: Desk, lines: str) -> None:
    page = hers.page
    page.get_by_label("Källa").fill("Patientregistret, uttag i mars")
    content = f"klinikkod;delregister;år;antal\n{lines}".encode("cp1252")
    page.get_by_label("CSV-fil").set_input_files({"name": "antal.csv", "mimeType": "text/csv", "buffer": content})
    hers.press("Prova filen")
