"""Why a log review cannot be had, the log not be read, or an incident not be revised."""

from __future__ import annotations

from registret.kernel.refused import Refused


class NothingToReview(Refused, code="review.nothing", status=422):
    """The log has no entry of that clinic, person or patient in that time."""


class NotAReviewer(Refused, code="review.not_a_reviewer", status=422):
    """The person chosen does not review the log (any more)."""


class OwnEntries(Refused, code="review.own_entries"):
    """Nobody reviews what they did themselves."""


class NotYours(Refused, code="review.not_yours"):
    """Another reviewer has it."""


class ReviewClosed(Refused, code="review.closed", status=409):
    """It has been closed, and stays as it was."""


class NotAllJudged(Refused, code="review.not_all_judged", status=422):
    """Entries are left without a judgement; `left` says how many."""

    left: int


class OutcomeImpossible(Refused, code="review.outcome_impossible", status=422):
    """Something was judged unjustified, so the outcome is no "no remark"."""


class LogReasonNeeded(Refused, code="review.log_reason_needed"):
    """Nobody has said in this session, within the hour, why the log is read."""


class IncidentChanged(Refused, code="incident.changed", status=409):
    """Another user has revised the incident since the page was opened."""
