"""A pneumonia from inclusion to signature: what is saved, computed, refused, kept and told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.kernel.dates import DateFault, DateTrouble
from registret.kernel.life import NotPossible
from registret.rate_limits.services import TooMany
from registret.records.lifecycle import StepState
from registret.records.refusals import CannotSign, CriteriaNotMet, OfAnotherClinic, PerhapsDouble, WrittenSince
from registret.records.reporting import (
    audited_reads,
    beginning,
    inclusion,
    letters,
    listing,
    moving,
    signing,
    work_lists,
    writing,
)
from registret.records.reporting.inclusion import NewPatient
from registret.words.dates import date_fault
from tests.cast import BERTIL, KARIN
from tests.rooms.records.scene import (
    ACUTE,
    DISCHARGE,
    HOUR,
    INCLUDED,
    MINUTE,
    NOW,
    RESERVE,
    TOLVAN,
    Ward,
    at_work,
    begun,
    log,
    number,
)

pytestmark = pytest.mark.django_db


def scores(actor: Actor, episode: str) -> dict[str, Decimal | None]:
    page = audited_reads.open_step(actor=actor, episode=episode, step="acute", at=NOW)
    return {now.score.code: now.value for now in page.assessment.scores}


def test_an_episode_begins_with_all_its_steps_and_one_entry(here: Ward) -> None:
    episode = begun(here.anna)
    page = audited_reads.open_step(actor=here.anna, episode=episode, step="inclusion", at=NOW)
    assert [(step.code, step.state) for step in page.episode.steps] == [
        ("inclusion", StepState.SIGNED),
        ("acute", StepState.PLANNED),
        ("discharge", StepState.PLANNED),
        ("follow_up", StepState.PLANNED),
    ]
    (entry,) = log("episode.begun")
    assert entry.facts["episode"] == episode
    assert TOLVAN not in str(entry.facts)


@pytest.mark.parametrize(
    ("arrived", "at", "said"),
    [
        ("25/11 10.00", NOW, "25 november 2026 har inte varit än. Menar du tisdag 25 november 2025? Skriv då året"),
        (
            "28/12 10.00",
            datetime(2027, 1, 2, 8, tzinfo=UTC),
            "28 december 2027 har inte varit än. Menar du måndag 28 december 2026? Skriv då året: 2026-12-28.",
        ),
    ],
)
def test_no_episode_begins_last_year_because_the_year_was_left_out(
    here: Ward, arrived: str, at: datetime, said: str
) -> None:
    who, written = NewPatient(number=number(TOLVAN)), {**INCLUDED, "arrived_at": [arrived]}
    found = inclusion.intake(actor=here.anna, who=who, sub_registry="pneumoni", written=written, at=at)
    fault = found.faults["arrived_at"]
    assert isinstance(fault, DateFault)
    assert said in date_fault(fault)
    with pytest.raises(CriteriaNotMet):
        beginning.begin(actor=here.anna, who=who, sub_registry="pneumoni", written=written, is_no_double=False, at=at)


def test_samma_dag_is_the_day_of_the_arrival_and_never_before_it(here: Ward) -> None:
    episode = begun(here.anna)
    written = {"antibiotic_at": ["samma dag 9.30"], "blood_cultured_at": ["8.10"], "intensive_care_from": ["9.40"]}
    found = writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=written, at=NOW)
    kept = found.page.answers["acute"]["antibiotic_at"].stored
    assert str(kept).startswith("2026-11-20T09:30")
    troubles = {code: fault.trouble for code, fault in found.faults.items() if isinstance(fault, DateFault)}
    assert troubles == {
        "blood_cultured_at": DateTrouble.BEFORE_ARRIVAL,
        "intensive_care_from": DateTrouble.NO_DAY,
    }, "the arrival was at 8.15, and intensive care may begin any day"


def test_crb65_is_computed_from_what_is_known_and_unknown_until_then(here: Ward) -> None:
    episode = begun(here.anna)
    half, rest = {"confusion": ["no"], "respiratory_rate": ["32"]}, {"systolic": ["118"], "diastolic": ["64"]}
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=half, at=NOW)
    assert scores(here.anna, episode)["crb65"] is None
    outcome = writing.write(actor=here.anna, episode=episode, step="acute", base=1, written=rest, at=NOW)
    assert {now.score.code: now.value for now in outcome.page.assessment.scores}["crb65"] == 2, "rate and age"
    assert outcome.page.assessment.scores[0].reading


def test_a_complete_step_is_signed_and_then_stays(here: Ward) -> None:
    episode = begun(here.anna)
    saved = writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    assert saved.faults == {}
    assert saved.page.assessment.can_be_signed
    signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW + MINUTE)
    with pytest.raises(NotPossible):
        writing.write(actor=here.anna, episode=episode, step="acute", base=2, written={"pulse": ["80"]}, at=NOW)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel puls", at=NOW + 2 * MINUTE)
    writing.write(
        actor=here.karin, episode=episode, step="acute", base=3, written={"pulse": ["82"]}, at=NOW + 3 * MINUTE
    )
    _, history = audited_reads.open_history(actor=here.anna, episode=episode, step="acute", at=NOW)
    assert [(row.kind, row.by_name, row.reason) for row in history] == [
        ("write", here.karin.name, ""),
        ("reopen", here.anna.name, "Fel puls"),
        ("sign", here.anna.name, ""),
        ("write", here.anna.name, ""),
    ]
    (change,) = history[0].changes
    assert (change.question.code, change.old, change.new and change.new.value) == ("pulse", None, 82)


def test_what_must_be_answered_and_is_not_stops_signing(here: Ward) -> None:
    episode = begun(here.anna)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written={**ACUTE, "confusion": [""]}, at=NOW)
    with pytest.raises(CannotSign) as no:
        signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    assert no.value.lacking == 1


def test_times_in_the_wrong_order_are_saved_and_flagged_and_stop_signing(here: Ward) -> None:
    episode = begun(here.anna)
    wrong = {**ACUTE, "antibiotic_at": ["2026-11-20T07:00"]}
    saved = writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=wrong, at=NOW)
    assert saved.faults == {}
    assert {code for rule in saved.page.assessment.broken for code in rule.about} >= {"antibiotic_at"}
    assert [row.episode for row in audited_reads.work(actor=here.anna, at=NOW).drafts.rows if row.flags] == [episode]
    with pytest.raises(CannotSign):
        signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)


def test_an_impossible_value_is_not_saved_and_takes_no_other_with_it(here: Ward) -> None:
    episode = begun(here.anna)
    saved = writing.write(
        actor=here.anna,
        episode=episode,
        step="acute",
        base=0,
        written={"respiratory_rate": ["320"], "systolic": ["abc"], "diastolic": ["64"]},
        at=NOW,
    )
    assert set(saved.faults) == {"respiratory_rate", "systolic"}
    assert set(saved.page.answers["acute"]) == {"diastolic"}


def test_two_who_write_at_once_lose_nothing_of_each_other(here: Ward) -> None:
    episode = begun(here.anna)
    first = {"pulse": ["80"], "crp": ["120"]}
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=first, at=NOW)
    second = {"pulse": ["95"], "saturation": ["92"]}
    other = writing.write(actor=here.karin, episode=episode, step="acute", base=0, written=second, at=NOW)
    assert {code: answer.value for code, answer in other.page.answers["acute"].items()} == {
        "pulse": 80,
        "crp": 120,
        "saturation": 92,
    }
    (conflict,) = other.conflicts
    assert (conflict.code, conflict.mine, conflict.by_name) == ("pulse", ("95",), here.anna.name)
    assert set(other.others) == {"pulse", "crp"}


def test_nobody_signs_what_they_have_not_seen(here: Ward) -> None:
    episode = begun(here.anna)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    writing.write(actor=here.karin, episode=episode, step="acute", base=1, written={"pulse": ["80"]}, at=NOW)
    with pytest.raises(WrittenSince):
        signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)


def test_who_is_not_to_be_included_is_not(here: Ward) -> None:
    with pytest.raises(CriteriaNotMet):
        begun(here.anna, acquired=["hospital"])
    with pytest.raises(CriteriaNotMet):
        begun(here.anna, arrived_at=[""])
    assert log("episode.begun") == ()


def test_a_second_episode_near_in_time_is_asked_about_and_others_show_only_that_there_is_one(here: Ward) -> None:
    begun(here.anna)
    with pytest.raises(PerhapsDouble) as own:
        begun(here.anna, arrived_at=["2026-11-22T10:00"])
    assert own.value.own == 1
    assert not beginning.near_elsewhere(
        actor=here.anna, episode=begun(here.anna, patient=RESERVE, arrived_at=["2026-11-22T10:00"]), at=NOW
    )
    theirs = begun(here.cecilia, arrived_at=["2026-11-22T10:00"])
    assert beginning.near_elsewhere(actor=here.cecilia, episode=theirs, at=NOW)
    with pytest.raises(NotFound):
        beginning.near_elsewhere(actor=here.anna, episode=theirs, at=NOW)
    assert begun(here.anna, arrived_at=["2026-09-01T10:00"]), "long before"


def test_another_provider_sees_nothing_of_it(here: Ward) -> None:
    episode = begun(here.anna)
    patient = audited_reads.open_step(actor=here.anna, episode=episode, step="acute", at=NOW).patient
    for look in (
        lambda: audited_reads.open_step(actor=here.cecilia, episode=episode, step="acute", at=NOW),
        lambda: audited_reads.open_patient(actor=here.cecilia, system_id=patient.system_id, at=NOW),
        lambda: audited_reads.open_history(actor=here.cecilia, episode=episode, step="acute", at=NOW),
        lambda: writing.write(
            actor=here.cecilia, episode=episode, step="acute", base=0, written={"pulse": ["80"]}, at=NOW
        ),
    ):
        with pytest.raises(NotFound):
            look()
    found = audited_reads.search(actor=here.cecilia, written=TOLVAN, at=NOW)
    assert found.patient is None
    assert audited_reads.work(actor=here.cecilia, at=NOW).drafts.rows == ()


def test_an_administrator_sees_no_patients(here: Ward) -> None:
    episode = begun(here.anna)
    for look in (
        lambda: audited_reads.open_step(actor=here.bertil, episode=episode, step="acute", at=NOW),
        lambda: audited_reads.search(actor=here.bertil, written=TOLVAN, at=NOW),
        lambda: audited_reads.work(actor=here.bertil, at=NOW),
    ):
        with pytest.raises(NotPermitted):
            look()


def test_only_the_clinic_that_has_the_step_writes_in_it(here: Ward) -> None:
    episode = begun(here.anna)
    moving.move(
        actor=here.anna, episode=episode, step="discharge", clinic_id=here.place.medicine, reason="Flyttad", at=NOW
    )
    assert audited_reads.open_step(actor=here.anna, episode=episode, step="discharge", at=NOW).is_writable is False
    with pytest.raises(OfAnotherClinic):
        writing.write(actor=here.anna, episode=episode, step="discharge", base=1, written={"empyema": ["no"]}, at=NOW)
    with pytest.raises(NotFound):
        moving.move(actor=here.anna, episode=episode, step="acute", clinic_id=here.place.sydvik, reason="Fel", at=NOW)


def test_a_follow_up_is_due_months_after_discharge_and_stands_on_the_list_and_the_list_for_letters(here: Ward) -> None:
    episode = begun(here.anna, arrived_at=["2026-06-01T08:15"])
    left = {"discharged_at": ["2026-06-10T12:00"], "discharged_to": ["home"]}
    outcome = writing.write(actor=here.anna, episode=episode, step="discharge", base=0, written=left, at=NOW)
    assert outcome.faults == {}
    page = audited_reads.open_step(actor=here.anna, episode=episode, step="follow_up", at=NOW)
    assert (str(page.step.due_from), str(page.step.due_to)) == ("2026-09-10", "2026-12-10")
    assert [row.episode for row in audited_reads.work(actor=here.anna, at=NOW).due.rows] == [episode]
    ((letter, _address),) = letters.letters_to_take(actor=here.anna, at=NOW)
    assert letter.patient.number.shown == TOLVAN
    (entry,) = log("patient.listed_for_letters")
    assert entry.about_patient_id == letter.patient.id
    assert letters.letters_to_take(actor=here.cecilia, at=NOW) == ()
    later = {"discharged_at": ["2026-11-10T12:00"]}
    writing.write(actor=here.anna, episode=episode, step="discharge", base=1, written=later, at=NOW)
    assert audited_reads.work(actor=here.anna, at=NOW).due.rows == ()


def test_the_step_to_go_on_with_stands_on_a_list_until_it_is_begun(here: Ward) -> None:
    def to_do() -> list[tuple[str, str]]:
        return [(row.episode, row.step) for row in audited_reads.work(actor=here.anna, at=NOW).to_continue.rows]

    episode = begun(here.anna)
    assert to_do() == [(episode, "acute")]
    assert audited_reads.work(actor=here.cecilia, at=NOW).to_continue.rows == ()
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    assert to_do() == [], "it is a draft now"
    signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    assert to_do() == [(episode, "discharge")]
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel värde", at=NOW)
    assert to_do() == [], "first what was opened again"
    signing.sign(actor=here.anna, episode=episode, step="acute", base=3, at=NOW)
    moving.move(
        actor=here.anna, episode=episode, step="discharge", clinic_id=here.place.medicine, reason="Flyttad", at=NOW
    )
    assert to_do() == [], "another clinic goes on"


def test_a_follow_up_that_waits_for_its_day_is_nothing_to_go_on_with(here: Ward) -> None:
    episode = begun(here.anna)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    writing.write(actor=here.anna, episode=episode, step="discharge", base=0, written=DISCHARGE, at=NOW)
    signing.sign(actor=here.anna, episode=episode, step="discharge", base=1, at=NOW)
    work = audited_reads.work(actor=here.anna, at=NOW)
    assert (work.to_continue.rows, work.due.rows) == ((), ())


def test_the_start_page_has_the_longest_waiting_and_says_that_there_are_more(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_lists, "SHOWN", 2)
    first, second, _ = [
        begun(here.anna, at=NOW + month * MINUTE, arrived_at=[f"2026-0{2 * month - 1}-01T08:15"])
        for month in range(1, 4)
    ]
    found = audited_reads.work(actor=here.anna, at=NOW + HOUR).to_continue
    assert ([row.episode for row in found.rows], found.has_more) == ([first, second], True)


def test_who_only_reads_has_nothing_to_do_and_writes_to_nobody(here: Ward) -> None:
    begun(here.anna)
    reader = at_work(BERTIL, here.place.infection, by=KARIN, role=Role.READER)
    with pytest.raises(NotPermitted):
        audited_reads.work(actor=reader, at=NOW)
    with pytest.raises(NotPermitted):
        letters.letters_due(actor=reader, at=NOW)
    assert len(listing.newest(actor=reader, size=10, at=NOW)) == 1


def test_who_tries_numbers_is_stopped(here: Ward) -> None:
    most = audited_reads.NUMBERS_PER_PERSON.most
    for _ in range(most):
        audited_reads.search(actor=here.anna, written=TOLVAN, at=NOW)
    with pytest.raises(TooMany):
        audited_reads.search(actor=here.anna, written=TOLVAN, at=NOW)
    for _ in range(audited_reads.NAMES_PER_PERSON.most):
        assert audited_reads.search(actor=here.anna, written="Berg", at=NOW).named == ()
    with pytest.raises(TooMany):
        audited_reads.search(actor=here.anna, written="Be", at=NOW)
    assert audited_reads.search(actor=here.karin, written=TOLVAN, at=NOW).patient is None
