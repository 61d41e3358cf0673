"""The life of an application."""

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
