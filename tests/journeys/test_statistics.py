"""From a decision of the office to what anybody reads without a card, in two languages, and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import Person
from tests.journeys.running import House

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

INDICATOR = "Antibiotika inom 4 timmar"
TOLD = """
WITH edition AS (
    INSERT INTO reports_edition (number, made_at, rules)
    SELECT coalesce(max(number), 0) + 1, '2021-08-01', '{}' FROM reports_edition RETURNING id)
INSERT INTO reports_editioncell (edition_id, sub_registry, indicator, version, region_id, stratum, first, last,
    is_public, reached, not_reached, valued, missing)
SELECT e.id, 'pneumoni', 'antibiotic_within_4_hours', 1, r.id, '', half, half + interval '5 months', true,
    coalesce(80 + 7 * r.id %% 40, 900), coalesce(20 + r.id %% 20, 200), 0, CASE WHEN r.id IS NULL THEN 40 END
FROM edition e, (SELECT id FROM places_region UNION ALL SELECT NULL) r,
    (VALUES (date '2020-01-01'), ('2020-07-01')) h (half)
"""
"""Two half-years of all regions, long ago: no edition that is made later tells of them."""


def test_the_office_opens_an_indicator_and_a_report_and_anybody_reads_them(
    house: House, doris: Person, desk: OpenDesk
) -> None:
    house.change_database(TOLD)
    hers, anybody = desk(doris.card), desk()
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Kansliet")
    hers.press("Statistik")
    fits(hers.page, "170-publiceringar")
    decided(hers.page.get_by_role("row", name=re.compile(f"^{INDICATOR}")), hers, "Visa för alla")
    hers.press("Årsrapport 2020")
    looked_at(hers.page, "171-arsrapport-forhand")
    hers.press("Öppen statistik")
    decided(hers.page.get_by_role("row", name=re.compile("^Årsrapport 2020")), hers, "Visa för alla")
    page = anybody.open("/")
    anybody.press("Öppen statistik")
    # The front page has a form, which needs one.
    page.context.clear_cookies()
    looked_at(page, "172-statistik")
    anybody.press(INDICATOR)
    expect(page.locator("h1")).to_have_text(INDICATOR)
    looked_at(page, "173-statistik-indikator")
    anybody.press("English")
    expect(page.locator("h1")).to_have_text("Antibiotic within 4 hours")
    fits(page, "174-statistics-indicator")
    page.get_by_role("link", name="Open statistics").click()
    page.get_by_role("link", name="Annual report 2020").click()
    # The page of the indicator may be of later months, of which another journey has told.
    expect(page.locator("main")).to_contain_text("1800 of 2200")
    looked_at(page, "175-annual-report")
    assert page.context.cookies() == []


def decided(line: Locator, hers: Desk, button: str) -> None:
    line.get_by_role("link").click()
    hers.page.get_by_label("Varför?").fill("Styrgruppens beslut")
    hers.press(button)
    expect(hers.page.locator("h1")).to_have_text("Öppen statistik")
