"""The lives of an application, of a grant's line in a recertification, and of a substitute who is proposed."""

from enum import StrEnum

from registret.kernel.life import Life


class ApplicationState(StrEnum):
    WAITING = "waiting"
    ATTESTED = "attested"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


APPLICATION_LIFE = Life(
    {
        (ApplicationState.WAITING, "attest"): ApplicationState.ATTESTED,
        (ApplicationState.WAITING, "decline"): ApplicationState.DECLINED,
        (ApplicationState.WAITING, "withdraw"): ApplicationState.WITHDRAWN,
        (ApplicationState.WAITING, "lapse"): ApplicationState.LAPSED,
    }
)


class LineState(StrEnum):
    """What became of a grant in a recertification (genomgång)."""

    UNANSWERED = "unanswered"
    KEPT = "kept"
    CHANGED = "changed"
    ENDED = "ended"
    SILENT = "silent"
    """Nobody answered in time: the grant ended."""
    OVERTAKEN = "overtaken"
    """The grant ended, or was replaced, without anybody's answer: its time was over, the account ended."""


LINE_LIFE = Life(
    {
        (LineState.UNANSWERED, "keep"): LineState.KEPT,
        (LineState.UNANSWERED, "change"): LineState.CHANGED,
        (LineState.UNANSWERED, "end"): LineState.ENDED,
        (LineState.UNANSWERED, "silence"): LineState.SILENT,
        (LineState.UNANSWERED, "overtake"): LineState.OVERTAKEN,
    }
)


class SubstitutionState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


SUBSTITUTION_LIFE = Life(
    {
        (SubstitutionState.WAITING, "confirm"): SubstitutionState.CONFIRMED,
        (SubstitutionState.WAITING, "decline"): SubstitutionState.DECLINED,
        (SubstitutionState.WAITING, "withdraw"): SubstitutionState.WITHDRAWN,
    }
)
