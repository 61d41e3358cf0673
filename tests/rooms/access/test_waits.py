"""Time to access: median and 90 % per clinic, computed in SQL; of too few nothing is said."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registret.access.applications.time_to_access import (
    AccessTime,
    Wait,
    access_time_everywhere,
    access_time_here,
    access_times,
)
from registret.access.models import Application
from registret.access.refusals import NotPermitted
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.rooms.access.scene import DAY, HOUR, MINUTE, NOW, attested, declined, somebody

pytestmark = pytest.mark.django_db

SINCE, UNTIL = NOW - 30 * DAY, NOW + 60 * DAY


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - 30 * DAY)


def gone(number: int, clinic_id: int, *, confirmed: timedelta, attest: timedelta, by: Person = BERTIL) -> int:
    """An application that took so long to be confirmed, and then so long to be attested."""
    who = somebody(number)
    wanted = cast.register(who, clinic_id, confirmed=False, at=NOW)
    cast.confirm_mail(who, at=NOW + confirmed)
    attested(wanted, by=by, at=NOW + confirmed + attest)
    return wanted


def of(found: tuple[AccessTime, ...], clinic_id: int) -> AccessTime:
    (one,) = [line for line in found if line.clinic_id == clinic_id]
    return one


def all_of_them(*, since: datetime = SINCE, until: datetime = UNTIL) -> tuple[AccessTime, ...]:
    return access_times(since=since, until=until, actor=cast.actor(DORIS, at=NOW))


def test_the_median_and_the_ninety_percent_are_those_of_postgresql(place: Country) -> None:
    for number in range(11):
        gone(number, place.infection, confirmed=number * MINUTE, attest=number * HOUR)
    line = of(all_of_them(), place.infection)
    assert line.number == 11
    assert line.confirming == Wait(median=5 * MINUTE, ninety=9 * MINUTE)
    assert line.attesting == Wait(median=5 * HOUR, ninety=9 * HOUR)
    assert line.whole == Wait(median=5 * HOUR + 5 * MINUTE, ninety=9 * HOUR + 9 * MINUTE)


def test_between_two_values_it_lies_in_the_middle(place: Country) -> None:
    for number in range(6):
        gone(number, place.infection, confirmed=MINUTE, attest=number * HOUR)
    assert of(all_of_them(), place.infection).attesting.median == 2.5 * HOUR


@pytest.mark.parametrize(
    ("number", "median", "ninety"), [(4, False, False), (5, True, False), (9, True, False), (10, True, True)]
)
def test_of_too_few_nothing_is_said(place: Country, number: int, median: bool, ninety: bool) -> None:
    for one in range(number):
        gone(one, place.infection, confirmed=MINUTE, attest=HOUR)
    line = of(all_of_them(), place.infection)
    assert line.number == number
    assert [(w.median is not None, w.ninety is not None) for w in (line.confirming, line.attesting, line.whole)] == [
        (median, ninety)
    ] * 3


def test_what_was_declined_or_still_waits_is_not_counted(place: Country) -> None:
    declined(cast.register(somebody(1), place.infection, at=NOW))
    cast.register(somebody(2), place.infection, at=NOW)
    assert all_of_them() == ()


def test_only_what_was_attested_in_that_time_is_counted(place: Country) -> None:
    gone(1, place.infection, confirmed=MINUTE, attest=HOUR)
    moment = Application.objects.values_list("decided_at", flat=True).get()
    assert moment is not None
    assert len(all_of_them(since=moment)) == 1
    assert all_of_them(until=moment) == ()


def test_an_address_that_was_confirmed_before_cost_no_time(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW - DAY)
    attested(cast.apply_again(ANNA, place.infection, at=NOW), at=NOW + 2 * HOUR)
    for number in range(4):
        gone(number, place.infection, confirmed=timedelta(), attest=2 * HOUR)
    line = of(all_of_them(), place.infection)
    assert (line.confirming.median, line.attesting.median) == (timedelta(), 2 * HOUR)


def test_each_clinic_is_counted_by_itself_and_all_together(place: Country) -> None:
    for number in range(5):
        gone(number, place.infection, confirmed=MINUTE, attest=HOUR)
        gone(10 + number, place.sydvik, confirmed=MINUTE, attest=3 * HOUR, by=CECILIA)
    found = all_of_them()
    assert of(found, place.infection).attesting.median == HOUR
    assert of(found, place.sydvik).attesting.median == 3 * HOUR
    everywhere = access_time_everywhere(since=SINCE, until=UNTIL, actor=cast.actor(DORIS, at=NOW))
    assert (everywhere.number, everywhere.attesting.median) == (10, 2 * HOUR)


def test_an_administrator_sees_the_own_clinic_beside_all_and_no_other(place: Country) -> None:
    for number in range(5):
        gone(number, place.sydvik, confirmed=MINUTE, attest=3 * HOUR, by=CECILIA)
    here, everywhere = access_time_here(since=SINCE, until=UNTIL, actor=cast.actor(KARIN, at=NOW))
    assert (here.clinic_id, here.number, here.whole.median) == (place.infection, 0, None)
    assert (everywhere.clinic_id, everywhere.number) == (None, 5)


def test_nobody_else_sees_figures(place: Country) -> None:
    for who in (BERTIL, ERIK):
        actor = cast.actor(who, at=NOW)
        with pytest.raises(NotPermitted):
            access_times(since=SINCE, until=UNTIL, actor=actor)
        with pytest.raises(NotPermitted):
            access_time_everywhere(since=SINCE, until=UNTIL, actor=actor)
    for who in (DORIS, ERIK):
        with pytest.raises(NotPermitted):
            access_time_here(since=SINCE, until=UNTIL, actor=cast.actor(who, at=NOW))
