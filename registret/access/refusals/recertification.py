"""Why a recertification is not opened or answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class AlreadyAnswered(Refused):
    """The grant is answered for: a colleague was faster, or it has ended (then nobody is named)."""

    code: ClassVar[str] = "access.already_answered"
    status: ClassVar[int] = 409
    state: str
    answered_by: str
    answered_at: datetime


@dataclass(kw_only=True, eq=False)
class RecertificationOpen(Refused):
    """One is open at the clinic already."""

    code: ClassVar[str] = "access.recertification_open"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NothingToRecertify(Refused):
    """Nobody has a grant at the clinic."""

    code: ClassVar[str] = "access.nothing_to_recertify"
    status: ClassVar[int] = 409
