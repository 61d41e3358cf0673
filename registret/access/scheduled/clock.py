"""What the chores of the clock share: the moment of a run with its time limits, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from registret.kernel.by import By
from registret.time_limits.lengths import Length, TimeLimit
from registret.time_limits.queries import lengths

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
