"""Workers tell that they live: when a round succeeded last, or how often in a row it failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from registret.heartbeats.models import Heartbeat
from registret.heartbeats.queries import is_late

CHECKPOINT: Final = "checkpoint"
"""Not a worker: another machine that fetches a checkpoint of the log each day."""


def begin(workers: Mapping[str, int], *, at: datetime) -> None:
    """These work from now on (`workers`: name, seconds between two rounds). Others are forgotten once they stand still:
    until then another release may run beside this one."""
    with transaction.atomic():
        others = Heartbeat.objects.exclude(worker__in=[*workers, CHECKPOINT])
        others.filter(id__in=[other.id for other in others if is_late(other, at)]).delete()
        Heartbeat.objects.bulk_create(
            [Heartbeat(worker=name, every=every, began_at=at) for name, every in workers.items()],
            update_conflicts=True,
            update_fields=["every"],
            unique_fields=["worker"],
        )


def checkpoint_fetched(*, at: datetime) -> None:
    """Another machine has one. From now on it is seen if it does not come again."""
    Heartbeat.objects.get_or_create(worker=CHECKPOINT, defaults={"every": 24 * 3600, "began_at": at})
    succeeded(CHECKPOINT, at=at)


def succeeded(worker: str, *, at: datetime) -> None:
    """A round is done."""
    Heartbeat.objects.filter(worker=worker).update(succeeded_at=at, fault="", failures=0)


def failed(worker: str, *, fault: str, at: datetime) -> None:
    """A round came to nothing. `fault`: the name of an error, never its text, which may tell of people."""
    Heartbeat.objects.filter(worker=worker).update(failed_at=at, fault=fault[:60], failures=F("failures") + 1)
