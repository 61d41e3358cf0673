"""The worker and an act at one moment: real transactions, and whichever comes first, the figures are right."""

from __future__ import annotations

from datetime import date

import pytest

from registret.access.actor import Actor
from registret.records.reporting import signing
from registret.reports.coverage.not_included import count_not_included, own_not_included
from registret.reports.making import refresh
from registret.reports.rebuilding import rebuild
from tests.parallel import committed, together
from tests.rooms.records.scene import HOUR, NOW, SAMORDNAD, Ward, case, handler, leave, ward
from tests.rooms.reports.scene import cell_count, counted, fact_count, signed, stale_count, totals

__all__ = ["committed"]

WITHIN_4 = "antibiotic_within_4_hours"


@pytest.fixture
def here(committed: None) -> Ward:
    return ward()


def test_two_workers_count_an_episode_once(here: Ward) -> None:
    signed(here.anna)
    results = together([refresh, refresh, lambda: rebuild().episodes])
    assert [one for one in results if isinstance(one, Exception)] == []
    assert totals(WITHIN_4) == {"reached": 1}
    assert rebuild().was_right


def test_who_opts_out_while_the_worker_counts_is_in_no_figure(here: Ward) -> None:
    signed(here.anna)
    somebody = handler()
    results = together([refresh, lambda: leave(actor=somebody, case=case(), at=NOW + HOUR)])
    assert [one for one in results if isinstance(one, Exception)] == []
    assert (fact_count(), cell_count()) == (0, 0)
    refresh()
    assert (fact_count(), cell_count()) == (0, 0)


def test_a_step_that_is_reopened_while_the_worker_counts_is_in_no_figure(here: Ward) -> None:
    episode = signed(here.anna)

    def reopen() -> None:
        signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel", at=NOW)

    results = together([refresh, reopen, refresh])
    assert [one for one in results if isinstance(one, Exception)] == []
    refresh()
    assert (fact_count(), cell_count(), stale_count()) == (0, 0, 0)


def test_two_who_are_taken_away_at_once_leave_cells_that_add_up(here: Ward) -> None:
    one, other = counted(here.anna), counted(here.karin, patient=SAMORDNAD)

    def reopen(actor: Actor, episode: str) -> None:
        signing.reopen(actor=actor, episode=episode, step="acute", reason="Fel", at=NOW)

    assert totals(WITHIN_4) == {"reached": 2}
    results = together([lambda: reopen(here.anna, one), lambda: reopen(here.karin, other)])
    assert [one for one in results if isinstance(one, Exception)] == []
    assert (fact_count(), cell_count()) == (0, 0)


def test_two_who_count_the_same_at_once_are_both_counted(here: Ward) -> None:
    half = date(2026, 7, 1)

    def count(actor: Actor) -> bool:
        return count_not_included(actor=actor, sub_registry="pneumoni", reason="missed", half=half, number=1, at=NOW)

    assert together([lambda: count(here.anna), lambda: count(here.karin)]) == [True, True]
    (found,) = own_not_included(actor=here.anna, sub_registry="pneumoni")
    assert found.number == 2
