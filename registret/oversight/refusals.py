"""Why a log review cannot be had, the log not be read, or an incident not be revised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class NothingToReview(Refused):
    """The log has no entry of that clinic, person or patient in that time."""

    code: ClassVar[str] = "review.nothing"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class NotAReviewer(Refused):
    """The person chosen does not review the log (any more)."""

    code: ClassVar[str] = "review.not_a_reviewer"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class OwnEntries(Refused):
    """Nobody reviews what they did themselves."""

    code: ClassVar[str] = "review.own_entries"


@dataclass(kw_only=True, eq=False)
class NotYours(Refused):
    """Somebody else reviews it."""

    code: ClassVar[str] = "review.not_yours"


@dataclass(kw_only=True, eq=False)
class ReviewClosed(Refused):
    """It has been closed, and stays as it was."""

    code: ClassVar[str] = "review.closed"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NotAllJudged(Refused):
    """Entries are left without a judgement; `left` says how many."""

    code: ClassVar[str] = "review.not_all_judged"
    status: ClassVar[int] = 422
    left: int


@dataclass(kw_only=True, eq=False)
class OutcomeImpossible(Refused):
    """Something was judged unjustified, so the outcome is no "no remark"."""

    code: ClassVar[str] = "review.outcome_impossible"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class LogReasonNeeded(Refused):
    """Nobody has said in this session, within the hour, why the log is read."""

    code: ClassVar[str] = "review.log_reason_needed"


@dataclass(kw_only=True, eq=False)
class IncidentChanged(Refused):
    """Somebody else has revised the incident since the page was opened."""

    code: ClassVar[str] = "incident.changed"
    status: ClassVar[int] = 409
