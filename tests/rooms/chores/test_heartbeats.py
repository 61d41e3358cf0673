"""It is seen from outside whether the workers work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from registret.chores.running import Rounds, begin_heartbeats, workers
from registret.chores.worker import Worker
from registret.heartbeats import queries
from registret.heartbeats.queries import WorkerRow
from registret.heartbeats.services import begin, succeeded
from tests.rooms.serving.client import PATIENCE, eventually

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = datetime.fromisoformat("2026-11-24T10:00:00+01:00")


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A round closes its connection; the one of the test has its transaction."""
    monkeypatch.setattr("registret.chores.running.connections.close_all", lambda: None)


def row(name: str, *, at: datetime) -> WorkerRow:
    return next(one for one in queries.workers(at=at) if one.worker == name)


def test_each_worker_is_seen_from_the_moment_at_which_the_process_begins() -> None:
    begin_heartbeats()
    seen = queries.workers(at=timezone.now())
    assert {one.worker for one in seen} == {worker.name for worker in workers()}
    assert not any(one.is_late for one in seen)


def test_one_that_never_succeeds_is_late_when_its_time_and_some_patience_are_over() -> None:
    begin({"mail": 1, "forget": 3600}, at=NOW)
    assert not row("mail", at=NOW + 5 * MINUTE).is_late
    assert row("mail", at=NOW + 6 * MINUTE).is_late
    assert not row("forget", at=NOW + 2 * HOUR).is_late
    assert row("forget", at=NOW + 2 * HOUR + 6 * MINUTE).is_late
    assert [one.worker for one in queries.workers(at=NOW + HOUR)] == ["mail", "forget"], "what stands still comes first"


def test_a_second_process_does_not_hide_that_the_work_stands_still() -> None:
    begin({"mail": 1}, at=NOW)
    succeeded("mail", at=NOW)
    begin({"mail": 1}, at=NOW + HOUR)
    assert row("mail", at=NOW + HOUR).is_late


def test_work_that_a_release_has_no_more_is_not_missed() -> None:
    begin({"mail": 1, "pigeons": 60}, at=NOW)
    begin({"mail": 1}, at=NOW + HOUR)
    assert [one.worker for one in queries.workers(at=NOW + HOUR)] == ["mail"]


def test_work_of_another_release_that_runs_beside_this_one_stays_seen() -> None:
    begin({"mail": 1, "pigeons": 60}, at=NOW)
    succeeded("pigeons", at=NOW + HOUR)
    begin({"mail": 1}, at=NOW + HOUR + MINUTE)
    assert row("pigeons", at=NOW + HOUR + MINUTE).since == NOW + HOUR


def test_rounds_tell_that_they_go_well_and_not_more_often_than_each_minute(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    begin({"mail": 1}, at=NOW)
    monkeypatch.setattr(timezone, "now", lambda: NOW + HOUR)
    rounds = Rounds("mail", lambda: None)
    with django_assert_num_queries(1):  # type: ignore[operator]
        rounds()
        rounds()
    assert row("mail", at=NOW + HOUR).since == NOW + HOUR
    monkeypatch.setattr(timezone, "now", lambda: NOW + HOUR + 2 * MINUTE)
    rounds()
    assert row("mail", at=NOW + HOUR).since == NOW + HOUR + 2 * MINUTE


def test_a_round_that_fails_tells_what_kind_of_error_it_was_and_never_its_text() -> None:
    begin({"mail": 1}, at=NOW)
    answers: Iterator[Exception | None] = iter([ValueError("anna.berg@regionnorrvik.se"), OSError(), None])

    def act() -> None:
        if (trouble := next(answers)) is not None:
            raise trouble

    rounds = Rounds("mail", act)
    for fault, failures in (("ValueError", 1), ("OSError", 2)):
        with pytest.raises((ValueError, OSError)):
            rounds()
        assert (row("mail", at=NOW).fault, row("mail", at=NOW).failures) == (fault, failures)
    rounds()
    assert (row("mail", at=NOW).fault, row("mail", at=NOW).failures) == ("", 0)


def test_a_database_that_is_gone_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    def act() -> None:
        raise OperationalError("connection failed\nhint: is it running?")

    worker = Worker("mail", act, every=0.001)
    worker.start()
    eventually(lambda: len(caplog.records) >= 2)
    worker.stop()
    assert worker.join(PATIENCE)
    assert all(record.exc_info is None for record in caplog.records)
    assert "worker mail: the database does not answer (connection failed)" in caplog.records[0].getMessage()
