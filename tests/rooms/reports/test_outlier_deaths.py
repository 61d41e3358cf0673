"""Outliers in deaths against what is expected: judged as clinics judge each other, by what editions tell, and kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.reports.comparing.clinics import clinics_beside
from registret.reports.comparing.figures import one_indicator
from registret.reports.models import Cell, EditionCell, OutlierCase
from registret.reports.outliers import acting
from registret.reports.outliers.cases import one_case
from registret.reports.outliers.finding import outliers
from registret.reports.statistics.funnels import FunnelPlace
from tests import cast
from tests.cast import BERTIL, CECILIA, DORIS, Country
from tests.rooms.reports.outlier_scene import MORTALITY, NOW, WITHIN_4, fields_of, opened, outside, tell_deaths

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return outside()


@pytest.fixture
def doris(place: Country) -> Actor:
    return cast.actor(DORIS, at=NOW)


def test_deaths_are_judged_against_what_is_expected_in_both_directions(place: Country, doris: Actor) -> None:
    tell_deaths(place)
    found = outliers(actor=doris, sub_registry="pneumoni")
    deaths = [one for one in found.found if one.indicator.code == MORTALITY]
    assert [(one.clinic.title, one.place, one.figure.x, one.figure.n, one.edition.number) for one in deaths] == [
        ("Infektionskliniken, Norrviks sjukhus", FunnelPlace.VERY_HIGH, 50, 160, 2),
        ("Medicinkliniken, Norrviks sjukhus", FunnelPlace.LOW, 17, 160, 2),
    ]
    assert [one.figure.expected for one in deaths] == pytest.approx([30.0, 30.0])
    assert {(one.country.x, one.country.n) for one in deaths} == {(90, 480)}
    assert (found.judged, found.alarms) == (6, 2)


def test_the_office_finds_clinics_where_they_find_each_other(place: Country, doris: Actor) -> None:
    tell_deaths(place)
    found = outliers(actor=doris, sub_registry="pneumoni").found
    office = {(one.indicator.code, one.figure, one.place) for one in found}
    clinics = set()
    for actor in (cast.actor(who, at=NOW) for who in (BERTIL, CECILIA)):
        for code in (WITHIN_4, MORTALITY):
            about = one_indicator(actor=actor, sub_registry="pneumoni", code=code, at=NOW).figures
            beside = clinics_beside(about, actor=actor)
            assert beside is not None
            clinics |= {(code, one.figure, one.place) for one in beside.shown if not one.is_own}
    assert len(clinics) == 6
    assert office == {one for one in clinics if one[2] is not FunnelPlace.WITHIN}


def test_deaths_that_an_edition_hides_are_not_judged(place: Country, doris: Actor) -> None:
    """Two of 160 are far below the 30 that are expected, and too few to be told, also by what is told of others."""
    tell_deaths(place, medicine=((0, 100), (1, 39), (1, 19)))
    found = outliers(actor=doris, sub_registry="pneumoni")
    assert (found.judged, {one.indicator.code for one in found.found}) == (3, {WITHIN_4})
    for clinic in (place.medicine, place.infection):
        with pytest.raises(NotFound):
            acting.outlier_of(clinic_id=clinic, sub_registry="pneumoni", indicator=MORTALITY, edition=2, actor=doris)


def test_a_clinic_where_less_than_one_is_expected_is_not_judged(place: Country, doris: Actor) -> None:
    tell_deaths(place, medicine=((0, 5), (0, 0), (0, 0)))
    cell = EditionCell.objects.get(indicator=MORTALITY, clinic_id=place.medicine)
    assert cell.expected == pytest.approx(5 * 26 / 205)
    found = outliers(actor=doris, sub_registry="pneumoni")
    assert found.judged == 5
    assert place.medicine not in {one.clinic.id for one in found.found if one.indicator.code == MORTALITY}


def test_a_case_about_deaths_keeps_what_the_edition_told(place: Country, doris: Actor) -> None:
    tell_deaths(place)
    told = acting.outlier_of(
        clinic_id=place.infection, sub_registry="pneumoni", indicator=MORTALITY, edition=2, actor=doris
    )
    number = opened(place, doris, indicator=MORTALITY, edition=2)
    Cell.objects.filter(indicator=MORTALITY).update(reached=100)
    row = one_case(number=number, actor=doris)[0]
    assert (row.figure, row.place) == (told.figure, FunnelPlace.VERY_HIGH)
    assert row.country == replace(told.country, missing=None)


@pytest.mark.parametrize(
    ("different", "says"),
    [
        ({"expected": None}, "outlier_case_share_or_ratio"),
        ({"target_expected": None}, "outlier_case_share_or_ratio"),
        ({"expected": 0.9}, "outlier_case_share_or_ratio"),
        ({"expected": 91.0}, "outlier_case_share_or_ratio"),
        ({"expected": None, "target_expected": None, "n": 49}, "outlier_case_share_or_ratio"),
        ({"reached": 91}, "outlier_case_figures"),
    ],
)
def test_the_database_keeps_a_ratio_whole(
    place: Country, doris: Actor, different: dict[str, float | None], says: str
) -> None:
    tell_deaths(place)
    number = opened(place, doris, indicator=MORTALITY, edition=2)
    with pytest.raises(DatabaseError, match=says), transaction.atomic():
        OutlierCase.objects.create(**fields_of(number) | different)
