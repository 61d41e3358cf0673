"""What editions tell: of the latest months that make a year, and of no area of which one of them may not be told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from registret.registries.queries import indicators_of
from registret.reports.counts import Figure
from registret.reports.models import Edition, EditionCell
from registret.reports.periods import Months
from registret.reports.told import Told, newest_edition, told, told_clinics
from tests import cast
from tests.cast import Country

pytestmark = pytest.mark.django_db

WITHIN_4, MEDIAN = "antibiotic_within_4_hours", "time_to_antibiotic"
AT = datetime(2026, 11, 1, 4, tzinfo=UTC)
AUTUMN = Months(first=date(2025, 7, 1), last=date(2025, 12, 1))
SPRING = Months(first=date(2026, 1, 1), last=date(2026, 6, 1))


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.clinics(AT)


@pytest.fixture
def norrvik(place: Country) -> int:
    return cast.region_of(place.infection)


def tell(
    number: int,
    period: Months,
    region: int | None = None,
    *,
    clinic: int | None = None,
    version: int = 1,
    **counts: float | None,
) -> None:
    edition, _ = Edition.objects.get_or_create(
        number=number, defaults={"made_at": AT, "rules": {"smallest": {"number": 5}}}
    )
    indicator = MEDIAN if "valued" in counts else WITHIN_4
    EditionCell.objects.create(
        edition=edition, sub_registry="pneumoni", indicator=indicator, version=version, region_id=region,
        clinic_id=clinic,
        first=period.first, last=period.last, **counts,
    )  # fmt: skip


def found(region: int, indicator: str = WITHIN_4) -> Told:
    return told(indicators_of("pneumoni"), region_id=region, strata=None)["pneumoni", indicator]


def whole(figure: Figure | None) -> tuple[int | None, int] | None:
    return (figure.x, figure.n) if figure else None


def test_half_years_are_summed_and_the_newest_edition_that_tells_of_them_is_named(norrvik: int) -> None:
    tell(1, AUTUMN, reached=20, not_reached=10, missing=5)
    tell(1, AUTUMN, norrvik, reached=9, not_reached=5)
    tell(3, SPRING, reached=30, not_reached=10, missing=6)
    tell(3, SPRING, norrvik, reached=8, not_reached=6)
    here = found(norrvik)
    assert (whole(here.country[""]), whole(here.region[""])) == ((50, 70), (17, 28))
    assert (here.country[""].missing, here.region[""].missing) == (11, None)
    assert here.edition.number == 3
    assert here.period == Months(first=AUTUMN.first, last=SPRING.last)


def test_a_region_that_is_hidden_in_one_half_year_has_no_figure_of_the_year(norrvik: int) -> None:
    tell(1, AUTUMN, reached=20, not_reached=10)
    tell(2, SPRING, reached=30, not_reached=10)
    tell(2, SPRING, norrvik, reached=8, not_reached=6)
    here = found(norrvik)
    assert here.region == {}
    assert whole(here.country[""]) == (50, 70)


def test_no_clinic_is_told_of_another_region(place: Country, norrvik: int) -> None:
    tell(1, SPRING, reached=30, not_reached=10)
    tell(1, SPRING, cast.region_of(place.sydvik), reached=8, not_reached=6)
    assert found(norrvik).region == {}


def test_a_clinic_has_a_figure_of_the_year_if_it_is_told_in_both_half_years(place: Country, norrvik: int) -> None:
    for number, period in ((1, AUTUMN), (2, SPRING)):
        tell(number, period, reached=60, not_reached=30)
        tell(number, period, norrvik, reached=40, not_reached=20)
        tell(number, period, norrvik, clinic=place.medicine, reached=20, not_reached=10)
    tell(2, SPRING, norrvik, clinic=place.infection, reached=20, not_reached=10)
    here = found(norrvik)
    assert whole(here.region[""]) == (80, 120), "clinics are not added to their region"
    indicator = next(one for one in indicators_of("pneumoni") if one.code == WITHIN_4)
    clinics = told_clinics(indicator, here.period)
    assert {clinic: whole(one.figure) for clinic, one in clinics.items()} == {place.medicine: (40, 60)}
    assert set(told_clinics(indicator, SPRING)) == {place.medicine, place.infection}


def test_a_median_is_that_of_the_latest_half_year(norrvik: int) -> None:
    tell(1, AUTUMN, valued=30, value=60.0, low=50.0, high=70.0)
    tell(2, SPRING, valued=40, value=80.0, low=75.0, high=90.0)
    here = found(norrvik, MEDIAN)
    estimate = here.country[""].estimate
    assert estimate is not None
    assert (estimate.value, here.country[""].n, here.period) == (80.0, 40, SPRING)


def test_what_was_told_of_another_version_is_not_told_of_this_one(norrvik: int) -> None:
    tell(1, SPRING, version=2, reached=30, not_reached=10)
    assert told(indicators_of("pneumoni"), region_id=norrvik, strata=None) == {}


def test_the_newest_edition_has_a_number_and_a_day(place: Country) -> None:
    assert newest_edition() is None
    tell(4, SPRING, reached=30, not_reached=10)
    newest = newest_edition()
    assert newest is not None
    assert (newest.number, newest.made_on) == (4, date(2026, 11, 1))
