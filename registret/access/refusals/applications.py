"""Why an application is not made or decided, or an earlier account not claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class OwnApplication(Refused):
    """Nobody decides about oneself."""

    code: ClassVar[str] = "access.own_application"


@dataclass(kw_only=True, eq=False)
class AlreadyDecided(Refused):
    """Somebody else was faster; `state` is an ApplicationState."""

    code: ClassVar[str] = "access.already_decided"
    status: ClassVar[int] = 409
    state: str
    decided_by: str
    decided_at: datetime


@dataclass(kw_only=True, eq=False)
class NotActionable(Refused):
    """The applicant has not confirmed the mail address yet."""

    code: ClassVar[str] = "access.not_actionable"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class AlreadyApplied(Refused):
    code: ClassVar[str] = "access.already_applied"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class ClinicClosed(Refused):
    """The clinic was closed, maybe between the form and its sending."""

    code: ClassVar[str] = "access.clinic_closed"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class RoleImpossible(Refused):
    """The role cannot be applied for or given there."""

    code: ClassVar[str] = "access.role_impossible"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class NothingAsked(Refused):
    """No question waits for an answer: the application may have been decided meanwhile."""

    code: ClassVar[str] = "access.nothing_asked"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class RemindedToday(Refused):
    """Reminding is possible once a day."""

    code: ClassVar[str] = "access.reminded_today"
    status: ClassVar[int] = 429
    again_at: datetime


@dataclass(kw_only=True, eq=False)
class ClaimNotSeen(Refused):
    """The applicant has proven an earlier account since the page was shown, or the page does not show it."""

    code: ClassVar[str] = "access.claim_not_seen"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class ClaimImpossible(Refused):
    """The earlier account is suspended by somebody, or works for the registry: attesting does not end it."""

    code: ClassVar[str] = "access.claim_impossible"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class SecondNeeded(Refused):
    """Where a clinic has no local administrator who can act, two at the registry office decide."""

    code: ClassVar[str] = "access.second_needed"
    status: ClassVar[int] = 409
