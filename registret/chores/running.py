"""Runs the chores of the table: one by name, or all of them on workers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.db import Error, connections, transaction
from django.utils import timezone

from registret.access.scheduled.clock import Clock, Done
from registret.chores.table import CHORES, CHORES_EVERY, UPKEEP
from registret.chores.worker import Worker
from registret.heartbeats.services import begin, failed, succeeded
from registret.revocation.trust import revocation

_log = logging.getLogger(__name__)


CLOCK: Final = "clock"
"""The worker of all chores of the table."""


def workers() -> tuple[Worker, ...]:
    """The workers of one installation, not started yet. More than one process may run them at the same time."""
    upkeep = (Worker(row.name, Rounds(row.name, row.act), every=row.every) for row in UPKEEP)
    return (*upkeep, Worker(CLOCK, Rounds(CLOCK, run_all), every=CHORES_EVERY))


def begin_heartbeats() -> None:
    """From now on it is seen if a worker stands still."""
    begin({row.name: row.every for row in UPKEEP} | {CLOCK: CHORES_EVERY}, at=timezone.now())
    connections.close_all()


def run(name: str, *, at: datetime, dry_run: bool = False) -> tuple[Done, ...]:
    """Run one chore; return what it did. `dry_run` rolls all of it back."""
    act = CHORES[name].act
    if not dry_run:
        return tuple(act(Clock(at)))
    with transaction.atomic():
        done = tuple(act(Clock(at)))
        transaction.set_rollback(True)
    return done


def run_all() -> dict[str, int]:
    """Run every chore; return how many things each did. If one fails the others still run, then its error is raised."""
    done: dict[str, int] = {}
    failed: Exception | None = None
    for name in CHORES:
        try:
            done[name] = len(run(name, at=timezone.now()))
        except Exception as trouble:
            _log.error("chore %s failed: %s", name, type(trouble).__name__)
            failed = trouble
    if failed is not None:
        raise failed
    return done


def close_database() -> None:
    """Close all connections and stop the pool's threads, at the end of a process."""
    if revocation.cache_info().currsize:
        revocation().stop()
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's backend


class Rounds:
    """What a worker does each time, and its heartbeat. One that goes well is told of at most once a minute."""

    def __init__(self, name: str, act: Callable[[], object]) -> None:
        self._name = name
        self._act = act
        self._told_at: datetime | None = None

    def __call__(self) -> None:
        try:
            self._act()
            self._tell_success()
        except Exception as trouble:
            self._told_at = None
            with suppress(Error):
                failed(self._name, fault=type(trouble).__name__, at=timezone.now())
            raise
        finally:
            # A worker sleeps most of the time, and a connection that it kept would be one less for the pages.
            connections.close_all()

    def _tell_success(self) -> None:
        at = timezone.now()
        if self._told_at is None or not timedelta() <= at - self._told_at < timedelta(minutes=1):
            succeeded(self._name, at=at)
            self._told_at = at
