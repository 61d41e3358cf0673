"""Why somebody may not: at login, and in attesting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class NotRegistered(Refused):
    """A good card, and no account under its HSA-id yet."""

    code: ClassVar[str] = "login.not_registered"


@dataclass(kw_only=True, eq=False)
class MailNotConfirmed(Refused):
    """Inloggning misslyckades. E-post är ej bekräftad."""

    code: ClassVar[str] = "login.mail_not_confirmed"


@dataclass(kw_only=True, eq=False)
class NotAttested(Refused):
    """Inloggning misslyckades. Kontot är ej attesterat."""

    code: ClassVar[str] = "login.not_attested"


@dataclass(kw_only=True, eq=False)
class ApplicationDeclined(Refused):
    code: ClassVar[str] = "login.declined"


@dataclass(kw_only=True, eq=False)
class ApplicationLapsed(Refused):
    """Nobody decided in time."""

    code: ClassVar[str] = "login.lapsed"


@dataclass(kw_only=True, eq=False)
class NoGrant(Refused):
    """Every grant has ended or was revoked, and nothing is applied for."""

    code: ClassVar[str] = "login.no_grant"


@dataclass(kw_only=True, eq=False)
class AccountSuspended(Refused):
    code: ClassVar[str] = "login.suspended"


@dataclass(kw_only=True, eq=False)
class AccountEnded(Refused):
    """There was an account under this HSA-id; a new registration is possible."""

    code: ClassVar[str] = "login.ended"


@dataclass(kw_only=True, eq=False)
class HsaIdDisputed(Refused):
    """Another issuer's card, of somebody with another name, than the account under this HSA-id belongs to."""

    code: ClassVar[str] = "login.hsa_id_disputed"


@dataclass(kw_only=True, eq=False)
class NotPermitted(Refused):
    """The role that somebody works in does not include this."""

    code: ClassVar[str] = "access.not_permitted"


@dataclass(kw_only=True, eq=False)
class NotFound(Refused):
    """It does not exist, or lies outside what the person may see: the answer is the same."""

    code: ClassVar[str] = "access.not_found"
    status: ClassVar[int] = 404


@dataclass(kw_only=True, eq=False)
class PageOfAnother(Refused):
    """The form stood on a page that was made for another person, who used this browser before."""

    code: ClassVar[str] = "request.page_of_another"
    status: ClassVar[int] = 412


@dataclass(kw_only=True, eq=False)
class PageOfOtherSeat(Refused):
    """The form stood on a page that was made while the person had another seat."""

    code: ClassVar[str] = "request.page_of_other_seat"
    status: ClassVar[int] = 412


@dataclass(kw_only=True, eq=False)
class CardTooOld(Refused):
    """The card was read too long ago for this act; `minutes` is what is allowed."""

    code: ClassVar[str] = "access.card_too_old"
    minutes: int


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
class AlreadyGranted(Refused):
    """The person has this role there already."""

    code: ClassVar[str] = "access.already_granted"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class OwnRights(Refused):
    """Nobody changes their own rights."""

    code: ClassVar[str] = "access.own_rights"


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
    """Whoever proposed could not propose any more: the right is over, or the account not in force."""

    code: ClassVar[str] = "access.proposer_gone"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class OwnNomination(Refused):
    """Who proposes a log reviewer or a case handler does not also confirm it."""

    code: ClassVar[str] = "access.own_nomination"


@dataclass(kw_only=True, eq=False)
class PersonSuspended(Refused):
    """Whoever is suspended does not come to work for the registry itself: the suspension is lifted first."""

    code: ClassVar[str] = "access.person_suspended"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class GivesRights(Refused):
    """Whoever gives rights reads neither patients nor the log: the person works at the registry office, or is to and
    reads them."""

    code: ClassVar[str] = "access.gives_rights"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NotAColleague(Refused):
    """The person does not work at the clinic now: no right there, or an account that is not in force."""

    code: ClassVar[str] = "access.not_a_colleague"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class BeginImpossible(Refused):
    """The first day lies in the past, or after the last."""

    code: ClassVar[str] = "access.begin_impossible"
    status: ClassVar[int] = 422


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
class NothingAsked(Refused):
    """No question waits for an answer: the application may have been decided meanwhile."""

    code: ClassVar[str] = "access.nothing_asked"
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
class RemindedToday(Refused):
    """Reminding is possible once a day."""

    code: ClassVar[str] = "access.reminded_today"
    status: ClassVar[int] = 429
    again_at: datetime


@dataclass(kw_only=True, eq=False)
class PrincipalsMissing(Refused):
    """What is decided on the command line takes the names of two different people."""

    code: ClassVar[str] = "access.two_names_needed"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class RightHeld(Refused):
    """What somebody applies for they have already."""

    code: ClassVar[str] = "access.right_held"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class LastAdministrator(Refused):
    """Nobody else can attest at the clinic: whoever leaves needs a successor first."""

    code: ClassVar[str] = "access.last_administrator"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class AdministratorsAddress(Refused):
    """A local administrator's address belongs to the clinic's care provider: nobody could attest the role anew."""

    code: ClassVar[str] = "access.administrators_address"
    status: ClassVar[int] = 422


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
class SecondNeeded(Refused):
    """Where a clinic has no local administrator who can act, two at the registry office decide."""

    code: ClassVar[str] = "access.second_needed"
    status: ClassVar[int] = 409


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
