"""The office asks a clinic about an answer by system id: who sees the question, who answers, and what stays unsaid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.kernel.identifiers import Malformed
from registret.kernel.life import NotPossible
from registret.mail.models import Letter
from registret.records.data_queries import asking, scheduled
from registret.records.data_queries.answering import QueryAnswer, answer, open_query
from registret.records.data_queries.asking import ANSWERABLE_FOR, SHOWN_FOR, QueryWanted, ask, withdraw
from registret.records.data_queries.text import QueryText
from registret.records.lifecycle import QueryOutcome, QueryState
from registret.records.models import DataQuery, Patient, Step
from registret.records.patient_rights.extracts import registry_extract
from registret.records.patient_rights.opting_out import take_back
from registret.records.refusals import NotCorrected, QueryWaits, ReasonNeeded
from registret.records.reporting import audited_reads, moving, signing, writing
from registret.records.retention.deletion import destroy_research
from registret.records.scope import all_providers, leaving_patients
from tests import cast
from tests.cast import BERTIL, DORIS, KARIN
from tests.parallel import committed, together
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Ward,
    at_work,
    begun,
    case,
    handler,
    leave,
    log,
    opt_out,
    ward,
)

__all__ = ["committed"]

OLLE = cast.person("Olle", "Norr", "SE2321009991-E00O5N4")
"""Reports at the medical clinic of the same care provider."""
NEVER_WAS = "E7KHM3QXR"
TEXT = QueryText.parse("Andningsfrekvensen är hög. Stämmer den?")
LATER = NOW + HOUR


def doris(at: datetime = NOW) -> Actor:
    return cast.actor(DORIS, at=at)


def signed(here: Ward, **different: Any) -> str:
    """An episode whose acute step Anna has signed; answers its system id."""
    episode = begun(here.anna)
    step: dict[str, Any] = {"actor": here.anna, "episode": episode, "step": "acute"}
    writing.write(base=0, written={**ACUTE, **different}, at=NOW, **step)
    signing.sign(base=1, at=NOW, **step)
    return episode


def wanted(episode: str) -> QueryWanted:
    return QueryWanted(system_id=episode, sub_registry="pneumoni", step="acute", variable="respiratory_rate", text=TEXT)


def asked(episode: str, *, at: datetime = NOW, **different: Any) -> int:
    return ask(actor=doris(), wanted=replace(wanted(episode), **different), at=at)


def correct(here: Ward, episode: str, *, by: Actor | None = None, at: datetime = NOW + 30 * MINUTE) -> None:
    """In the usual way: unlocked with a reason, changed and signed."""
    step: dict[str, Any] = {"actor": by or here.anna, "episode": episode, "step": "acute"}
    signing.reopen(reason="Kansliet frågar", at=at, **step)
    done = writing.write(base=3, written={"respiratory_rate": ["23"]}, at=at, **step)
    signing.sign(base=done.page.step.version, at=at, **step)


def answered(
    here: Ward, episode: str, number: int, outcome: QueryOutcome = QueryOutcome.RIGHT, text: str = "", **who: Any
) -> None:
    said = QueryAnswer(outcome=outcome, text=QueryText.parse(text))
    told: dict[str, Any] = {"actor": here.anna, "at": LATER, **who}
    answer(episode=episode, step="acute", number=number, said=said, **told)


def at_the_clinic(actor: Actor, *, at: datetime = NOW) -> list[str]:
    """Of which episodes the work list has questions."""
    return [one.episode for one in audited_reads.work(actor=actor, at=at).asked]


def told_of_waiting(*, at: datetime = NOW) -> list[tuple[str, QueryState]]:
    return [(one.system_id, one.state) for one in asking.waiting_and_lapsed(actor=doris(at), at=at)]


def told_of_answers(*, at: datetime = LATER) -> list[tuple[QueryOutcome, str, str]]:
    return [(one.outcome, one.answer, one.by_name) for one in asking.answered(actor=doris(at), at=at)]


def rows() -> list[tuple[int | None, str, str]]:
    with leaving_patients():
        return list(DataQuery.objects.order_by("id").values_list("step_id", "text", "answer"))


# --- asked, seen and answered ----------------------------------------------------------------------


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


def move_to(here: Ward, episode: str, clinic: int) -> None:
    moving.move(actor=here.anna, episode=episode, step="acute", clinic_id=clinic, reason="Fel klinik", at=NOW)


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


# --- what the office is not told -------------------------------------------------------------------


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


# --- letters ---------------------------------------------------------------------------------------


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
