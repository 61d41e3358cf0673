"""Why a decision of the office was not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class LimitImpossible(Refused):
    """A number outside what is allowed for this limit."""

    code: ClassVar[str] = "settings.limit_impossible"
    status: ClassVar[int] = 422
    least: int
    most: int


@dataclass(kw_only=True, eq=False)
class LimitUnchanged(Refused):
    """It has this number already."""

    code: ClassVar[str] = "settings.limit_unchanged"
    status: ClassVar[int] = 409
