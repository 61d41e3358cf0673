"""A log reviewer in a browser: which patient was read, without a number or a name, and a long review page by page."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import Person
from tests.journeys.running import House
from tests.journeys.test_registry import at_work, begun, patient, reporter, reporters_desk

__all__ = ["at_work", "reporter", "reporters_desk"]

pytestmark = pytest.mark.journey

MANY_READS = """
INSERT INTO ledger_entry (at, event, outcome, by_hsa_id, by_name, by_account_id, by_role, by_clinic_id, by_program,
    network, about_account_id, about_hsa_id, about_patient_id, clinic_id, reference, facts)
SELECT at, event, outcome, by_hsa_id, by_name, by_account_id, by_role, by_clinic_id, by_program,
    network, about_account_id, about_hsa_id, about_patient_id, clinic_id, reference, facts
FROM (SELECT * FROM ledger_entry WHERE event = 'episode.begun' ORDER BY id DESC LIMIT 1) one, generate_series(1, 48)
"""


def test_the_reviewer_follows_a_patient_and_judges_a_long_review(
    house: House, at_work: Desk, erik: Person, desk: OpenDesk
) -> None:
    number = patient("19450611238")
    begun(at_work, number)
    house.change_database(MANY_READS)
    his = desk(erik.card)
    page = his.page
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/loggen?event=episode.begun")
    his.press("Öppna")
    looked_at(page, "59-oppna-loggen-fel")
    page.get_by_label("Fråga eller klagomål från en patient").check()
    page.get_by_label("Varför behöver du läsa loggen?").fill("Ärende 2026-17")
    his.press("Öppna")
    shown = page.get_by_role("row").nth(1).get_by_role("link")
    system_id = shown.inner_text()
    shown.click()
    expect(page.get_by_label("Patientens beteckning")).to_have_value(system_id)
    looked_at(page, "59-loggen-om-en-patient")
    assert number[2:] not in page.content()
    page.get_by_label("Patientens beteckning").fill("19121212-1212")
    his.press("Filtrera")
    looked_at(page, "59-loggen-fel-beteckning")

    his.open("/loggen/granskningar/riktad")
    # The entries may be from just before midnight.
    now = datetime.now(ZoneInfo("Europe/Stockholm"))
    since, today = (now - timedelta(days=1)).date().isoformat(), now.date().isoformat()
    page.get_by_label("Patientens beteckning").fill(system_id)
    page.get_by_label("Från och med").fill(since)
    page.get_by_label("Till och med").fill(today)
    page.get_by_label("Varför granskas det?").fill("Patienten har frågat")
    page.get_by_label("Vem granskar?").select_option(label="Erik Sand")
    looked_at(page, "59-riktad-om-en-patient")
    his.press("Börja granskningen")
    looked_at(page, "59-granskning-om-en-patient")
    assert number[2:] not in page.content()
    page.get_by_role("radio", name="Oklar").first.check()
    page.get_by_text("Anteckning om post").first.click()
    page.get_by_label("Anteckning").first.fill("Frågat chefen")
    his.press("Bedöm resten på sidan som befogade")
    expect(page.get_by_text("Sida 2 av 3 · 20 av")).to_be_visible()
    looked_at(page, "59-granskning-sida-tva")
    his.press("Bedöm resten på sidan som befogade")
    his.press("Bedöm resten på sidan som befogade")
    looked_at(page, "59-granskning-bedomd")
    page.get_by_label("Utfall").select_option(label="Utan anmärkning")
    his.press("Avsluta granskningen")
    expect(page.get_by_text("Utan anmärkning, i dag")).to_be_visible()
    his.open("/loggen/granskningar")
    looked_at(page, "59-granskningar-om-en-patient")
