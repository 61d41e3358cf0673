"""Letters to patients about follow-ups: who is written to, reminded, and never written to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from registret.access.refusals import NotPermitted
from registret.access.roles import Role
from registret.records.identity.population_entry import PopulationEntry, PostalAddress
from registret.records.models import Patient
from registret.records.reporting import writing
from registret.records.reporting.letters import (
    REMIND_AFTER,
    LetterAct,
    letters_due,
    letters_to_print,
    letters_to_take,
    note,
)
from registret.records.scope import all_providers
from tests.cast import BERTIL, KARIN
from tests.parallel import committed, together
from tests.rooms.records.scene import (
    DAY,
    NOW,
    SAMORDNAD,
    TOLVAN,
    Known,
    Ward,
    ask,
    at_work,
    begun,
    log,
    registered,
    ward,
)

__all__ = ["committed"]


def due(here: Ward, *, patient: str = TOLVAN) -> str:
    """An episode whose follow-up has been due since September."""
    episode = begun(here.anna, patient=patient, arrived_at=["2026-06-01T08:15"])
    left = {"discharged_at": ["2026-06-10T12:00"], "discharged_to": ["home"]}
    writing.write(actor=here.anna, episode=episode, step="discharge", base=0, written=left, at=NOW)
    return episode


def noted(here: Ward, episode: str, act: LetterAct, *, at: datetime = NOW) -> int:
    return note(actor=here.anna, steps=[(episode, "follow_up")], act=act, at=at)


def state(here: Ward, *, at: datetime = NOW) -> list[tuple[bool, bool, bool]]:
    """Of each patient to write to: whether a letter, a reminder and a reply are noted."""
    found = letters_due(actor=here.anna, at=at)
    return [(one.letter_at is not None, one.reminded_at is not None, one.replied_at is not None) for one in found]


def test_a_letter_is_sent_reminded_of_and_replied_to(here: Ward) -> None:
    episode, later = due(here), NOW + REMIND_AFTER
    assert state(here) == [(False, False, False)]
    assert noted(here, episode, LetterAct.SENT) == 1
    assert noted(here, episode, LetterAct.REMINDED, at=later - timedelta(seconds=1)) == 0, "too early"
    assert noted(here, episode, LetterAct.REMINDED, at=later) == 1
    assert noted(here, episode, LetterAct.REPLIED, at=later) == 1
    assert state(here, at=later) == [(True, True, True)]
    assert [entry.facts["what"] for entry in reversed(log("patient.letter_noted"))] == ["sent", "reminded", "replied"]


def test_nothing_is_noted_twice_or_before_a_letter(here: Ward) -> None:
    episode = due(here)
    assert noted(here, episode, LetterAct.REPLIED) == 0
    assert noted(here, episode, LetterAct.TAKEN_BACK) == 0
    assert [noted(here, episode, LetterAct.SENT) for _ in range(2)] == [1, 0]
    assert [noted(here, episode, LetterAct.REPLIED) for _ in range(2)] == [1, 0]
    assert noted(here, episode, LetterAct.REMINDED, at=NOW + 30 * DAY) == 0, "the reply came"


def test_a_mistake_is_taken_back_note_by_note(here: Ward) -> None:
    episode = due(here)
    noted(here, episode, LetterAct.SENT)
    noted(here, episode, LetterAct.REPLIED)
    noted(here, episode, LetterAct.TAKEN_BACK)
    assert state(here) == [(True, False, False)]
    noted(here, episode, LetterAct.TAKEN_BACK)
    assert state(here) == [(False, False, False)]


def test_several_are_noted_at_once_and_those_that_cannot_be_are_left(here: Ward) -> None:
    one, other = due(here), due(here, patient=SAMORDNAD)
    noted(here, one, LetterAct.SENT)
    both = [(one, "follow_up"), (other, "follow_up"), ("E7KHM3QXR", "follow_up"), (other, "acute")]
    assert note(actor=here.karin, steps=both, act=LetterAct.SENT, at=NOW) == 1
    assert state(here) == [(True, False, False)] * 2
    assert note(actor=here.anna, steps=[], act=LetterAct.SENT, at=NOW) == 0


@pytest.mark.parametrize("change", [{"died_on": date(2026, 11, 1)}, {"is_protected": True}])
def test_nobody_writes_to_the_dead_or_the_protected(here: Ward, change: dict[str, object]) -> None:
    episode = due(here)
    with all_providers():
        Patient.objects.update(**change)
    assert letters_due(actor=here.anna, at=NOW) == ()
    assert letters_to_take(actor=here.anna, at=NOW) == ()
    assert noted(here, episode, LetterAct.SENT) == 0
    assert log("patient.letter_noted") == ()


@pytest.mark.parametrize("said", [registered(protected=True), registered(died_on=date(2026, 11, 24))])
def test_a_patient_whom_the_register_now_says_dead_or_protected_is_neither_taken_nor_logged(
    here: Ward, monkeypatch: pytest.MonkeyPatch, said: PopulationEntry
) -> None:
    step, other = (due(here), "follow_up"), due(here, patient=SAMORDNAD)
    ask(Known(**{f"n{TOLVAN.replace('-', '')}": said}), monkeypatch)
    assert [line.episode for line, _ in letters_to_take(actor=here.anna, at=NOW)] == [other]
    assert letters_to_print(actor=here.anna, steps=[step], at=NOW) == ((), frozenset())
    assert len(log("patient.listed_for_letters")) == 1


def test_if_one_gets_no_letter_none_is_made_and_nobody_is_logged_as_shown(here: Ward) -> None:
    one, other = (due(here), "follow_up"), (due(here, patient=SAMORDNAD), "follow_up")
    noted(here, other[0], LetterAct.SENT)
    noted(here, other[0], LetterAct.REPLIED)
    assert letters_to_print(actor=here.anna, steps=[one, other], at=NOW) == ((), frozenset({one}))
    assert log("patient.listed_for_letters") == ()
    (found,), _ = letters_to_print(actor=here.anna, steps=[one], at=NOW)
    assert found[0].episode == one[0]
    assert len(log("patient.listed_for_letters")) == 1


def test_a_follow_up_that_is_begun_leaves_the_list(here: Ward) -> None:
    episode = due(here)
    noted(here, episode, LetterAct.SENT)
    told = {"alive_90": ["yes"]}
    writing.write(actor=here.anna, episode=episode, step="follow_up", base=0, written=told, at=NOW)
    assert state(here) == []
    assert noted(here, episode, LetterAct.REPLIED) == 0


def test_others_note_nothing(here: Ward) -> None:
    episode = due(here)
    assert note(actor=here.cecilia, steps=[(episode, "follow_up")], act=LetterAct.SENT, at=NOW) == 0
    reader = at_work(BERTIL, here.place.infection, by=KARIN, role=Role.READER)
    for act in (letters_due, letters_to_take):
        with pytest.raises(NotPermitted):
            act(actor=reader, at=NOW)
    with pytest.raises(NotPermitted):
        letters_to_print(actor=reader, steps=[(episode, "follow_up")], at=NOW)
    with pytest.raises(NotPermitted):
        note(actor=reader, steps=[(episode, "follow_up")], act=LetterAct.SENT, at=NOW)


def test_the_file_has_those_without_a_letter_with_the_address_that_the_register_knows(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = PostalAddress(street="Storgatan 2", postal_code="622 00", city="Sydvik")
    ask(Known(**{f"n{TOLVAN.replace('-', '')}": replace(registered(), address=address)}), monkeypatch)
    due(here)
    other = due(here, patient=SAMORDNAD)
    found = {line.patient.number.shown: known for line, known in letters_to_take(actor=here.anna, at=NOW)}
    assert found == {TOLVAN: address, SAMORDNAD: None}
    assert len(log("patient.listed_for_letters")) == 2
    noted(here, other, LetterAct.SENT)
    assert [line.patient.number.shown for line, _ in letters_to_take(actor=here.anna, at=NOW)] == [TOLVAN]


def test_two_who_note_the_same_letter_at_one_moment_note_it_once(committed: None) -> None:
    here = ward()
    episode = due(here)
    steps = [(episode, "follow_up")]
    results = together(
        [
            lambda: note(actor=here.anna, steps=steps, act=LetterAct.SENT, at=NOW),
            lambda: note(actor=here.karin, steps=steps, act=LetterAct.SENT, at=NOW),
        ]
    )
    assert set(results) == {0, 1}
    assert len(log("patient.letter_noted")) == 1
