"""The office asks a clinic about an answer by system id: who sees the question, and who answers it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.kernel.identifiers import Malformed
from registret.records.data_queries import asking
from registret.records.data_queries.answering import open_query
from registret.records.data_queries.asking import ask, withdraw
from registret.records.data_queries.text import QueryText
from registret.records.lifecycle import QueryOutcome
from registret.records.models import Patient
from registret.records.refusals import NotCorrected, ReasonNeeded
from registret.records.reporting import audited_reads, signing, writing
from registret.records.scope import all_providers
from tests.cast import BERTIL, KARIN
from tests.rooms.records.asked import (
    OLLE,
    TEXT,
    answered,
    asked,
    at_the_clinic,
    correct,
    doris,
    move_to,
    signed,
    told_of_answers,
    told_of_waiting,
    wanted,
)
from tests.rooms.records.scene import (
    HOUR,
    MINUTE,
    NOW,
    Ward,
    at_work,
    handler,
    log,
)


def test_the_clinic_that_has_the_step_sees_the_question_and_its_answer_reaches_the_office(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode)
    assert at_the_clinic(here.anna) == at_the_clinic(here.karin) == [episode]
    page, query = open_query(actor=here.karin, episode=episode, step="acute", number=number, at=NOW)
    assert (query.text, query.variable, page.step.code) == (TEXT.text, "respiratory_rate", "acute")
    answered(here, episode, number, QueryOutcome.RIGHT, "Mätt två gånger", actor=here.karin)
    assert at_the_clinic(here.anna) == []
    assert told_of_waiting() == []
    assert told_of_answers() == [(QueryOutcome.RIGHT, "Mätt två gånger", KARIN.name)]


def test_the_page_of_the_step_has_the_question_until_it_is_answered(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode)

    def shown(actor: Actor, step: str = "acute") -> list[int]:
        page = audited_reads.open_step(actor=actor, episode=episode, step=step, at=NOW)
        return [query.id for query in page.queries]

    assert shown(here.anna) == [number]
    assert shown(here.anna, "discharge") == [], "another step"
    reader = at_work(BERTIL, here.place.infection, by=KARIN, role=Role.READER)
    assert shown(reader) == [], "readers correct nothing"
    answered(here, episode, number)
    assert shown(here.anna) == []


def test_corrected_is_said_only_of_what_was_changed_and_signed_since(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode, at=NOW + MINUTE)
    with pytest.raises(NotCorrected), transaction.atomic():
        answered(here, episode, number, QueryOutcome.CORRECTED)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Kansliet frågar", at=NOW + HOUR)
    step: dict[str, Any] = {"actor": here.anna, "episode": episode, "step": "acute", "at": NOW + HOUR}
    done = writing.write(base=3, written={"respiratory_rate": ["23"]}, **step)
    with pytest.raises(NotCorrected), transaction.atomic():
        answered(here, episode, number, QueryOutcome.CORRECTED, at=NOW + HOUR)
    assert at_the_clinic(here.anna) == [episode], "a reopened step keeps its question"
    signing.sign(base=done.page.step.version, **step)
    answered(here, episode, number, QueryOutcome.CORRECTED, at=NOW + HOUR)
    assert [outcome for outcome, _, _ in told_of_answers()] == [QueryOutcome.CORRECTED]


def test_another_answer_that_was_changed_is_no_correction_of_this_one(here: Ward) -> None:
    episode = signed(here)
    correct(here, episode)
    number = asked(episode, variable="saturation")
    with pytest.raises(NotCorrected):
        answered(here, episode, number, QueryOutcome.CORRECTED)


def test_the_database_wants_to_know_why_something_cannot_be_known(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode)
    with pytest.raises(IntegrityError, match="data_query_unknown_says_why"), transaction.atomic():
        answered(here, episode, number, QueryOutcome.UNKNOWN)
    answered(here, episode, number, QueryOutcome.UNKNOWN, "Journalen är borta")


def test_the_log_tells_who_asked_and_who_answered_about_which_patient(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode)
    answered(here, episode, number)
    with all_providers():
        patient = Patient.objects.get().id
    (ask_entry,), (answer_entry,) = log("query.asked"), log("query.answered")
    assert (ask_entry.about_patient_id, answer_entry.about_patient_id) == (patient, patient)
    facts = {"query": number, "episode": episode, "step": "acute", "variable": "respiratory_rate"}
    assert ask_entry.facts == {**facts, "sub_registry": "pneumoni"}
    assert answer_entry.facts == {**facts, "sub_registry": "pneumoni", "result": "right"}


# --- who may ---------------------------------------------------------------------------------------


def test_others_neither_ask_nor_see_nor_answer(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode)
    medicine = at_work(OLLE, here.place.medicine, by=None)
    for outsider in (here.cecilia, medicine):
        assert at_the_clinic(outsider) == []
        with pytest.raises(NotFound):
            open_query(actor=outsider, episode=episode, step="acute", number=number, at=NOW)
        with pytest.raises(NotFound):
            answered(here, episode, number, actor=outsider)
    for actor in (here.anna, here.bertil, handler()):
        with pytest.raises(NotPermitted):
            ask(actor=actor, wanted=wanted(episode), at=NOW)
        with pytest.raises(NotPermitted):
            withdraw(actor=actor, number=number, at=NOW)
        for listed in (asking.waiting_and_lapsed, asking.answered):
            with pytest.raises(NotPermitted):
                listed(actor=actor, at=NOW)
    for actor in (here.bertil, doris()):
        with pytest.raises(NotPermitted):
            answered(here, episode, number, actor=actor)


def test_a_reader_of_the_clinic_does_not_answer(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode)
    reader = at_work(BERTIL, here.place.infection, by=KARIN, role=Role.READER)
    with pytest.raises(NotPermitted):
        answered(here, episode, number, actor=reader)


def test_a_question_goes_along_with_a_step_that_moves(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode)
    medicine = at_work(OLLE, here.place.medicine, by=None)
    move_to(here, episode, here.place.medicine)
    assert (at_the_clinic(here.anna), at_the_clinic(medicine)) == ([], [episode])
    with pytest.raises(NotFound):
        answered(here, episode, number)
    answered(here, episode, number, actor=medicine)
    assert [name for _, _, name in told_of_answers()] == [OLLE.name]


def test_protected_identity_asks_for_a_reason_first(here: Ward) -> None:
    episode = signed(here)
    number = asked(episode)
    with all_providers():
        Patient.objects.update(is_protected=True)
    with pytest.raises(ReasonNeeded):
        open_query(actor=here.anna, episode=episode, step="acute", number=number, at=NOW)
    with pytest.raises(ReasonNeeded):
        answered(here, episode, number)


def test_a_text_with_a_number_of_a_person_is_no_text() -> None:
    for text in ("Gäller 19121212-1212", "x" * 501):
        with pytest.raises(Malformed):
            QueryText.parse(text)
