"""Workers that die, and several at once: real transactions."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.database.connections import disconnect
from registret.exchange.importing import batches, jobs, one_row
from registret.exchange.importing.results import RowOutcome
from registret.exchange.models import ImportBatch
from registret.records.models import Episode
from registret.records.scope import all_providers
from tests import cast
from tests.parallel import Kept, committed, together
from tests.rooms.exchange.journal_x import row
from tests.rooms.exchange.scene import INES
from tests.rooms.exchange.test_large_files import counts, few, given, patients, state, tried, work
from tests.rooms.records.scene import DAY, HOUR, NOW, Ward, ward

__all__ = ["committed", "few"]

MANY = 40


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Kept[Ward]]:
    def people() -> Ward:
        here = ward()
        cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=here.place.infection, at=NOW - 20 * DAY)
        return here

    with django_db_blocker.unblock(), Kept.of(people) as kept:
        yield kept


@pytest.fixture
def ines(kept: Kept[Ward], committed: None, few: None) -> Actor:
    kept.brought_back()
    return cast.actor(INES, at=NOW - HOUR)


def test_a_worker_that_is_killed_leaves_each_row_once(ines: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tried(ines, *patients(MANY))
    jobs.bring_in(actor=ines, file=file, at=NOW)
    disconnect()
    child = os.fork()
    if child == 0:
        _die_in_the_middle(monkeypatch)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    half = state(ines, file)
    assert 0 < half.done < MANY
    assert episodes() == half.counts[RowOutcome.NEW] == half.done

    # The same file once more, while the first is not done yet.
    again = given(ines, *patients(MANY))
    work()
    assert (counts(ines, file), episodes()) == ((MANY, 0, 0, 0), MANY)
    jobs.bring_in(actor=ines, file=tried(ines, *patients(MANY), row()), at=NOW)
    work()
    assert episodes() == MANY + 1
    assert sum(counts(ines, again)) == MANY


def test_two_workers_at_once_bring_each_row_in_once(ines: Actor) -> None:
    files = [tried(ines, *patients(12)), tried(ines, *patients(12))]
    for file in files:
        jobs.bring_in(actor=ines, file=file, at=NOW)
    assert together([work] * 3) == [None] * 3

    work()
    assert episodes() == 12
    assert sum(state(ines, file).counts[RowOutcome.NEW] for file in files) == 12


def test_a_worker_goes_on_with_a_file_of_which_another_has_some_patients(ines: Actor) -> None:
    file = tried(ines, *patients(6))
    jobs.bring_in(actor=ines, file=file, at=NOW)
    with transaction.atomic():
        ImportBatch.objects.select_for_update().get(first=3)
        assert together([work]) == [None]
        assert (state(ines, file).done, state(ines, file).is_running) == (4, True)
    work()
    assert counts(ines, file) == (6, 0, 0, 0)
    assert episodes() == 6


def test_of_a_file_that_is_removed_the_patients_whom_a_worker_is_at_are_not_brought_in(
    ines: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tried(ines, *patients(4))
    jobs.bring_in(actor=ines, file=file, at=NOW)
    bring = one_row.bring

    def removing(**rest: Any) -> Any:
        monkeypatch.undo()
        assert together([lambda: jobs.remove(actor=ines, file=file, at=NOW)]) == [None]
        return bring(**rest)

    monkeypatch.setattr(batches, "bring", removing)
    work()
    assert episodes() == 0
    assert not ImportBatch.objects.exists()


def episodes() -> int:
    with all_providers():
        return Episode.objects.count()


def _die_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by `kill -9`, with a batch half done."""
    done: list[object] = []

    def dying(**rest: Any) -> Any:
        done.append(one_row.bring(**rest))
        if len(done) == MANY // 2 + 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return done[-1]

    monkeypatch.setattr(batches, "bring", dying)
    try:
        work()
    finally:
        os._exit(1)
