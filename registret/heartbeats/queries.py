"""Which work stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from registret.heartbeats.models import Heartbeat

PATIENCE: Final = timedelta(minutes=5)
"""What a round may take, beside the pause before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """`since`: when it succeeded last, or began if it never has. `fault`: the name of the error of the last round, if
    that failed; `failures`: how many in a row."""

    worker: str
    since: datetime
    fault: str
    failures: int
    is_late: bool


def workers(*, at: datetime) -> tuple[WorkerRow, ...]:
    """All that has begun, the one that has stood still longest first. Empty: no worker was ever started."""
    rows = (
        WorkerRow(
            worker=one.worker,
            since=one.succeeded_at or one.began_at,
            fault=one.fault,
            failures=one.failures,
            is_late=is_late(one, at),
        )
        for one in Heartbeat.objects.all()
    )
    return tuple(sorted(rows, key=lambda row: (not row.is_late, row.since)))


def is_late(found: Heartbeat, at: datetime) -> bool:
    """Whether it has not succeeded for two rounds and `PATIENCE`."""
    return at - (found.succeeded_at or found.began_at) > timedelta(seconds=2 * found.every) + PATIENCE
