"""Refusals at login, in attesting, and in other decisions about rights."""

from __future__ import annotations

from datetime import datetime

from registret.kernel.refused import Refused


class NotRegistered(Refused, code="login.not_registered"):
    """A good card, and no account under its HSA-id yet."""


class MailNotConfirmed(Refused, code="login.mail_not_confirmed"):
    """Inloggning misslyckades. E-post är ej bekräftad."""


class NotAttested(Refused, code="login.not_attested"):
    """Inloggning misslyckades. Kontot är ej attesterat."""


class ApplicationDeclined(Refused, code="login.declined"):
    """An administrator declined the last application."""


class ApplicationLapsed(Refused, code="login.lapsed"):
    """Nobody decided in time."""


class NoGrant(Refused, code="login.no_grant"):
    """Every grant has ended or was revoked, and nothing is applied for."""


class AccountSuspended(Refused, code="login.suspended"):
    """The clinic or the registry office has suspended the account."""


class AccountEnded(Refused, code="login.ended"):
    """There was an account under this HSA-id; a new registration is possible."""


class HsaIdDisputed(Refused, code="login.hsa_id_disputed"):
    """The account under this HSA-id has a card of another issuer, in another name."""


class NotPermitted(Refused, code="access.not_permitted"):
    """The user's role does not include this."""


class NotFound(Refused, code="access.not_found", status=404):
    """It does not exist, or lies outside what the person may see: the answer is the same."""


class PageOfAnother(Refused, code="request.page_of_another", status=412):
    """The form stood on a page that was made for another person, who used this browser before."""


class PageOfOtherSeat(Refused, code="request.page_of_other_seat", status=412):
    """The form stood on a page that was made while the person had another seat."""


class CardTooOld(Refused, code="access.card_too_old"):
    """The card was read too long ago for this act; `minutes` is what is allowed."""

    minutes: int


class OwnApplication(Refused, code="access.own_application"):
    """Nobody decides about oneself."""


class AlreadyDecided(Refused, code="access.already_decided", status=409):
    """Another administrator has decided first. `state` is an ApplicationState."""

    state: str
    decided_by: str
    decided_at: datetime


class NotActionable(Refused, code="access.not_actionable", status=409):
    """The applicant has not confirmed the mail address yet."""


class AlreadyApplied(Refused, code="access.already_applied", status=409):
    """An application for the same clinic waits already."""


class ClinicClosed(Refused, code="access.clinic_closed", status=409):
    """The clinic was closed, maybe between the form and its sending."""


class RoleImpossible(Refused, code="access.role_impossible", status=422):
    """The role cannot be applied for or given there."""


class NothingAsked(Refused, code="access.nothing_asked", status=409):
    """No question waits for an answer: the application may have been decided meanwhile."""


class RemindedToday(Refused, code="access.reminded_today", status=429):
    """Reminding is possible once a day."""

    again_at: datetime


class ClaimNotSeen(Refused, code="access.claim_not_seen", status=409):
    """The applicant has proven an earlier account since the page was shown, or the page does not show it."""


class ClaimImpossible(Refused, code="access.claim_impossible", status=409):
    """The earlier account is suspended, or works for the registry: attesting does not end it."""


class SecondNeeded(Refused, code="access.second_needed", status=409):
    """Where a clinic has no local administrator who can act, two at the registry office decide."""


class NotParticipating(Refused, code="access.not_participating", status=422):
    """The clinic does not take part in one of the sub-registries."""


class DecidedAlready(Refused, code="access.decided_already", status=409):
    """The clinic takes part, or does not, as was asked for: there is nothing to decide."""


class SubRegistryClosed(Refused, code="access.sub_registry_closed", status=422):
    """A sub-registry that does not exist, or has neither forms nor reports."""


class EndImpossible(Refused, code="access.end_impossible", status=422):
    """The last day lies in the past or too far ahead; `months` is the most that is allowed."""

    months: int


class BeginImpossible(Refused, code="access.begin_impossible", status=422):
    """The first day lies in the past, or after the last."""


class AlreadyGranted(Refused, code="access.already_granted", status=409):
    """The person has this role there already."""


class OwnRights(Refused, code="access.own_rights"):
    """Nobody changes their own rights."""


class BeyondOwnRights(Refused, code="access.beyond_own_rights", status=422):
    """A right for a sub-registry that the actor has not at the clinic."""


class OutlastsOwnRight(Refused, code="access.outlasts_own_right", status=422):
    """A right that goes on when the actor's own at the clinic has ended; `day` is the last that is possible."""

    day: str


class RightHeld(Refused, code="access.right_held", status=409):
    """The applicant already has the right that is applied for."""


class OwnProposal(Refused, code="access.own_proposal"):
    """The person who made a proposal cannot confirm it."""


class OutlastsRights(Refused, code="access.outlasts_rights", status=422):
    """A substitute for longer than the colleague's own right there, or that of who proposes, lasts; `day` is the last
    that is possible."""

    day: str


class ProposerGone(Refused, code="access.proposer_gone", status=409):
    """The proposer could not propose any more: the right is over, or the account not in force."""


class OwnNomination(Refused, code="access.own_nomination"):
    """Who proposes a log reviewer or a case handler does not also confirm it."""


class PersonSuspended(Refused, code="access.person_suspended", status=409):
    """A suspended person cannot be appointed to the registry itself: the suspension is lifted first."""


class GivesRights(Refused, code="access.gives_rights", status=409):
    """A member of the registry office may not also read patients or the log: the person is one of them, or would
    become one."""


class NotAColleague(Refused, code="access.not_a_colleague", status=409):
    """The person does not work at the clinic now: no right there, or an account that is not in force."""


class AlreadyProposed(Refused, code="access.already_proposed", status=409):
    """The same person is proposed for the same already."""


class NothingProposed(Refused, code="access.nothing_proposed", status=409):
    """The proposal is already decided, or its time has passed."""


class SuspendedElsewhere(Refused, code="access.suspended_elsewhere"):
    """What the registry office or another clinic has suspended, this clinic does not lift."""


class SuspensionNotLeft(Refused, code="access.suspension_not_left", status=409):
    """The office takes over what a clinic has suspended only where nobody at the clinic can lift it."""


class PrincipalsMissing(Refused, code="access.two_names_needed", status=422):
    """What is decided on the command line takes the names of two different people."""


class LastAdministrator(Refused, code="access.last_administrator", status=409):
    """Nobody else can attest at the clinic: a successor is needed before the last administrator leaves."""


class AdministratorsAddress(Refused, code="access.administrators_address", status=422):
    """A local administrator's address belongs to the clinic's care provider: nobody could attest the role anew."""


class OfficeAppointed(Refused, code="access.office_appointed", status=409):
    """The office does not attest whom it has made local administrator of the clinic."""


class OfficeWidens(Refused, code="access.office_widens", status=422):
    """The office does not change a right so that it reads more patients: the person applies for it."""


class AlreadyAnswered(Refused, code="access.already_answered", status=409):
    """The grant is answered for: a colleague was faster, or it has ended (then nobody is named)."""

    state: str
    answered_by: str
    answered_at: datetime


class RecertificationOpen(Refused, code="access.recertification_open", status=409):
    """One is open at the clinic already."""


class NothingToRecertify(Refused, code="access.nothing_to_recertify", status=409):
    """Nobody has a grant at the clinic."""


class KeyUnusable(Refused, code="access.key_unusable", status=422):
    """The text is no public key that a system signs with: P-256, or RSA of 2048 to 4096 bits, as PEM or JWK."""


class KeyIsPrivate(Refused, code="access.key_private", status=422):
    """A private key was pasted: it is not kept, and must not be used any more."""


class KeyKnown(Refused, code="access.key_known", status=409):
    """The key is in use already, here or elsewhere: each belongs to one system."""


class AssertionRefused(Refused, code="import.assertion_refused", status=401):
    """A system has not shown who it is. `reason`: what is wrong with what it signed."""

    reason: str
