"""The own clinic over time: complete quarters, gaps, and a verdict that chance alone seldom gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.kernel.sweden import months_later
from registret.registries.queries import indicators_of
from registret.reports.comparing.over_time import OverTime, highlight, over_time
from registret.reports.models import Cell
from registret.reports.periods import QUARTERS
from registret.web.figures.picture_parts import time_part
from tests import cast
from tests.cast import ANNA, DORIS, Country

pytestmark = pytest.mark.django_db

WITHIN_4 = "antibiotic_within_4_hours"
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
OCTOBER_2023 = date(2023, 10, 1)
"""The first of the twelve quarters that are complete: a month is complete a month after its end."""


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    place = cast.country(NOW - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=NOW - timedelta(days=20))
    return place


@pytest.fixture
def anna(place: Country) -> Actor:
    return cast.actor(ANNA, at=NOW - timedelta(hours=1))


def counted(clinic_id: int, month: date, *, reached: int, of: int, stratum: str = "", version: int = 1) -> None:
    Cell.objects.create(
        sub_registry="pneumoni", indicator=WITHIN_4, version=version, clinic_id=clinic_id, month=month,
        stratum=stratum, reached=reached, not_reached=of - reached,
    )  # fmt: skip


def by_quarter(place: Country, reached: Sequence[int], *, of: int = 10) -> None:
    for number, each in enumerate(reached):
        counted(place.infection, months_later(OCTOBER_2023, 3 * number), reached=each, of=of)


def told(anna: Actor, *, at: datetime = NOW) -> OverTime:
    return over_time(actor=anna, sub_registry="pneumoni", code=WITHIN_4, at=at)


def verdict(found: OverTime) -> str:
    indicator = next(one for one in indicators_of("pneumoni") if one.code == WITHIN_4)
    return time_part(found, indicator).verdict


def picture(found: OverTime) -> str:
    indicator = next(one for one in indicators_of("pneumoni") if one.code == WITHIN_4)
    return str(time_part(found, indicator).picture)


def test_the_months_of_a_quarter_are_summed_and_nothing_else_is(place: Country, anna: Actor) -> None:
    for month, reached in ((1, 3), (2, 4), (3, 5)):
        counted(place.infection, date(2026, month, 1), reached=reached, of=10)
    counted(place.sydvik, date(2026, 1, 1), reached=9, of=9)
    counted(place.infection, date(2026, 1, 1), reached=3, of=3, stratum="sex:male")
    counted(place.infection, date(2026, 1, 1), reached=7, of=7, version=2)
    first = next(one for one in told(anna).quarters if one.first == date(2026, 1, 1))
    assert (first.number, first.figure.x, first.figure.n) == (1, 12, 30)


def test_a_quarter_is_told_when_its_last_month_is_complete(anna: Actor) -> None:
    assert told(anna).quarters[0].first == OCTOBER_2023
    assert len(told(anna).quarters) == QUARTERS
    assert told(anna).quarters[-1].first == date(2026, 7, 1)
    assert told(anna, at=datetime(2026, 10, 31, 12, tzinfo=UTC)).quarters[-1].first == date(2026, 4, 1)
    assert told(anna, at=datetime(2026, 11, 1, 12, tzinfo=UTC)).quarters[-1].first == date(2026, 7, 1)


def test_nobody_is_no_figure_and_no_verdict(anna: Actor) -> None:
    found = told(anna)
    assert found.runs is None
    assert {one.figure.estimate for one in found.quarters} == {None}
    assert verdict(found) == "Ingen har räknats i de senaste tre åren."


def test_nine_quarters_are_too_few_for_a_verdict(place: Country, anna: Actor) -> None:
    by_quarter(place, [3, 4, 3, 4, 3, 4, 8, 9, 8])
    assert verdict(told(anna)) == (
        "För få patienter för att säga om nivån har ändrats: det behövs 10 kvartal med minst 5."
    )


def test_quarters_of_one_or_a_few_patients_do_not_say_that_nothing_has_changed(place: Country, anna: Actor) -> None:
    """Two of sixteen, and then ten of eighteen: nobody could see that in such quarters."""
    sizes, reached = (1, 1, 3, 1, 1, 9, 1, 2, 4, 7, 2, 3), (0, 0, 1, 0, 0, 1, 0, 0, 2, 5, 1, 2)
    for number, (of, each) in enumerate(zip(sizes, reached, strict=True)):
        counted(place.infection, months_later(OCTOBER_2023, 3 * number), reached=each, of=of)
    assert verdict(told(anna)).startswith("För få patienter för att säga om nivån har ändrats")
    assert "<svg" in picture(told(anna)), "what there is is drawn"


def test_a_quarter_of_a_few_patients_neither_breaks_a_run_nor_makes_one(place: Country, anna: Actor) -> None:
    by_quarter(place, [3, 3, 3, 3, 3, 4, 8, 9, 8, 9, 8, 9])
    Cell.objects.filter(month=months_later(OCTOBER_2023, 3 * 8)).update(reached=0, not_reached=4)
    said = verdict(told(anna))
    assert "Sedan kvartal 2 2025 ligger den över kvartalens median." in said
    assert said.endswith("Kvartal med färre än 5 patienter räknas inte.")


def test_where_nearly_all_quarters_are_the_same_there_is_no_verdict(place: Country, anna: Actor) -> None:
    by_quarter(place, [10] * 11 + [9])
    assert verdict(told(anna)).startswith("Så många kvartal ligger på medianen")


def test_a_clinic_that_became_better_has_moved_and_one_that_swings_has_not(place: Country, anna: Actor) -> None:
    by_quarter(place, [3, 4, 3, 4, 3, 4, 8, 9, 8, 9, 8, 9])
    since = "Sedan kvartal 2 2025 ligger den {} kvartalens median."
    assert verdict(told(anna)) == f"Nivån har ändrats mer än slumpen gör. {since.format('över')}"
    Cell.objects.all().delete()
    by_quarter(place, [9, 8, 9, 8, 9, 8, 1, 2, 1, 2, 1, 3])
    Cell.objects.filter(month=OCTOBER_2023).delete()
    assert verdict(told(anna)).endswith(since.format("under")), "a quarter without patients moves none of the others"
    Cell.objects.all().delete()
    by_quarter(place, [5, 8, 9, 4, 7, 3, 2, 6, 8, 4, 3, 9])
    assert verdict(told(anna)).startswith("Ingen ändring syns")


def test_an_indicator_that_is_not_there_is_not_found(anna: Actor) -> None:
    with pytest.raises(NotFound):
        over_time(actor=anna, sub_registry="pneumoni", code="no_such", at=NOW)


def test_nothing_is_put_before_anybody_while_few_are_counted(place: Country, anna: Actor) -> None:
    counted(place.infection, date(2026, 6, 1), reached=3, of=4)
    counted(place.sydvik, date(2026, 6, 1), reached=40, of=50)
    assert highlight(actor=anna, at=NOW) is None
    counted(place.infection, date(2026, 10, 1), reached=1, of=1)
    found = highlight(actor=anna, at=NOW)
    assert found is not None
    assert (found.indicator.code, found.now.x, found.now.n) == (WITHIN_4, 4, 5)


def test_the_last_twelve_months_are_put_before_people_and_the_trend_is_of_complete_quarters(
    place: Country, anna: Actor
) -> None:
    by_quarter(place, [3, 4, 3, 4, 3, 4, 8, 9, 8, 9, 8, 9])
    counted(place.infection, date(2026, 11, 1), reached=5, of=5)
    found = highlight(actor=anna, at=NOW)
    assert found is not None
    # January, April, July, and November, in which this month counts so far.
    assert (found.now.x, found.now.n) == (9 + 8 + 9 + 5, 35)
    assert found.over_time == told(anna)


def test_who_reads_no_reports_is_shown_none(place: Country) -> None:
    counted(place.infection, date(2026, 6, 1), reached=9, of=10)
    with pytest.raises(NotPermitted):
        highlight(actor=cast.actor(DORIS, at=NOW - timedelta(hours=1)), at=NOW)
