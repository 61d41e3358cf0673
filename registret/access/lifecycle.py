"""The lives of an application, and of a substitute who is proposed."""

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
