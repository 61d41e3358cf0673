"""Registreringar: every episode of the clinic, filtered, sorted, counted, and told to the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registret.access.actor import Actor
from registret.access.refusals import CardTooOld, NotFound
from registret.access.roles import Role
from registret.records.lifecycle import EpisodeState, StepState
from registret.records.models import Step
from registret.records.queries.episode_lists import EpisodeFilter, EpisodeOrder
from registret.records.reporting import audited_reads, listing, moving, signing, writing
from registret.records.reporting.listing import episode_file, episode_list
from registret.records.rows import EpisodeList
from registret.records.scope import all_providers
from tests.cast import BERTIL, KARIN
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    DISCHARGE,
    HOUR,
    NOW,
    RESERVE,
    SAMORDNAD,
    Ward,
    at_work,
    begun,
    log,
)
from tests.rooms.records.test_rights import of_sepsis

pytestmark = pytest.mark.django_db

MARCH = NOW + 110 * DAY


def sign(actor: Actor, episode: str, step: str, answers: Mapping[str, Sequence[str]]) -> None:
    writing.write(actor=actor, episode=episode, step=step, base=0, written=answers, at=NOW)
    signing.sign(actor=actor, episode=episode, step=step, base=1, at=NOW)


def finished(here: Ward) -> str:
    """Tolvan, discharged; the follow-up has its day in three months."""
    episode = begun(here.anna, arrived_at=["2026-11-20T08:15"])
    sign(here.anna, episode, "acute", ACUTE)
    sign(here.anna, episode, "discharge", DISCHARGE)
    return episode


def listed(actor: Actor, *, at: datetime = NOW, after: int | None = None, **wanted: object) -> EpisodeList:
    return episode_list(actor=actor, wanted=EpisodeFilter(**wanted), after=after, at=at)  # type: ignore[arg-type]


def ids(found: EpisodeList) -> list[str]:
    return [row.system_id for row in found.rows]


def test_a_finished_episode_is_in_the_list_and_the_patient_is_masked(here: Ward) -> None:
    episode = finished(here)
    (row,) = listed(here.anna).rows
    assert (row.system_id, row.shown, row.sub_registry) == (episode, "19121212-••••", "pneumoni")
    assert [step.state for step in row.steps] == [StepState.SIGNED] * 3 + [StepState.PLANNED]
    assert row.next_step is not None
    assert row.next_step.code == "follow_up"


def test_nobody_sees_episodes_of_another_provider_or_of_a_sub_registry_that_they_do_not_read(here: Ward) -> None:
    begun(here.anna)
    begun(here.cecilia, patient=SAMORDNAD)
    assert len(listed(here.anna).rows) == 1
    sepsis_reader = at_work(BERTIL, here.place.infection, by=KARIN, role=Role.READER, registries=("sepsis",))
    assert listed(sepsis_reader).rows == ()
    with pytest.raises(NotFound):
        listed(here.anna, clinic_id=here.place.sydvik)


def test_each_state_finds_its_episodes_and_is_counted(here: Ward) -> None:
    awaiting = finished(here)
    draft = begun(here.anna, patient=RESERVE)
    writing.write(actor=here.anna, episode=draft, step="acute", base=0, written={"confusion": ["no"]}, at=NOW)
    to_begin = begun(here.anna, patient=SAMORDNAD)
    expected = {
        EpisodeState.AWAITING: [awaiting],
        EpisodeState.BEGUN: [draft],
        EpisodeState.TO_BEGIN: [to_begin],
        EpisodeState.DUE: [],
        EpisodeState.DONE: [],
    }
    for state, episodes in expected.items():
        found = listed(here.anna, state=state)
        assert (state, ids(found), found.counts[state]) == (state, episodes, len(episodes))
    assert listed(here.anna).counts[None] == 3
    later = listed(here.anna, state=EpisodeState.DUE, at=MARCH)
    assert (ids(later), later.counts[EpisodeState.AWAITING]) == ([awaiting], 1)
    assert ids(listed(here.anna, late=True, at=MARCH)) == []
    assert ids(listed(here.anna, late=True, at=NOW + 600 * DAY)) == [awaiting]


def test_only_an_episode_whose_next_step_is_its_follow_up_waits_for_it(here: Ward) -> None:
    reports_sepsis = at_work(BERTIL, here.place.infection, by=KARIN, registries=("sepsis",))
    of_sepsis(reports_sepsis)
    with all_providers():
        dated = Step.objects.get(code="follow_up")
    assert dated.due_from is not None, "counted from the arrival, long before it is next"
    assert listed(reports_sepsis).counts[EpisodeState.AWAITING] == 0
    assert audited_reads.work(actor=reports_sepsis, at=NOW).awaiting == 0
    episode = finished(here)
    for day in (NOW, MARCH, NOW + 600 * DAY):
        assert ids(listed(here.anna, state=EpisodeState.AWAITING, at=day)) == [episode]
        assert audited_reads.work(actor=here.anna, at=day).awaiting == 1


def test_the_list_is_cut_to_ones_own_to_a_sub_registry_and_to_days_of_arrival(here: Ward) -> None:
    first = begun(here.anna, arrived_at=["2026-10-01T00:30"])
    second = begun(here.anna, patient=SAMORDNAD, arrived_at=["2026-10-02T23:30"])
    assert ids(listed(here.anna)) == [second, first]
    assert ids(listed(here.anna, order=EpisodeOrder.OLDEST)) == [first, second]
    assert ids(listed(here.anna, first_day=date(2026, 10, 2))) == [second]
    assert ids(listed(here.anna, last_day=date(2026, 10, 1))) == [first]
    assert ids(listed(here.anna, sub_registry="sepsis")) == []
    assert ids(listed(here.karin, mine=True)) == []
    writing.write(actor=here.karin, episode=first, step="acute", base=0, written={"confusion": ["no"]}, at=NOW + HOUR)
    assert ids(listed(here.karin, mine=True)) == [first]
    assert ids(listed(here.anna, order=EpisodeOrder.SAVED)) == [first, second]


def test_an_episode_is_also_in_the_list_of_the_clinic_that_has_one_of_its_steps(here: Ward) -> None:
    episode = begun(here.anna)
    move = {"actor": here.anna, "episode": episode, "step": "acute", "reason": "Flyttad"}
    moving.move(**move, clinic_id=here.place.medicine, at=NOW)  # type: ignore[arg-type]
    assert ids(listed(here.anna)) == [episode]
    medicine = at_work(KARIN, here.place.medicine, by=None)
    assert ids(listed(medicine)) == [episode]


@pytest.mark.parametrize("order", EpisodeOrder)
def test_pages_have_every_episode_once_in_any_order(
    here: Ward, order: EpisodeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 3)
    many(here.anna, 5)
    first = listed(here.anna, order=order)
    rest = listed(here.anna, order=order, after=first.after)
    assert (len(first.rows), len(rest.rows), rest.after) == (3, 2, None)
    assert len({*ids(first), *ids(rest)}) == 5
    whole = [row.system_id for row in episode_file(actor=fresh(here.anna), wanted=EpisodeFilter(order=order), at=NOW)]
    assert whole == ids(first) + ids(rest)


def test_a_page_is_one_statement_however_many_episodes_it_shows(here: Ward) -> None:
    many(here.anna, 2)
    few = statements(here.anna)
    many(here.anna, 8, first=2)
    told = statements(here.anna)
    assert len(told) == len(few)
    assert len([one for one in told if '"records_patient"."birth_date"' in one]) == 1
    assert len([one for one in told if '"records_' in one]) == 3, "those moved here, the list, and one that counts"


def test_a_follow_up_that_was_moved_waits_at_the_clinic_of_the_episode_and_at_its_own(here: Ward) -> None:
    episode = finished(here)
    medicine = at_work(KARIN, here.place.medicine, by=None)
    what = {"actor": here.anna, "episode": episode, "step": "follow_up", "reason": "Följs upp där"}
    moving.move(**what, clinic_id=here.place.medicine, at=NOW)  # type: ignore[arg-type]
    for actor in (here.anna, medicine):
        assert ids(listed(actor, state=EpisodeState.AWAITING)) == [episode]
        assert audited_reads.work(actor=actor, at=NOW).awaiting == 1
    acute = what | {"step": "acute"}
    moving.move(**acute, clinic_id=here.place.medicine, at=NOW)  # type: ignore[arg-type]
    assert audited_reads.work(actor=medicine, at=NOW).awaiting == 1, "once, whatever else was moved"


def test_the_list_and_its_file_tell_the_log_whom_they_showed(here: Ward) -> None:
    begun(here.anna)
    begun(here.anna, patient=SAMORDNAD, arrived_at=["2026-10-02T23:30"])
    listed(here.anna, state=EpisodeState.DONE)
    assert log("episodes.listed") == (), "an empty list shows nobody"
    listed(here.anna, last_day=date(2026, 10, 31))
    (entry,) = log("episodes.listed")
    assert [entry.about_patient_id, len(entry.shown_patient_ids or ())] == [None, 1]
    with pytest.raises(CardTooOld):
        episode_file(actor=here.anna, wanted=EpisodeFilter(), at=NOW)
    assert log("episodes.exported") == ()
    episode_file(actor=fresh(here.anna), wanted=EpisodeFilter(), at=NOW)
    (entry,) = log("episodes.exported")
    assert (entry.by_name, len(entry.shown_patient_ids or ())) == (here.anna.name, 2)


def fresh(actor: Actor) -> Actor:
    """The same person, with a card that was just read."""
    return replace(actor, card_read_at=NOW)


def many(actor: Actor, count: int, *, first: int = 0) -> None:
    """Episodes of one patient, so long apart that none is a double of another."""
    for n in range(first, first + count):
        begun(actor, arrived_at=[f"{NOW - (10 + 40 * n) * DAY:%Y-%m-%dT%H:%M}"])


def statements(actor: Actor) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        listed(actor)
    return [query["sql"] for query in captured.captured_queries]
