"""The dead: nobody writes to them, nothing is left to do, and how long they lived is told from the day of death."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from registret.kernel.life import NotPossible
from registret.records.identity import lookups, merging, renumbering
from registret.records.lifecycle import StepState
from registret.records.models import Revision, Step
from registret.records.refusals import CannotSign
from registret.records.reporting import audited_reads, beginning, letters, signing, writing
from registret.records.reporting.inclusion import NewPatient
from registret.records.rows import StepPage
from registret.records.scope import all_providers
from registret.registries.answers import FormFault
from tests.parallel import committed, together
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    NOW,
    RESERVE,
    TOLVAN,
    Known,
    Ward,
    ask,
    begun,
    log,
    number,
    registered,
    system_id_of,
    ward,
)

__all__ = ["committed"]

HOME: Mapping[str, Sequence[str]] = {
    "agent": ["missing:unknown"],
    "blood_culture_result": ["missing:unknown"],
    "discharged_at": ["2026-06-10T12:00"],
    "discharged_to": ["home"],
}
DIED = dict(HOME) | {"discharged_to": ["died"]}
TOLD: Mapping[str, Sequence[str]] = {
    "readmitted": ["no"],
    "alive_30": ["yes"],
    "alive_90": ["yes"],
    "imaging_followed_up": ["yes"],
}


def discharged(here: Ward, written: Mapping[str, Sequence[str]] = HOME, *, patient: str = TOLVAN) -> str:
    """A pneumonia from 1 to 10 June 2026; its follow-up is due since September."""
    episode = begun(here.anna, patient=patient, arrived_at=["2026-06-01T08:15"])
    acute = dict(ACUTE) | {"blood_cultured_at": ["2026-06-01T08:50"], "antibiotic_at": ["2026-06-01T09:30"]}
    put(here, episode, "acute", acute)
    sign(here, episode, "acute")
    put(here, episode, "discharge", written)
    return episode


def step(here: Ward, episode: str, code: str = "follow_up", *, at: datetime = NOW) -> StepPage:
    return audited_reads.open_step(actor=here.anna, episode=episode, step=code, at=at)


def put(
    here: Ward, episode: str, code: str, written: Mapping[str, Sequence[str]], *, at: datetime = NOW
) -> writing.WriteOutcome:
    base = step(here, episode, code, at=at).step.version
    return writing.write(actor=here.anna, episode=episode, step=code, base=base, written=written, at=at)


def sign(here: Ward, episode: str, code: str = "follow_up", *, at: datetime = NOW) -> None:
    base = step(here, episode, code, at=at).step.version
    signing.sign(actor=here.anna, episode=episode, step=code, base=base, at=at)


def to_do(here: Ward, *, at: datetime = NOW) -> tuple[list[str], list[str]]:
    """Episodes on the list of follow-ups, and patients on the list for letters."""
    due = audited_reads.work(actor=here.anna, at=at).due.rows
    found = letters.letters_due(actor=here.anna, at=at)
    return [row.episode for row in due], [line.patient.number.shown for line in found]


def score(page: StepPage, code: str) -> int | None:
    found = next(now.value for now in page.assessment.scores if now.score.code == code)
    return None if found is None else int(found)


def broken(page: StepPage) -> set[str]:
    return {rule.code for rule in page.assessment.broken}


def register_says(died_on: date | None, monkeypatch: pytest.MonkeyPatch, *, at: datetime) -> None:
    ask(Known(n191212121212=registered(died_on=died_on)), monkeypatch)
    lookups.ask_again(at=at)


def test_who_died_in_hospital_gets_no_letter_and_no_follow_up_and_the_step_says_why(here: Ward) -> None:
    episode = discharged(here)
    assert to_do(here) == ([episode], [TOLVAN])
    put(here, episode, "discharge", {"discharged_to": ["died"]})
    assert to_do(here) == ([], [])
    page = step(here, episode)
    assert (page.step.state, page.step.closed_why) == (StepState.CLOSED, "answer")
    assert page.step.closed_at == NOW
    assert (score(page, "died_30"), score(page, "died_90")) == (1, 1)
    (entry,) = log("step.closed")
    assert (entry.by_name, entry.about_patient_id) == (here.anna.name, page.patient.id)
    assert entry.facts == {"episode": episode, "step": "follow_up", "sub_registry": "pneumoni", "why": "answer"}
    with all_providers():
        (revision,) = Revision.objects.filter(step__code="follow_up")
    assert (revision.kind, revision.by_name) == ("close", here.anna.name)
    with pytest.raises(NotPossible):
        put(here, episode, "follow_up", TOLD)


def test_a_death_in_a_form_that_is_corrected_opens_what_it_closed(here: Ward) -> None:
    episode = discharged(here, DIED)
    sign(here, episode, "discharge")
    signing.reopen(actor=here.anna, episode=episode, step="discharge", reason="Fel patient", at=NOW)
    assert to_do(here) == ([], []), "nothing is corrected yet"
    put(here, episode, "discharge", {"discharged_to": ["home"]})
    assert to_do(here) == ([episode], [TOLVAN])
    assert step(here, episode).step.state is StepState.PLANNED
    (entry,) = log("step.opened_again")
    assert entry.about_patient_id == step(here, episode).patient.id


def test_who_died_at_home_is_told_by_the_follow_up_before_its_day_and_leaves_the_lists(here: Ward) -> None:
    early = datetime(2026, 6, 12, 8, 0, tzinfo=UTC)
    episode = discharged(here)
    put(here, episode, "follow_up", {"died_later": ["yes"], "death_on": ["2026-06-11"]}, at=early)
    page = step(here, episode, at=early)
    assert (page.step.state, page.assessment.locked, page.assessment.lacking) == (StepState.DRAFT, {}, ())
    assert (score(page, "died_30"), score(page, "died_90")) == (1, 1)
    sign(here, episode, at=early)
    assert to_do(here) == ([], [])


def test_what_the_population_register_says_closes_everywhere_and_what_it_takes_back_opens(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = discharged(here)
    put(here, episode, "follow_up", {"readmitted": ["no"]})
    elsewhere = beginning.begin(
        actor=here.cecilia,
        who=NewPatient(number=number(TOLVAN)),
        sub_registry="pneumoni",
        written={"arrived_at": ["2026-06-01T08:15"], "pneumonia_treated": ["yes"], "acquired": ["community"]},
        is_no_double=True,
        at=NOW,
    )
    register_says(date(2026, 7, 31), monkeypatch, at=NOW + DAY)
    page = step(here, episode)
    assert (page.step.state, page.step.closed_why) == (StepState.CLOSED, "register")
    assert (score(page, "died_30"), score(page, "died_90")) == (0, 1), "60 days after the arrival"
    there = audited_reads.open_step(actor=here.cecilia, episode=elsewhere, step="follow_up", at=NOW)
    assert there.step.state is StepState.CLOSED
    assert {entry.by_program for entry in log("step.closed")} == {"population"}
    _, (revision, *_) = audited_reads.open_history(actor=here.anna, episode=episode, step="follow_up", at=NOW)
    assert (revision.kind, revision.by_name, revision.by_clinic_id) == ("close", "registret", None)
    register_says(None, monkeypatch, at=NOW + 2 * DAY)
    page = step(here, episode)
    assert page.step.state is StepState.DRAFT, "it was begun"
    assert page.answers["follow_up"]["readmitted"].value == "no"
    there = audited_reads.open_step(actor=here.cecilia, episode=elsewhere, step="follow_up", at=NOW)
    assert there.step.state is StepState.PLANNED


def test_a_death_counts_in_all_episodes_of_the_care_provider_and_in_no_other(here: Ward) -> None:
    first = discharged(here)
    again = begun(here.anna, arrived_at=["2026-08-01T08:15"])
    elsewhere = beginning.begin(
        actor=here.cecilia,
        who=NewPatient(number=number(TOLVAN)),
        sub_registry="pneumoni",
        written={"arrived_at": ["2026-06-01T08:15"], "pneumonia_treated": ["yes"], "acquired": ["community"]},
        is_no_double=True,
        at=NOW,
    )
    put(here, again, "discharge", dict(DIED) | {"discharged_at": ["2026-08-20T10:00"]})
    page = step(here, first)
    assert page.step.state is StepState.CLOSED
    assert (score(page, "died_30"), score(page, "died_90")) == (0, 1), "80 days after the first arrival"
    there = audited_reads.open_step(actor=here.cecilia, episode=elsewhere, step="follow_up", at=NOW)
    assert there.step.state is StepState.PLANNED, "another care provider is not told"


def test_an_episode_that_is_begun_for_the_dead_has_no_follow_up_to_do(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(Known(n191212121212=registered(died_on=date(2026, 6, 20))), monkeypatch)
    episode = discharged(here)
    assert step(here, episode).step.state is StepState.CLOSED
    assert to_do(here) == ([], [])
    assert audited_reads.work(actor=here.anna, at=NOW).to_continue.rows == ()


def test_a_follow_up_that_was_done_before_the_death_can_be_filled_in_all_the_same(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = discharged(here)
    register_says(date(2026, 11, 1), monkeypatch, at=NOW + DAY)
    writing.take_up(actor=here.anna, episode=episode, step="follow_up", at=NOW)
    put(here, episode, "follow_up", TOLD)
    sign(here, episode)
    page = step(here, episode)
    assert (page.step.state, score(page, "died_90")) == (StepState.SIGNED, 0)


def test_merged_with_the_dead_a_patient_has_died(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = discharged(here, patient=RESERVE)
    begun(here.anna, arrived_at=["2026-10-01T08:15"])
    register_says(date(2026, 11, 1), monkeypatch, at=NOW + DAY)
    assert to_do(here)[0] == [reserve]
    mine, tolvan = system_id_of(RESERVE), system_id_of(TOLVAN)
    merging.merge(actor=here.anna, patient=mine, number=number(TOLVAN), expected={mine, tolvan}, reason="Samma", at=NOW)
    assert to_do(here) == ([], [])


def test_a_mistaken_number_takes_the_death_of_its_owner_along(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    episode = discharged(here)
    register_says(date(2026, 11, 1), monkeypatch, at=NOW + DAY)
    assert to_do(here) == ([], [])
    renumbering.change_number(
        actor=here.anna, patient=system_id_of(TOLVAN), number=number(RESERVE), reason="Fel", mistaken=True, at=NOW
    )
    assert to_do(here)[0] == [episode]


@pytest.mark.parametrize(
    ("moment", "locked"),
    [
        (datetime(2026, 6, 29, 8, 0, tzinfo=UTC), {"readmitted", "alive_30", "alive_90"}),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), {"readmitted", "alive_90"}),
        (datetime(2026, 7, 10, 8, 0, tzinfo=UTC), {"alive_90"}),
        (datetime(2026, 8, 29, 21, 59, tzinfo=UTC), {"alive_90"}),
        (datetime(2026, 8, 29, 22, 0, tzinfo=UTC), set()),
    ],
)
def test_alive_is_an_answer_only_once_the_day_has_come(here: Ward, moment: datetime, locked: set[str]) -> None:
    episode = discharged(here)
    outcome = put(here, episode, "follow_up", TOLD, at=moment)
    assert outcome.faults == dict.fromkeys(locked, FormFault.NOT_YET)
    assert set(outcome.page.assessment.locked) == locked
    kept = step(here, episode, at=moment).answers["follow_up"]
    assert set(kept) == TOLD.keys() - locked
    if locked:
        with pytest.raises(CannotSign):
            sign(here, episode, at=moment)
    else:
        sign(here, episode, at=moment)


def test_a_day_that_lies_ahead_after_a_correction_locks_what_was_answered(here: Ward) -> None:
    episode = discharged(here, dict(HOME) | {"discharged_at": ["2026-07-10T12:00"]})
    put(here, episode, "follow_up", TOLD)
    signing.reopen(actor=here.anna, episode=episode, step="inclusion", reason="Fel dag", at=NOW)
    put(here, episode, "inclusion", {"arrived_at": ["2026-10-01T08:15"]})
    assert set(step(here, episode).assessment.locked) == {"alive_90"}
    with pytest.raises(CannotSign):
        sign(here, episode)


def test_a_follow_up_is_never_due_before_it_can_be_answered(here: Ward) -> None:
    episode = begun(here.anna, arrived_at=["2026-01-31T08:15"])
    put(here, episode, "discharge", dict(HOME) | {"discharged_at": ["2026-01-31T20:00"]})
    assert step(here, episode).step.due_from == date(2026, 5, 1), "90 days, though three months end on 30 April"


def test_dead_within_30_days_and_discharged_alive_on_day_40_stops_the_signature(here: Ward) -> None:
    episode = discharged(here, dict(HOME) | {"discharged_at": ["2026-07-11T12:00"]})
    put(here, episode, "follow_up", {"readmitted": ["no"], "alive_30": ["no"]})
    assert broken(step(here, episode)) == {"not_dead_30_when_discharged"}
    with pytest.raises(CannotSign):
        sign(here, episode)


def test_dead_within_30_days_and_day_60_in_the_register_stops_the_signature(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = discharged(here)
    put(here, episode, "follow_up", {"readmitted": ["no"], "alive_30": ["no"]})
    register_says(date(2026, 7, 31), monkeypatch, at=NOW + DAY)
    assert step(here, episode).step.state is StepState.DRAFT, "it says itself that the patient has died"
    assert broken(step(here, episode)) == {"not_dead_30_before_death"}
    with pytest.raises(CannotSign):
        sign(here, episode)


def test_alive_after_the_day_of_death_in_the_register_stops_the_signature(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = discharged(here)
    put(here, episode, "follow_up", TOLD)
    register_says(date(2026, 7, 31), monkeypatch, at=NOW + DAY)
    writing.take_up(actor=here.anna, episode=episode, step="follow_up", at=NOW)
    assert broken(step(here, episode)) == {"not_alive_90_after_death"}


@pytest.mark.parametrize(
    ("to", "died_on", "rules"),
    [
        ("home", date(2026, 6, 9), {"alive_when_discharged"}),
        ("home", date(2026, 6, 10), set()),
        ("died", date(2026, 6, 9), set()),
        ("died", date(2026, 7, 31), {"day_of_death_by_register_in_hospital"}),
    ],
)
def test_the_discharge_is_held_against_the_register(
    here: Ward, monkeypatch: pytest.MonkeyPatch, to: str, died_on: date, rules: set[str]
) -> None:
    episode = discharged(here, dict(HOME) | {"discharged_to": [to]})
    register_says(died_on, monkeypatch, at=NOW + DAY)
    assert broken(step(here, episode, "discharge")) == rules


def test_what_is_begun_is_held_against_what_the_register_says_and_against_what_it_takes_back(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = discharged(here)

    def flags() -> int:
        with all_providers():
            return Step.objects.get(episode__system_id=episode, code="discharge").flags

    assert flags() == 0
    register_says(date(2026, 6, 5), monkeypatch, at=NOW + DAY)
    assert flags() == 1, "discharged home five days after the death"
    register_says(None, monkeypatch, at=NOW + 2 * DAY)
    assert flags() == 0


def test_an_outcome_that_nobody_knew_at_30_days_is_asked_for_at_90(here: Ward) -> None:
    episode = discharged(here)
    put(here, episode, "follow_up", {"readmitted": ["no"], "alive_30": ["missing:unknown"]})
    assert step(here, episode).assessment.lacking == ("alive_90",)
    put(here, episode, "follow_up", {"alive_90": ["yes"]})
    page = step(here, episode)
    assert (score(page, "died_30"), score(page, "died_90")) == (0, 0), "alive at 90 days is alive at 30"


def test_the_database_closes_no_step_without_a_reason_or_a_revision(here: Ward) -> None:
    discharged(here)
    with all_providers():
        row = Step.objects.get(code="follow_up")
        for change in (
            {"state": "closed", "version": row.version + 1},
            {"state": "closed", "closed_at": NOW, "closed_why": "register"},
            {"closed_at": NOW, "closed_why": "register"},
            {"died_on": date(2026, 6, 9)},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Step.objects.filter(id=row.id).update(**change)


def test_a_signature_and_a_death_at_one_moment_come_one_after_the_other(committed: None) -> None:
    here = ward()
    episode = discharged(here)
    again = begun(here.anna, arrived_at=["2026-08-01T08:15"])
    put(here, episode, "follow_up", TOLD)
    base = step(here, episode).step.version
    results = together(
        [
            lambda: signing.sign(actor=here.anna, episode=episode, step="follow_up", base=base, at=NOW),
            lambda: writing.write(
                actor=here.karin, episode=again, step="discharge", base=0, written=DIED_LATER, at=NOW
            ),
        ]
    )
    refused = [one for one in results if isinstance(one, Exception)]
    state = step(here, episode).step.state
    if refused:
        assert ([type(one) for one in refused], state) == ([NotPossible], StepState.CLOSED)
    else:
        assert state is StepState.SIGNED
    assert step(here, again).step.state is StepState.CLOSED


def test_two_who_tell_of_deaths_in_two_episodes_do_not_wait_for_each_other_for_ever(committed: None) -> None:
    here = ward()
    one = begun(here.anna, arrived_at=["2026-06-01T08:15"])
    other = begun(here.anna, arrived_at=["2026-08-01T08:15"])
    results = together(
        [
            lambda: writing.write(actor=here.anna, episode=one, step="discharge", base=0, written=DIED_LATER, at=NOW),
            lambda: writing.write(
                actor=here.karin, episode=other, step="discharge", base=0, written=DIED_LATER, at=NOW
            ),
        ]
    )
    assert [type(result) for result in results] == [writing.WriteOutcome, writing.WriteOutcome]
    assert {step(here, episode).step.state for episode in (one, other)} == {StepState.CLOSED}


DIED_LATER = dict(DIED) | {"discharged_at": ["2026-08-20T10:00"]}
