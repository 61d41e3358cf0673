"""Clinics are written to about the office's questions; and two who do something with one at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registret.mail.models import Letter
from registret.records.data_queries import scheduled
from registret.records.data_queries.asking import withdraw
from registret.records.lifecycle import QueryOutcome
from tests.cast import BERTIL, KARIN
from tests.parallel import committed, together
from tests.rooms.records.asked import (
    LATER,
    NEVER_WAS,
    OLLE,
    answered,
    asked,
    doris,
    move_to,
    signed,
    told_of_answers,
)
from tests.rooms.records.scene import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Ward,
    at_work,
    log,
    ward,
)

__all__ = ["committed"]


def letters() -> list[tuple[str, dict[str, str]]]:
    found = Letter.objects.filter(kind="data_queries").order_by("id")
    return sorted((one.to_address, one.context) for one in found)


def test_one_letter_a_day_says_how_many_questions_are_new_and_nothing_more(here: Ward) -> None:
    episode = signed(here)
    for variable in ("respiratory_rate", "saturation", "systolic"):
        asked(episode, variable=variable)
    asked(NEVER_WAS)
    assert scheduled.tell_clinics(at=NOW + HOUR) == 0, "they may ask more today"
    tomorrow = NOW + DAY
    assert scheduled.tell_clinics(at=tomorrow) == 3
    told = [facts for _, facts in letters()]
    clinic = told[0]["clinic"]
    assert told == [{"number": "3", "clinic": clinic}] * 2, "Anna and Karin"
    assert episode not in repr(letters())
    asked(episode, variable="diastolic", at=tomorrow + MINUTE)
    assert scheduled.tell_clinics(at=tomorrow + HOUR) == 0
    assert len(letters()) == 2


@pytest.mark.parametrize(
    "when",
    [
        datetime(2026, 11, 28, 11, 0, tzinfo=NOW.tzinfo),
        datetime(2026, 11, 25, 5, 59, tzinfo=NOW.tzinfo),
    ],
    ids=["a Saturday", "before seven"],
)
def test_no_letter_goes_out_when_nobody_is_at_work(here: Ward, when: datetime) -> None:
    asked(signed(here))
    assert scheduled.tell_clinics(at=when) == 0
    assert letters() == []


def test_nobody_is_written_to_about_what_was_answered_or_taken_back(here: Ward) -> None:
    episode = signed(here)
    answered(here, episode, asked(episode))
    withdraw(actor=doris(), number=asked(episode, variable="saturation"), at=NOW)
    assert scheduled.tell_clinics(at=NOW + DAY) == 0
    assert letters() == []


def test_only_those_who_report_to_the_sub_registry_are_written_to(here: Ward) -> None:
    at_work(BERTIL, here.place.infection, by=KARIN, registries=("sepsis",))
    asked(signed(here))
    scheduled.tell_clinics(at=NOW + DAY)
    assert str(BERTIL.email) not in {address for address, _ in letters()}


def test_the_clinic_that_a_step_moves_to_is_written_to(here: Ward) -> None:
    at_work(OLLE, here.place.medicine, by=None)
    episode = signed(here)
    asked(episode)
    scheduled.tell_clinics(at=NOW + DAY)
    move_to(here, episode, here.place.medicine)
    assert scheduled.tell_clinics(at=NOW + 2 * DAY) == 1


# --- at once ---------------------------------------------------------------------------------------


def test_two_who_answer_at_once_answer_once(committed: None) -> None:
    here = ward()
    episode = signed(here)
    number = asked(episode)
    results = together(
        [
            lambda: answered(here, episode, number, QueryOutcome.RIGHT, "Anna"),
            lambda: answered(here, episode, number, QueryOutcome.RIGHT, "Karin", actor=here.karin),
        ]
    )
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "NotPossible"]
    assert len(told_of_answers()) == len(log("query.answered")) == 1


def test_an_answer_and_a_withdrawal_at_once_are_one_of_them(committed: None) -> None:
    here = ward()
    episode = signed(here)
    number, office = asked(episode), doris()
    results = together(
        [
            lambda: answered(here, episode, number),
            lambda: withdraw(actor=office, number=number, at=LATER),
        ]
    )
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "NotPossible"]
    assert len(log("query.answered") + log("query.withdrawn")) == 1


def test_two_rounds_of_the_clock_write_one_letter_to_each(committed: None) -> None:
    here = ward()
    asked(signed(here))
    at = NOW + timedelta(days=1)
    results = together([lambda: scheduled.tell_clinics(at=at)] * 2)
    assert sorted(results, key=repr) == [0, 1]
    assert len(letters()) == 2
