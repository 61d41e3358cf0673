"""The life of an account: who someone is and that the mail address works. What they may do is a grant's business."""

from enum import StrEnum

from registret.kernel.life import Life


class AccountState(StrEnum):
    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Authority(StrEnum):
    """Who suspended an account: what the office decided, a clinic does not undo."""

    CLOCK = "clock"
    CLINIC = "clinic"
    OFFICE = "office"


ACCOUNT_LIFE = Life(
    {
        (AccountState.REGISTERED, "confirm_email"): AccountState.CONFIRMED,
        (AccountState.CONFIRMED, "suspend"): AccountState.SUSPENDED,
        (AccountState.SUSPENDED, "reinstate"): AccountState.CONFIRMED,
        (AccountState.REGISTERED, "end"): AccountState.ENDED,
        (AccountState.CONFIRMED, "end"): AccountState.ENDED,
        (AccountState.SUSPENDED, "end"): AccountState.ENDED,
    }
)
