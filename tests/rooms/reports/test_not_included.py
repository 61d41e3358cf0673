"""Ej inkluderade: counts by reason and half-year, which say of nobody that it was them."""

from __future__ import annotations

from datetime import date

import pytest

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.database.columns import PERSONAL, columns
from registret.ledger.queries import Wanted, entries
from registret.records.refusals import NotOpenForEntry
from registret.registries.queries import catalogue
from registret.reports.coverage.not_included import (
    count_not_included,
    not_included_everywhere,
    own_not_included,
    reasons_of,
)
from registret.reports.models import NotIncluded
from registret.reports.periods import half_years
from tests import cast
from tests.cast import DORIS
from tests.rooms.records.scene import NOW, Ward

pytestmark = pytest.mark.django_db

AUTUMN, SPRING = date(2026, 7, 1), date(2026, 1, 1)


def count(actor: Actor, number: int, *, reason: str = "missed", half: date = AUTUMN, of: str = "pneumoni") -> bool:
    return count_not_included(actor=actor, sub_registry=of, reason=reason, half=half, number=number, at=NOW)


def counted(actor: Actor) -> dict[tuple[date, str], int]:
    found = own_not_included(actor=actor, sub_registry="pneumoni")
    return {(one.half, one.reason): one.number for one in found}


def test_what_is_counted_is_added_by_reason_and_half_year_also_by_colleagues(here: Ward) -> None:
    assert count(here.anna, 1)
    assert count(here.karin, 2)
    assert count(here.anna, 1, reason="declined", half=SPRING)
    assert counted(here.anna) == {(AUTUMN, "missed"): 3, (SPRING, "declined"): 1}


def test_no_more_is_taken_away_than_there_is(here: Ward) -> None:
    count(here.anna, 2)
    assert not count(here.anna, -3)
    assert count(here.karin, -2)
    assert counted(here.anna) == {}
    assert not count(here.anna, -1)


def test_the_row_and_the_log_say_nothing_of_when_why_or_of_whom(here: Ward) -> None:
    count(here.anna, 1, reason="declined")
    assert {field.name for field in NotIncluded._meta.get_fields()} == {
        "id", "clinic", "sub_registry", "half", "reason", "number",
    }  # fmt: skip
    assert NotIncluded not in {table for table, _ in columns(PERSONAL)}
    (entry,) = entries(wanted=Wanted(event="not_included.counted")).rows
    assert (entry.facts, entry.about_patient_id) == ({}, None)


def test_what_changed_nothing_is_not_in_the_log(here: Ward) -> None:
    assert not count(here.anna, -1)
    assert entries(wanted=Wanted(event="not_included.counted")).rows == ()


@pytest.mark.parametrize(
    "wrong",
    [{"reason": "bored"}, {"half": date(2024, 7, 1)}, {"half": date(2027, 1, 1)}, {"half": date(2026, 10, 1)}],
    ids=["reason", "too old", "to come", "no half-year"],
)
def test_what_is_not_there_to_choose_is_refused(here: Ward, wrong: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        count(here.anna, 1, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [0, 100, -100])
def test_at_most_99_are_counted_at_once(here: Ward, number: int) -> None:
    with pytest.raises(NotFound):
        count(here.anna, number)
    assert not NotIncluded.objects.exists()


def test_a_count_has_an_end(here: Ward) -> None:
    count(here.anna, 1)
    NotIncluded.objects.update(number=9_998)
    assert count(here.anna, 1)
    assert not count(here.anna, 1)


def test_only_who_registers_counts_and_not_in_what_is_closed_or_in_no_sub_registry(here: Ward) -> None:
    with pytest.raises(NotOpenForEntry):
        count(here.anna, 1, of="led-nativ")
    with pytest.raises(NotPermitted):
        count(cast.actor(DORIS, at=NOW), 1)


def test_another_clinic_sees_none_of_it(here: Ward) -> None:
    count(here.anna, 7)
    assert counted(here.cecilia) == {}
    with pytest.raises(NotPermitted):
        own_not_included(actor=cast.actor(DORIS, at=NOW), sub_registry="pneumoni")


def test_the_office_is_told_the_year_without_reasons_and_others_are_not(here: Ward) -> None:
    count(here.anna, 3, half=SPRING)
    count(here.anna, 4, reason="died")
    office = cast.actor(DORIS, at=NOW)
    assert not_included_everywhere(actor=office, sub_registry="pneumoni") == {(here.place.infection, 2026): 7}
    with pytest.raises(NotPermitted):
        not_included_everywhere(actor=here.anna, sub_registry="pneumoni")


def test_half_years_begin_in_january_and_july() -> None:
    assert half_years(at=NOW) == (AUTUMN, SPRING, date(2025, 7, 1), date(2025, 1, 1))
    assert half_years(at=NOW.replace(month=6, day=30))[0] == SPRING


def test_every_sub_registry_has_reasons() -> None:
    for form in catalogue().forms.values():
        assert {"declined", "died", "missed", "language", "other"} <= {one.code for one in reasons_of(form)}
