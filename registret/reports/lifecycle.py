"""The life of a case about a clinic that lies outside of the funnel."""

from enum import StrEnum

from registret.kernel.life import Life


class OutlierState(StrEnum):
    OPENED = "opened"
    CHECKED = "checked"
    """The office has looked at the data that the figure is made of."""
    ASKED = "asked"
    """The clinic sees the case, and answers."""
    ANSWERED = "answered"
    CLOSED = "closed"


OUTLIER_LIFE = Life(
    {
        (OutlierState.OPENED, "check"): OutlierState.CHECKED,
        (OutlierState.CHECKED, "ask"): OutlierState.ASKED,
        (OutlierState.ASKED, "answer"): OutlierState.ANSWERED,
        (OutlierState.OPENED, "close"): OutlierState.CLOSED,
        (OutlierState.CHECKED, "close"): OutlierState.CLOSED,
        (OutlierState.ASKED, "close"): OutlierState.CLOSED,
        (OutlierState.ANSWERED, "close"): OutlierState.CLOSED,
    }
)
