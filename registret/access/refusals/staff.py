"""Why somebody is not appointed, made a substitute, suspended or reinstated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class OwnProposal(Refused):
    """Who proposes somebody does not also confirm it."""

    code: ClassVar[str] = "access.own_proposal"


@dataclass(kw_only=True, eq=False)
class OutlastsRights(Refused):
    """A substitute for longer than the colleague's own right there, or that of who proposes, lasts; `day` is the last
    that is possible."""

    code: ClassVar[str] = "access.outlasts_rights"
    status: ClassVar[int] = 422
    day: str


@dataclass(kw_only=True, eq=False)
class ProposerGone(Refused):
    """The proposer could not propose any more: the right is over, or the account not in force."""

    code: ClassVar[str] = "access.proposer_gone"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class OwnNomination(Refused):
    """Who proposes a log reviewer or a case handler does not also confirm it."""

    code: ClassVar[str] = "access.own_nomination"


@dataclass(kw_only=True, eq=False)
class PersonSuspended(Refused):
    """A suspended person cannot be appointed to the registry itself: the suspension is lifted first."""

    code: ClassVar[str] = "access.person_suspended"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class GivesRights(Refused):
    """A member of the registry office may not also read patients or the log: the person is one of them, or would
    become one."""

    code: ClassVar[str] = "access.gives_rights"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NotAColleague(Refused):
    """The person does not work at the clinic now: no right there, or an account that is not in force."""

    code: ClassVar[str] = "access.not_a_colleague"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class AlreadyProposed(Refused):
    """The same person is proposed for the same already."""

    code: ClassVar[str] = "access.already_proposed"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NothingProposed(Refused):
    """Somebody else has decided already, or its time has passed."""

    code: ClassVar[str] = "access.nothing_proposed"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class SuspendedElsewhere(Refused):
    """What the registry office or another clinic has suspended, this clinic does not lift."""

    code: ClassVar[str] = "access.suspended_elsewhere"


@dataclass(kw_only=True, eq=False)
class SuspensionNotLeft(Refused):
    """The office takes over what a clinic has suspended only where nobody at the clinic can lift it."""

    code: ClassVar[str] = "access.suspension_not_left"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class PrincipalsMissing(Refused):
    """What is decided on the command line takes the names of two different people."""

    code: ClassVar[str] = "access.two_names_needed"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class LastAdministrator(Refused):
    """Nobody else can attest at the clinic: a successor is needed before the last administrator leaves."""

    code: ClassVar[str] = "access.last_administrator"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class AdministratorsAddress(Refused):
    """A local administrator's address belongs to the clinic's care provider: nobody could attest the role anew."""

    code: ClassVar[str] = "access.administrators_address"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class OfficeAppointed(Refused):
    """The office does not attest whom it has made local administrator of the clinic."""

    code: ClassVar[str] = "access.office_appointed"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class OfficeWidens(Refused):
    """The office does not change a right so that it reads more patients: the person applies for it."""

    code: ClassVar[str] = "access.office_widens"
    status: ClassVar[int] = 422
