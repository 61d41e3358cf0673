"""From the start page to the patients behind a figure in two clicks: the page between says how the clinic stands beside
others, what chance does, and since when."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from registret.access.roles import Role
from registret.kernel.sweden import months_later
from registret.reports.editions import make_edition
from registret.reports.making import refresh
from registret.reports.models import Cell
from registret.reports.periods import complete_periods, last_complete, quarter_of, this_month
from tests import cast
from tests.cast import ANNA, Country
from tests.rooms.records.scene import TOLVAN
from tests.rooms.reports.scene import signed
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

WITHIN_1, WITHIN_4 = "antibiotic_within_1_hour", "antibiotic_within_4_hours"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    return place


def count(clinic_id: int, code: str, months_ago: int, now: datetime, *, reached: int, not_reached: int) -> None:
    Cell.objects.create(
        sub_registry="pneumoni", indicator=code, version=1, clinic_id=clinic_id, reached=reached,
        not_reached=not_reached, month=months_later(this_month(now), -months_ago),
    )  # fmt: skip


def months_ago_of(quarter: int, now: datetime) -> int:
    """Of the first month of a quarter, the latest complete one being 1."""
    first = months_later(quarter_of(last_complete(1, at=now)), -3 * (quarter - 1))
    this = this_month(now)
    return 12 * (this.year - first.year) + this.month - first.month


def improved(place: Country, now: datetime) -> None:
    """Within four hours: better for six quarters, and told of region and country. Within one hour: too few quarters."""
    for quarter, reached in enumerate((15, 14, 15, 15, 15, 14, 8, 6, 6, 6, 6, 6, 6), 1):
        count(place.infection, WITHIN_4, months_ago_of(quarter, now), now, reached=reached, not_reached=20 - reached)
    count(place.infection, WITHIN_1, months_ago_of(2, now), now, reached=20, not_reached=20)
    for period in complete_periods(6, until=last_complete(1, at=now), after=None):
        this = this_month(now)
        ago = 12 * (this.year - period.last.year) + this.month - period.last.month
        count(place.medicine, WITHIN_4, ago, now, reached=30, not_reached=20)
        count(place.sydvik, WITHIN_4, ago, now, reached=60, not_reached=40)
    make_edition(at=now)


def test_the_start_page_leads_to_a_figure_that_others_have_too_and_that_to_the_patients(
    place: Country, now: datetime
) -> None:
    improved(place, now)
    anna = cast.actor(ANNA, at=now - timedelta(hours=1))
    arrived = timezone.localtime(now - timedelta(days=3))
    late = f"{arrived + timedelta(hours=5):%Y-%m-%dT%H:%M}"
    came = f"{arrived:%Y-%m-%dT%H:%M}"
    episode = signed(anna, patient=TOLVAN, at=now, arrived_at=came, antibiotic_at=[late], blood_cultured_at=[late])
    refresh()
    browser = Browser.of(ANNA)
    (first,) = set(re.findall(r'href="(/rapporter/pneumoni/[a-z0-9_]+)"', browser.get("/start").content.decode()))
    assert first.endswith(WITHIN_4), "within one hour comes first in the definition, and says less"
    page = browser.get(first)
    said = text_of(page)
    assert re.search(r"Region Norrvik \S+ \d+ % ", said)
    assert re.search(r"Riket \S+ \d+ % ", said)
    assert "av ren slump" in said
    assert re.search(r"Sedan kvartal \d \d{4} ligger den över kvartalens median\.", said)
    (second,) = set(re.findall(rf'href="({first}/[a-z-]+\?utfall=ej)"', page.content.decode()))
    assert episode in browser.get(second).content.decode()
