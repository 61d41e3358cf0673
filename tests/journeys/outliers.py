"""Figures of all clinics, as an edition of long ago tells of them: that of Norrvik's infection clinic is an alarm."""

from __future__ import annotations

from tests.journeys.running import House

INDICATOR = "Antibiotika inom 1 timme"
_TOLD = """
from datetime import UTC, date, datetime
from django.db.models import Max
from registret.places.queries import every_clinic
from registret.reports.models import Edition, EditionCell
number = (Edition.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1
rules = {"smallest": {"number": 5}}
edition = Edition.objects.create(number=number, made_at=datetime(2019, 2, 1, tzinfo=UTC), rules=rules)
clinics = every_clinic()
reached = {clinic.id: 60 if clinic.id % 3 == 0 else 30 for clinic in clinics}
reached |= {clinic.id: 6 for clinic in clinics if clinic.code == "infektion-norrvik"}
for month in (1, 7):
    about = {"edition": edition, "sub_registry": "pneumoni", "indicator": "antibiotic_within_1_hour", "version": 1,
             "first": date(2018, month, 1), "last": date(2018, month + 5, 1), "not_reached": 20}
    for clinic in clinics:
        about["reached"] = reached[clinic.id]
        EditionCell.objects.create(region_id=clinic.region_id, clinic_id=clinic.id, **about)
    EditionCell.objects.create(**about | {"reached": sum(reached.values()), "not_reached": 20 * len(clinics)})
"""


def told(house: House) -> None:
    """Once in a house."""
    if house.ask_database("SELECT count(*) FROM reports_edition WHERE made_at = '2019-02-01T00:00Z'") == [(0,)]:
        house.run("shell", "-c", _TOLD)
