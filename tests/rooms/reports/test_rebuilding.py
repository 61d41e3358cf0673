"""All reports made anew: by several processes, beside acts at the same moment, and after it was stopped."""

from __future__ import annotations

import pytest
from django.db import transaction

from registret.records.locks import share_identities
from registret.records.reported import count_episodes
from registret.records.reporting import signing
from registret.records.scope import all_providers
from registret.reports import rebuilding
from registret.reports.making import refresh
from registret.reports.models import Cell, Fact
from registret.reports.rebuilding import rebuild
from tests.parallel import committed, together, while_open
from tests.rooms.records.scene import HOUR, NOW, SAMORDNAD, Ward, case, handler, leave, ward
from tests.rooms.reports.scene import cell_count, counted, fact_count, sign, signed, totals

__all__ = ["committed"]

WITHIN_4 = "antibiotic_within_4_hours"


@pytest.fixture
def here(committed: None) -> Ward:
    return ward()


def everything() -> tuple[list[str], list[str]]:
    """All that facts and cells say."""
    with all_providers():
        facts = Fact.objects.values_list("episode_id", "indicator", "clinic_id", "month", "outcome", "value", "strata")
        cells = Cell.objects.values_list(
            "indicator", "stratum", "clinic_id", "month", "value", "reached", "not_reached"
        )
        return sorted(map(repr, facts)), sorted(map(repr, cells))


@pytest.fixture
def episode_by_episode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "_BATCH", 1)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_two_processes_make_what_the_worker_makes(here: Ward, episode_by_episode: None) -> None:
    counted(here.anna)
    counted(here.karin, patient=SAMORDNAD)
    by_the_worker = everything()
    with all_providers():
        Fact.objects.all().delete()
    assert cell_count() == 0
    told: list[tuple[int, int]] = []
    found = rebuild(processes=2, tell=lambda done, of: told.append((done, of)))
    assert everything() == by_the_worker
    assert (found.episodes, found.cells, told) == (2, 0, [(1, 2), (2, 2)])


def test_rebuilding_does_not_wait_for_another_that_makes_facts(here: Ward) -> None:
    signed(here.anna)
    with transaction.atomic():
        share_identities()
        (found,) = together([rebuild])
    assert isinstance(found, rebuilding.Rebuilt)
    assert totals(WITHIN_4) == {"reached": 1}


def rebuild_first() -> None:
    """As the first batch, in a transaction that is still open."""
    with all_providers():
        _, ids = count_episodes()
    rebuilding.rebuild_batch(ids)


def is_counted() -> None:
    assert totals(WITHIN_4) == {"reached": 1}


def test_who_opts_out_while_all_is_made_anew_waits_and_is_in_no_figure(here: Ward) -> None:
    signed(here.anna)
    greta = handler()
    while_open(rebuild_first, lambda: leave(actor=greta, case=case(), at=NOW + HOUR), meanwhile=is_counted)
    assert (fact_count(), cell_count()) == (0, 0)


def test_a_step_that_is_reopened_while_all_is_made_anew_is_in_no_figure(here: Ward) -> None:
    episode = signed(here.anna)

    def reopen() -> None:
        signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel", at=NOW)

    while_open(rebuild_first, reopen, meanwhile=is_counted)
    assert (fact_count(), cell_count()) == (0, 0)


def test_a_signature_while_all_is_made_anew_is_not_lost(here: Ward) -> None:
    episode = counted(here.anna)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel", at=NOW)

    def sign_again() -> None:
        sign(here.anna, episode, "acute", {})

    while_open(rebuild_first, sign_again)
    assert cell_count() == 0
    refresh()
    assert totals(WITHIN_4) == {"reached": 1}
    assert rebuild().was_right


def test_a_rebuilding_that_is_stopped_keeps_what_it_has_done_and_can_be_run_again(
    here: Ward, episode_by_episode: None
) -> None:
    signed(here.anna)
    signed(here.karin, patient=SAMORDNAD)

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(tell=stop)
    assert totals(WITHIN_4) == {"reached": 1}
    rebuild()
    assert totals(WITHIN_4) == {"reached": 2}
    assert rebuild().was_right
