"""Editions: made at fixed times, of months that none has told of, and never changed by what happens later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from registret.registries.queries import edition_rules, indicators_of
from registret.reports.editions import make_due, make_edition
from registret.reports.models import Cell, Edition, EditionCell
from tests import cast
from tests.cast import Country
from tests.owner import as_owner

pytestmark = pytest.mark.django_db

WITHIN_4 = "antibiotic_within_4_hours"
MEDIAN = "time_to_antibiotic"
NOVEMBER = datetime(2026, 11, 1, 4, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 1, 4, tzinfo=UTC)
SPRING, AUTUMN = date(2026, 2, 1), date(2025, 9, 1)


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.clinics(NOVEMBER - timedelta(days=30))


def count(
    clinic_id: int,
    month: date,
    reached: int,
    not_reached: int,
    *,
    stratum: str = "",
    missing: int = 0,
    version: int = 1,
) -> None:
    Cell.objects.create(
        sub_registry="pneumoni", indicator=WITHIN_4, version=version, clinic_id=clinic_id, month=month,
        stratum=stratum, reached=reached, not_reached=not_reached, missing=missing,
    )  # fmt: skip


def everywhere(place: Country, month: date, reached: int, not_reached: int, *, stratum: str = "") -> None:
    for clinic in (place.infection, place.medicine, place.sydvik):
        count(clinic, month, reached, not_reached, stratum=stratum)


def told(number: int, *, indicator: str = WITHIN_4, stratum: str = "") -> Iterator[tuple[str, date, int, int]]:
    """Area, first month, and how many with and without the outcome."""
    found = EditionCell.objects.filter(edition__number=number, indicator=indicator, stratum=stratum, clinic=None)
    for cell in found.order_by("first", "region__name"):
        yield cell.region.name if cell.region else "", cell.first, cell.reached, cell.not_reached


def test_an_edition_tells_of_the_complete_half_years_of_regions_and_country(place: Country) -> None:
    everywhere(place, AUTUMN, 10, 5)
    everywhere(place, SPRING, 20, 10)
    everywhere(place, date(2026, 8, 1), 30, 30)
    everywhere(place, date(2025, 6, 1), 40, 40)
    assert make_edition(at=NOVEMBER) == 1
    assert list(told(1)) == [
        ("Region Norrvik", date(2025, 7, 1), 20, 10),
        ("Region Sydvik", date(2025, 7, 1), 10, 5),
        ("", date(2025, 7, 1), 30, 15),
        ("Region Norrvik", date(2026, 1, 1), 40, 20),
        ("Region Sydvik", date(2026, 1, 1), 20, 10),
        ("", date(2026, 1, 1), 60, 30),
    ]


def test_an_edition_tells_clinics_and_not_the_public_of_large_clinics_and_of_all_their_patients(place: Country) -> None:
    for group in ("", "sex:female", "sex:unknown"):
        everywhere(place, SPRING, 20, 10, stratum=group)
    Cell.objects.filter(clinic_id=place.sydvik).update(reached=30)
    make_edition(at=NOVEMBER)
    cells = EditionCell.objects.exclude(clinic=None).order_by("clinic_id")
    assert not [cell for cell in cells if cell.is_public or cell.missing is not None]
    assert [(cell.clinic_id, cell.region_id, cell.stratum, cell.reached) for cell in cells] == [
        (place.infection, cast.region_of(place.infection), "", 20),
        (place.medicine, cast.region_of(place.infection), "", 20),
        (place.sydvik, cast.region_of(place.sydvik), "", 30),
    ]


def test_a_clinic_of_few_and_the_only_other_of_its_region_are_not_told(place: Country) -> None:
    everywhere(place, SPRING, 20, 10)
    Cell.objects.filter(clinic_id=place.medicine).update(reached=20, not_reached=1)
    make_edition(at=NOVEMBER)
    assert not EditionCell.objects.exclude(clinic=None).exists()


def test_the_database_knows_of_a_clinic_which_region_it_was_in(place: Country) -> None:
    make_edition(at=NOVEMBER)
    with pytest.raises(DatabaseError, match="edition_cell_clinic_in_region"), transaction.atomic():
        EditionCell.objects.create(
            edition=Edition.objects.get(), sub_registry="pneumoni", indicator=WITHIN_4, version=1,
            first=SPRING, last=SPRING, clinic_id=place.sydvik, reached=9, not_reached=9,
        )  # fmt: skip


def test_what_is_signed_or_taken_away_later_changes_nothing_that_was_told(place: Country) -> None:
    everywhere(place, SPRING, 20, 10)
    make_edition(at=NOVEMBER)
    before = list(told(1))
    Cell.objects.filter(clinic_id=place.sydvik).update(reached=19)
    count(place.medicine, date(2026, 3, 1), 9, 9)
    assert make_edition(at=FEBRUARY) == 2
    assert list(told(1)) == before
    assert not [first for _, first, _, _ in told(2) if first <= date(2026, 6, 1)]


def test_the_next_edition_counts_only_who_is_left_in_months_that_are_new(place: Country) -> None:
    everywhere(place, SPRING, 20, 10)
    make_edition(at=NOVEMBER)
    everywhere(place, date(2026, 9, 1), 10, 10)
    Cell.objects.filter(clinic_id=place.sydvik, month=date(2026, 9, 1)).update(reached=9)
    make_edition(at=FEBRUARY)
    assert list(told(2)) == [
        ("Region Norrvik", date(2026, 7, 1), 20, 20),
        ("Region Sydvik", date(2026, 7, 1), 9, 10),
        ("", date(2026, 7, 1), 29, 30),
    ]


def test_a_new_version_of_an_indicator_does_not_tell_of_the_same_months_again(place: Country) -> None:
    everywhere(place, SPRING, 20, 10)
    edition = Edition.objects.create(number=1, made_at=NOVEMBER - timedelta(days=90), rules={})
    EditionCell.objects.create(
        edition=edition, sub_registry="pneumoni", indicator=WITHIN_4, version=9,
        first=date(2026, 1, 1), last=date(2026, 6, 1), reached=60, not_reached=31,
    )  # fmt: skip
    assert make_edition(at=NOVEMBER) == 2
    assert list(told(2)) == []


def test_a_half_year_that_could_not_be_told_may_be_told_by_the_next_edition(place: Country) -> None:
    everywhere(place, SPRING, 1, 1)
    make_edition(at=NOVEMBER)
    assert list(told(1)) == []
    everywhere(place, date(2026, 3, 1), 20, 10)
    make_edition(at=FEBRUARY)
    assert [first for _, first, _, _ in told(2)] == [date(2026, 1, 1)] * 3


def test_a_region_of_few_has_no_row_and_no_group_either(place: Country) -> None:
    everywhere(place, SPRING, 20, 10)
    for group in ("female", "male", "unknown"):
        everywhere(place, SPRING, 10, 5, stratum=f"sex:{group}")
    Cell.objects.filter(clinic_id=place.medicine, stratum="sex:male").update(reached=9, not_reached=1)
    make_edition(at=NOVEMBER)
    assert [area for area, *_ in told(1)] == ["Region Norrvik", "Region Sydvik", ""]
    for group in ("female", "male"):
        areas = [area for area, *_ in told(1, stratum=f"sex:{group}")]
        assert areas == [""], "Norrvik would be the country without Sydvik"


def public(*, indicator: str = WITHIN_4) -> list[str]:
    found = EditionCell.objects.filter(indicator=indicator, is_public=True).order_by("region__name")
    return [cell.region.name if cell.region else "" for cell in found]


def test_the_public_is_told_of_large_regions_and_the_country(place: Country) -> None:
    everywhere(place, SPRING, 20, 10)
    make_edition(at=NOVEMBER)
    assert public() == ["Region Norrvik", "Region Sydvik", ""]


def test_the_public_is_not_told_of_a_region_of_nine_nor_of_the_only_other_one(place: Country) -> None:
    everywhere(place, SPRING, 20, 10)
    Cell.objects.filter(clinic_id=place.sydvik).update(reached=9, not_reached=0)
    make_edition(at=NOVEMBER)
    assert [area for area, *_ in told(1)] == ["Region Norrvik", "Region Sydvik", ""], "others are"
    assert public() == [""]


def test_the_public_is_told_nothing_where_the_country_without_one_clinic_is_of_nine(place: Country) -> None:
    count(place.sydvik, SPRING, 30, 20)
    count(place.infection, SPRING, 9, 0)
    make_edition(at=NOVEMBER)
    assert list(told(1))
    assert public() == []


def test_the_public_is_not_told_of_a_region_just_because_all_its_patients_have_the_outcome(place: Country) -> None:
    """Its clinics are: for them a hundred per cent is no few."""
    count(place.sydvik, SPRING, 30, 0)
    for clinic in (place.infection, place.medicine):
        count(clinic, SPRING, 30, 20)
    make_edition(at=NOVEMBER)
    assert ("Region Sydvik", date(2026, 1, 1), 30, 0) in list(told(1))
    assert "Region Sydvik" not in public()


def test_the_public_is_told_of_no_group(place: Country) -> None:
    everywhere(place, SPRING, 40, 20)
    for group in ("female", "male"):
        everywhere(place, SPRING, 20, 10, stratum=f"sex:{group}")
    make_edition(at=NOVEMBER)
    assert list(told(1, stratum="sex:female"))
    assert not EditionCell.objects.filter(is_public=True).exclude(stratum="").exists()


@pytest.mark.parametrize(("missing", "shown"), [(0, 0), (4, None), (5, 15)])
def test_how_many_outcomes_are_unknown_is_told_by_the_limit_of_the_public(
    place: Country, missing: int, shown: int | None
) -> None:
    everywhere(place, SPRING, 20, 10)
    Cell.objects.update(missing=missing)
    make_edition(at=NOVEMBER)
    (country,) = EditionCell.objects.filter(indicator=WITHIN_4, region=None, stratum="")
    assert country.missing == shown


def test_a_median_is_told_once_with_its_interval_and_only_of_many(place: Country) -> None:
    for clinic, number in ((place.infection, 30), (place.medicine, 9), (place.sydvik, 9)):
        for minutes in range(number):
            Cell.objects.create(
                sub_registry="pneumoni", indicator=MEDIAN, version=1, clinic_id=clinic, month=SPRING,
                value=60 + minutes, valued=1,
            )  # fmt: skip
    make_edition(at=NOVEMBER)
    cells = EditionCell.objects.filter(indicator=MEDIAN, stratum="", clinic=None)
    found = {cell.region.name if cell.region else "": cell for cell in cells}
    assert (found["Region Norrvik"].valued, found["Region Norrvik"].value) == (39, 70.0)
    assert (found["Region Sydvik"].valued, found["Region Sydvik"].value) == (9, None), "an end would be one patient"
    assert found[""].valued == 48


def test_the_registry_makes_an_edition_on_its_day_and_one_only(place: Country) -> None:
    assert make_due(at=NOVEMBER - timedelta(hours=2)) is None
    assert make_due(at=NOVEMBER) == 1
    assert make_due(at=NOVEMBER + timedelta(hours=1)) is None
    assert make_due(at=FEBRUARY - timedelta(days=1)) is None
    assert make_due(at=FEBRUARY + timedelta(days=9)) == 2, "what was missed is made up for"
    edition = Edition.objects.get(number=2)
    assert edition.rules == edition_rules().model_dump(mode="json")


def test_a_registry_that_is_new_waits_for_the_first_day_of_an_edition(place: Country) -> None:
    assert make_due(at=NOVEMBER + timedelta(days=3)) is None


@pytest.mark.parametrize(
    "change",
    ["UPDATE reports_editioncell SET reached = 7", "DELETE FROM reports_editioncell", "DELETE FROM reports_edition"],
)
def test_the_database_refuses_to_change_an_edition(place: Country, change: str) -> None:
    everywhere(place, SPRING, 20, 10)
    make_edition(at=NOVEMBER)
    with pytest.raises(DatabaseError, match="an edition is never changed"), as_owner(), connection.cursor() as cursor:
        cursor.execute(change)
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_database_refuses_a_few_patients_in_an_edition(place: Country) -> None:
    make_edition(at=NOVEMBER)
    with pytest.raises(DatabaseError, match="edition_cell_few_reached"), transaction.atomic():
        EditionCell.objects.create(
            edition=Edition.objects.get(), sub_registry="pneumoni", indicator=WITHIN_4, version=1,
            first=SPRING, last=SPRING, reached=4, not_reached=9,
        )  # fmt: skip


def test_the_database_refuses_to_tell_the_public_of_nine(place: Country) -> None:
    make_edition(at=NOVEMBER)
    with pytest.raises(DatabaseError, match="edition_cell_few_public"), transaction.atomic():
        EditionCell.objects.create(
            edition=Edition.objects.get(), sub_registry="pneumoni", indicator=WITHIN_4, version=1,
            first=SPRING, last=SPRING, reached=9, is_public=True,
        )  # fmt: skip


def test_no_definition_asks_for_fewer_than_the_rules(place: Country) -> None:
    assert all(one.definition.fewest.others >= 5 for one in indicators_of("pneumoni"))
    assert all(one.definition.fewest.public >= 10 for one in indicators_of("pneumoni"))
    assert (edition_rules().smallest.number, edition_rules().public.number) >= (5, 10)


def test_the_first_edition_tells_of_the_last_two_years_of_what_is_closed_and_none_tells_of_them_again(
    place: Country,
) -> None:
    def register(month: date) -> None:
        for clinic in (place.infection, place.medicine, place.sydvik):
            Cell.objects.create(
                sub_registry="led-nativ", indicator="agent_found", version=1, clinic_id=clinic, month=month,
                reached=20, not_reached=10,
            )  # fmt: skip

    for month in (date(2013, 12, 1), date(2014, 3, 1), date(2015, 5, 1)):
        register(month)
    make_edition(at=NOVEMBER)
    of_country = [one for one in told(1, indicator="agent_found") if one[0] == ""]
    assert of_country == [("", date(2014, 1, 1), 60, 30), ("", date(2015, 1, 1), 60, 30)]
    register(date(2015, 4, 1))
    make_edition(at=FEBRUARY)
    assert list(told(2, indicator="agent_found")) == []
