"""A sub-registry that is closed for entry: what was registered is read, nothing new is begun, and its figures stay."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import appointed, newcomer
from tests.journeys.running import House
from tests.journeys.test_registry import patient, started

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys"), pytest.mark.timeout(300)]

REGISTERED = """
from itertools import islice
from django.utils import timezone
from registret.demo.history.country import Share, Span
from registret.demo.history.loading import load
from registret.places.queries import every_clinic
(norrvik,) = [one for one in every_clinic() if one.code == "infektion-norrvik"]
span = Span(years=1, now=timezone.now(), size=0.4)
share = Share(clinic=norrvik.code, sub_registry="led-nativ", span=span)
load([one for one in islice(share.episodes(), 6) if one is not None], clinic=norrvik)
"""
"""As the clinic did until 2015."""
TOLD = """
WITH edition AS (
    INSERT INTO reports_edition (number, made_at, rules)
    SELECT coalesce(max(number), 0) + 1, '2016-08-01', '{}' FROM reports_edition RETURNING id),
open AS (
    INSERT INTO reports_publication (subject, is_published, reason, at, by_account_id, by_name)
    VALUES ('led-nativ.agent_found', true, 'Styrgruppens beslut', now(), 0, 'Doris Lund'))
INSERT INTO reports_editioncell (edition_id, sub_registry, indicator, version, region_id, stratum, first, last,
    is_public, reached, not_reached, valued)
SELECT e.id, 'led-nativ', 'agent_found', 1, r.id, '', half, half + interval '5 months', true,
    CASE WHEN r.id IS NULL THEN 900 ELSE 80 END, CASE WHEN r.id IS NULL THEN 200 ELSE 20 END, 0
FROM edition e, (SELECT id FROM places_region UNION ALL SELECT NULL) r,
    (VALUES (date '2014-01-01'), ('2014-07-01'), ('2015-01-01'), ('2015-07-01')) h (half)
"""
CLOSED = "Infektion i nativ led är stängt för nya vårdepisoder."


@pytest.fixture(scope="module")
def hers(house: House, lasting_desk: OpenDesk) -> Desk:
    """Signe registers at a clinic that registered there once."""
    house.run("shell", "-c", REGISTERED)
    signe = appointed(house, newcomer(house, "Signe", "Roos"), "reporter", "infektion-norrvik")
    return lasting_desk(signe.card)


def test_an_old_episode_is_read_on_screen_and_as_on_paper(hers: Desk) -> None:
    page = at_start(hers)
    hers.open("/registreringar?delregister=led-nativ")
    page.locator("main table a").first.click()
    expect(page.locator("main")).to_contain_text("Infektion i nativ led")
    looked_at(page, "181-stangt-vardepisod")
    hers.open(f"{urlsplit(page.url).path.rpartition('/')[0]}/utskrift")
    looked_at(page, "182-stangt-utskrift")


def test_its_reports_are_read_and_say_that_it_is_closed(hers: Desk) -> None:
    page = at_start(hers)
    hers.open("/rapporter/led-nativ/agent_found")
    expect(page.locator("main")).to_contain_text("Stängt för registrering sedan 2015; siffrorna är från 2014–2015.")
    looked_at(page, "183-stangt-indikator")
    hers.open("/rapporter/led-nativ/datakvalitet")
    looked_at(page, "184-stangt-datakvalitet")


def test_a_new_episode_is_refused_with_a_sentence_and_one_may_be_counted_as_not_included(hers: Desk) -> None:
    page = at_start(hers)
    hers.open("/patienter")
    page.get_by_label("Nummer, beteckning eller namn").fill(patient("19391104231"))
    page.locator("main").get_by_role("button", name="Sök patient").click()
    expect(page.locator("main")).to_contain_text(CLOSED)
    expect(page.get_by_label("Infektion i nativ led")).to_have_count(0)
    looked_at(page, "185-stangt-ny-vardepisod")
    page.get_by_role("link", name="Räkna som ej inkluderad").click()
    expect(page.locator("h1")).to_have_text("Ej inkluderade")
    page.get_by_label("Patienten tackade nej").check()
    page.get_by_role("button", name="Räkna", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Räknat: Patienten tackade nej")
    looked_at(page, "186-ej-inkluderade")
    page.get_by_role("button", name="Ångra").click()
    expect(page.get_by_role("status").first).to_contain_text("Draget från antalet")


def at_start(hers: Desk) -> Page:
    return started(hers).page


def test_its_open_statistics_say_that_it_is_closed(house: House, desk: OpenDesk) -> None:
    house.change_database(TOLD)
    anybody = desk()
    page = anybody.open("/statistik")
    expect(page.locator("main")).to_contain_text("Stängt för registrering sedan 2015.")
    looked_at(page, "187-stangt-statistik")
    anybody.open("/statistik/led-nativ/agent_found")
    expect(page.locator("main")).to_contain_text("1800 av 2200")
    looked_at(page, "188-stangt-statistik-indikator")
