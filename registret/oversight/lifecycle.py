"""What a log review can be and can find. Pure."""

from __future__ import annotations

from enum import StrEnum


class ReviewKind(StrEnum):
    SAMPLE = "sample"  # drawn by lot among what a clinic's people did
    DIRECTED = "directed"  # about one person or one patient, on suspicion


class Verdict(StrEnum):
    """About one entry."""

    JUSTIFIED = "justified"
    UNCLEAR = "unclear"
    UNJUSTIFIED = "unjustified"


class ReviewOutcome(StrEnum):
    """Of the whole review."""

    NO_REMARK = "no_remark"
    REMARK = "remark"
    REPORTED = "reported"


def outcome_fits(outcome: ReviewOutcome, verdicts: list[Verdict]) -> bool:
    """Nothing that was judged unjustified ends without a remark."""
    return outcome is not ReviewOutcome.NO_REMARK or Verdict.UNJUSTIFIED not in verdicts
