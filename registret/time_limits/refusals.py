"""Why a decision of the office was not taken."""

from __future__ import annotations

from registret.kernel.refused import Refused


class LimitImpossible(Refused, code="settings.limit_impossible", status=422):
    """A number outside what is allowed for this limit."""

    least: int
    most: int


class LimitUnchanged(Refused, code="settings.limit_unchanged", status=409):
    """It has this number already."""
