"""What the office is not told by its questions, and what is left of them in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from registret.kernel.life import NotPossible
from registret.records.data_queries import scheduled
from registret.records.data_queries.asking import ANSWERABLE_FOR, SHOWN_FOR, withdraw
from registret.records.lifecycle import QueryState
from registret.records.models import DataQuery, Step
from registret.records.patient_rights.extracts import registry_extract
from registret.records.patient_rights.opting_out import take_back
from registret.records.refusals import QueryWaits
from registret.records.retention.deletion import destroy_research
from registret.records.scope import all_providers
from tests.cast import DORIS
from tests.rooms.records.asked import (
    LATER,
    NEVER_WAS,
    TEXT,
    answered,
    asked,
    at_the_clinic,
    doris,
    rows,
    signed,
    told_of_answers,
    told_of_waiting,
)
from tests.rooms.records.scene import (
    MINUTE,
    NOW,
    Ward,
    case,
    handler,
    leave,
    log,
    opt_out,
)


@pytest.mark.parametrize(
    "different",
    [
        {},
        {"system_id": NEVER_WAS},
        {"sub_registry": "sepsis"},
        {"step": "later"},
        {"variable": "no_such_variable"},
        {"variable": "discharged_to"},
    ],
    ids=str,
)
def test_a_question_that_leads_nowhere_waits_and_lapses_like_any_other(here: Ward, different: Any) -> None:
    episode = signed(here)
    asked(episode, **different)
    wrote = different.get("system_id", episode)
    assert told_of_waiting() == [(wrote, QueryState.WAITING)]
    assert at_the_clinic(here.anna) == ([] if different else [episode])
    over = NOW + ANSWERABLE_FOR
    assert scheduled.lapse_due(at=over - MINUTE) == 0
    assert (scheduled.lapse_due(at=over), scheduled.lapse_due(at=over)) == (1, 0)
    assert told_of_waiting(at=over) == [(wrote, QueryState.LAPSED)]
    assert told_of_waiting(at=over + SHOWN_FOR) == []


def test_what_is_asked_about_nothing_is_not_kept(here: Ward) -> None:
    asked(NEVER_WAS)
    assert rows() == [(None, "", "")]
    assert log("query.asked")[0].about_patient_id is None
    over = NOW + ANSWERABLE_FOR
    scheduled.lapse_due(at=over)
    assert scheduled.forget_ended(at=over + SHOWN_FOR - MINUTE) == 0
    assert scheduled.forget_ended(at=over + SHOWN_FOR) == 1
    assert rows() == []


def test_the_office_asks_the_same_once_whether_it_leads_anywhere_or_not(here: Ward) -> None:
    for episode in (signed(here), NEVER_WAS):
        number = asked(episode)
        with pytest.raises(QueryWaits), transaction.atomic():
            asked(episode)
        withdraw(actor=doris(), number=number, at=NOW)
        assert asked(episode) != number


def test_an_opt_out_changes_nothing_of_what_the_office_is_told(here: Ward) -> None:
    episode = signed(here)
    asked(episode)
    before = told_of_waiting()
    leave(actor=handler(), case=case(), at=NOW)
    assert at_the_clinic(here.anna) == []
    assert told_of_waiting() == before
    take_back(actor=handler(), case=case(), at=NOW)
    assert at_the_clinic(here.anna) == [episode]
    opt_out(actor=handler(), case=case(), at=NOW)
    assert told_of_waiting() == before
    assert rows() == [(None, "", "")], "nothing of the patient is left"
    scheduled.lapse_due(at=NOW + ANSWERABLE_FOR)
    assert told_of_waiting(at=NOW + ANSWERABLE_FOR) == [(episode, QueryState.LAPSED)]


def test_one_who_has_opted_out_is_asked_about_in_vain_and_without_a_word(here: Ward) -> None:
    episode = signed(here)
    leave(actor=handler(), case=case(), at=NOW)
    asked(episode)
    assert told_of_waiting() == [(episode, QueryState.WAITING)]
    assert rows() == [(None, "", "")]


def test_the_office_takes_back_a_question_about_anybody(here: Ward) -> None:
    episode = signed(here)
    mine, of_nobody, of_who_leaves = asked(episode), asked(NEVER_WAS), asked(episode, variable="saturation")
    withdraw(actor=doris(), number=mine, at=NOW)
    leave(actor=handler(), case=case(), at=NOW)
    for number in (of_nobody, of_who_leaves):
        withdraw(actor=doris(), number=number, at=NOW)
    assert told_of_waiting() == []
    for number in (mine, of_nobody, of_who_leaves):
        with pytest.raises(NotPossible), transaction.atomic():
            withdraw(actor=doris(), number=number, at=NOW)


# --- its end ---------------------------------------------------------------------------------------


def test_what_is_over_is_not_answered(here: Ward) -> None:
    episode = signed(here)
    taken_back, late = asked(episode), asked(episode, variable="saturation")
    withdraw(actor=doris(), number=taken_back, at=NOW)
    scheduled.lapse_due(at=NOW + ANSWERABLE_FOR)
    for number in (taken_back, late):
        with pytest.raises(NotPossible), transaction.atomic():
            answered(here, episode, number)
    assert at_the_clinic(here.anna) == []


def test_an_answered_question_is_destroyed_with_its_episode(here: Ward) -> None:
    episode = signed(here)
    answered(here, episode, asked(episode), text="Mätt två gånger")
    opt_out(actor=handler(), case=case(), at=LATER)
    assert rows() == []
    assert told_of_answers() == []


def test_culling_of_research_takes_the_questions_about_it(here: Ward) -> None:
    episode = signed(here, smoking=["current"], white_cells=["14.2"])
    answered(here, episode, asked(episode, variable="smoking"), text="Enligt journalen")
    asked(episode, variable="white_cells")
    asked(episode)
    with all_providers():
        step = Step.objects.get(code="acute")
        destroy_research({step.id: ["smoking", "white_cells"]}, by=doris().by, at=NOW)
    assert rows() == [(None, "", ""), (step.id, TEXT.text, "")]
    assert len(told_of_waiting()) == 2


def test_the_patients_extract_has_the_questions(here: Ward) -> None:
    episode = signed(here)
    answered(here, episode, asked(episode), text="Mätt två gånger")
    found = registry_extract(actor=handler(), case=case(), form="json", at=NOW)
    (query,) = [one for step in found.episodes[0].steps for one in step.queries]
    assert (query.text, query.answer, query.asked_by_name) == (TEXT.text, "Mätt två gånger", DORIS.name)


@pytest.mark.parametrize(
    "change", [{"text": "Något annat"}, {"asked_by_name": "Någon annan"}, {"step": None, "text": ""}], ids=str
)
def test_what_was_written_stays(here: Ward, change: dict[str, Any]) -> None:
    episode = signed(here)
    number = asked(episode)
    with pytest.raises(IntegrityError, match="what was written stays"), transaction.atomic(), all_providers():
        DataQuery.objects.filter(id=number).update(**change)
    answered(here, episode, number, text="Ja")
    later: list[Callable[[], object]] = [
        lambda: DataQuery.objects.filter(id=number).update(answer="Nej"),
        lambda: DataQuery.objects.filter(id=number).delete(),
    ]
    for act in later:
        with pytest.raises(IntegrityError, match="what was written stays"), transaction.atomic(), all_providers():
            act()


def test_row_level_security_shows_a_question_with_its_step_only(here: Ward) -> None:
    asked(signed(here))
    asked(NEVER_WAS)
    assert DataQuery.objects.count() == 0
    with all_providers():
        assert DataQuery.objects.count() == 2
    leave(actor=handler(), case=case(), at=NOW)
    with all_providers():
        assert DataQuery.objects.count() == 1, "the one about nobody"
