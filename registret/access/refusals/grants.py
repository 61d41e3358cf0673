"""Why a right is not given or changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class NotParticipating(Refused):
    """The clinic does not take part in one of the sub-registries."""

    code: ClassVar[str] = "access.not_participating"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class DecidedAlready(Refused):
    """The clinic takes part, or does not, as was asked for: there is nothing to decide."""

    code: ClassVar[str] = "access.decided_already"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class SubRegistryClosed(Refused):
    """A sub-registry that does not exist, or has neither forms nor reports."""

    code: ClassVar[str] = "access.sub_registry_closed"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class EndImpossible(Refused):
    """The last day lies in the past or too far ahead; `months` is the most that is allowed."""

    code: ClassVar[str] = "access.end_impossible"
    status: ClassVar[int] = 422
    months: int


@dataclass(kw_only=True, eq=False)
class BeginImpossible(Refused):
    """The first day lies in the past, or after the last."""

    code: ClassVar[str] = "access.begin_impossible"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class AlreadyGranted(Refused):
    """The person has this role there already."""

    code: ClassVar[str] = "access.already_granted"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class OwnRights(Refused):
    """Nobody changes their own rights."""

    code: ClassVar[str] = "access.own_rights"


@dataclass(kw_only=True, eq=False)
class BeyondOwnRights(Refused):
    """A right for a sub-registry that the actor has not at the clinic."""

    code: ClassVar[str] = "access.beyond_own_rights"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class OutlastsOwnRight(Refused):
    """A right that goes on when the actor's own at the clinic has ended; `day` is the last that is possible."""

    code: ClassVar[str] = "access.outlasts_own_right"
    status: ClassVar[int] = 422
    day: str


@dataclass(kw_only=True, eq=False)
class RightHeld(Refused):
    """What somebody applies for they have already."""

    code: ClassVar[str] = "access.right_held"
    status: ClassVar[int] = 409
