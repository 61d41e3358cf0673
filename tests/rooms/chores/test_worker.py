"""The loop that does something again and again."""

from __future__ import annotations

import logging
import re
from threading import Event

import pytest

from registret.chores.worker import Worker
from tests.rooms.serving.client import PATIENCE, eventually


def test_it_acts_at_once_and_again_and_again() -> None:
    acts: list[int] = []
    worker = Worker("counting", lambda: acts.append(1), every=0.001)
    worker.start()
    eventually(lambda: len(acts) > 3)
    worker.stop()
    assert worker.join(PATIENCE)


def test_stopping_ends_a_long_pause() -> None:
    acted = Event()
    worker = Worker("rare", acted.set, every=1_000_000)
    worker.start()
    assert acted.wait(PATIENCE)
    worker.stop()
    assert worker.join(PATIENCE)


def test_one_that_is_stopped_before_it_begins_does_nothing() -> None:
    acts: list[int] = []
    worker = Worker("late", lambda: acts.append(1), every=0.001)
    worker.stop()
    worker.start()
    assert worker.join(PATIENCE)
    assert acts == []


def test_one_that_hangs_is_not_waited_for_without_end() -> None:
    free = Event()
    worker = Worker("hanging", free.wait, every=1)
    worker.start()
    worker.stop()
    assert not worker.join(0.01)
    free.set()
    assert worker.join(PATIENCE)


def test_failures_in_a_row_make_longer_pauses_up_to_a_limit_and_a_success_forgives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    results = iter([False, False, False, False, True, False])

    def act() -> None:
        if not next(results, True):
            raise RuntimeError("no")

    with caplog.at_level(logging.ERROR):
        worker = Worker("moody", act, every=0.001, longest_pause=0.004)
        worker.start()
        eventually(lambda: len(caplog.records) == 5)
        worker.stop()
        assert worker.join(PATIENCE)
    pauses = [re.findall(r"next try in (\S+) s", record.getMessage()) for record in caplog.records]
    assert pauses == [["0.002"], ["0.004"], ["0.004"], ["0.004"], ["0.002"]]
    assert all(record.exc_info for record in caplog.records)
