"""What the chores of the clock share: the moment of a run with its time limits, and what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from registret.access.models import Notice
from registret.kernel.by import By
from registret.time_limits.lengths import Length, TimeLimit
from registret.time_limits.queries import lengths

M = TypeVar("M", bound=Model)

CLOCK = By.of_program("clock")
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that was due: `what` happened to `subject` (a kind and an id, so that no name gets into output)."""

    what: str
    subject: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment of a run, and the time limits as the office has set them."""

    at: datetime
    limits: Mapping[TimeLimit, Length] = field(default_factory=lengths)

    def ago(self, limit: TimeLimit) -> datetime:
        return self.limits[limit].before(self.at)

    def ahead(self, limit: TimeLimit) -> datetime:
        return self.limits[limit].after(self.at)


def noticed(kind: str, *, occasion: str = "") -> Exists:
    return Exists(Notice.objects.filter(kind=kind, subject=OuterRef("id"), occasion=occasion))


def each(due: QuerySet[M]) -> Iterator[M]:
    """By id, in batches; what was due and was left alone does not come again."""
    after = 0
    while batch := list(due.filter(id__gt=after).order_by("id")[:BATCH]):
        yield from batch
        after = batch[-1].pk
