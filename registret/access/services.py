"""Acts on rights: register, confirm, attest, decline, appoint. One transaction each, with log entry and letters."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.access.lifecycle import APPLICATION_LIFE, ApplicationState
from registret.access.models import Application, Claim, Grant, Notice, Source
from registret.access.participation import left_out
from registret.access.queries import (
    Administrator,
    ApplicationRow,
    Standing,
    active_administrators,
    application_for,
    clinics_to_attest_anew,
    registry_office,
    standing_of,
    title_of,
    valid_grants_of,
)
from registret.access.refusals import (
    AccountEnded,
    AccountSuspended,
    AlreadyApplied,
    AlreadyDecided,
    AlreadyGranted,
    CardTooOld,
    ClaimImpossible,
    ClaimNotSeen,
    ClinicClosed,
    HsaIdDisputed,
    NotActionable,
    NotFound,
    NotParticipating,
    NotPermitted,
    OwnApplication,
    OwnRights,
    PrincipalsMissing,
    RemindedToday,
    RoleImpossible,
    SubRegistryClosed,
)
from registret.access.roles import ROLES_AT_A_CLINIC, ROLES_TO_APPLY_FOR, Permission, Role
from registret.access.rules import end_of, last_possible_day
from registret.access.settling import settle_revoked
from registret.accounts import services as accounts
from registret.accounts.attempts import Proof
from registret.accounts.cardfacts import CardFacts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.likeness import same_person
from registret.accounts.queries import AccountRow, account, living_account, newest_confirmation
from registret.accounts.refusals import AccountExists, ConfirmationDone
from registret.accounts.sessions import Sitting, open_session, sit_down
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.kernel.life import NotPossible
from registret.kernel.refused import Refused
from registret.ledger.services import record
from registret.limits.services import Limit, network_subject, take
from registret.mail.services import post
from registret.places.queries import clinic
from registret.registries.queries import open_for_entry
from registret.settings.lengths import TimeLimit
from registret.settings.queries import length
from registret.words.roles import role_name

LETTERS_PER_ACCOUNT = Limit(what="letters_account", most=5, per=timedelta(hours=1))
LETTERS_PER_ADDRESS = Limit(what="letters_address", most=5, per=timedelta(hours=1))
LETTERS_PER_NETWORK = Limit(what="letters_network", most=100, per=timedelta(hours=1))
APPLICATIONS_PER_ACCOUNT = Limit(what="applications_account", most=10, per=timedelta(days=1))
# Each of them writes to every administrator of a clinic.
CODES_PER_ACCOUNT = Limit(what="codes_account", most=40, per=timedelta(hours=1))
CODES_PER_NETWORK = Limit(what="codes_network", most=100, per=timedelta(hours=1))


def register(
    *,
    card: CardFacts,
    email: EmailAddress,
    clinic_id: int,
    role: Role,
    sub_registries: Sequence[str],
    message: str,
    language: str,
    by: By,
    at: datetime,
) -> int:
    """Registrera dig: an account out of the card's facts, an application, a letter to confirm the address.

    Raises: AccountExists, ClinicClosed, RoleImpossible, SubRegistryClosed, NotParticipating, TooMany.
    """
    # What leads to no letter does not count as one: whoever clicks twice still has as many tries.
    if living_account(hsa_id=card.hsa_id) is not None:
        raise AccountExists()
    _check_wish(clinic_id=clinic_id, role=role, sub_registries=sub_registries)
    limit_letters(subject=card.hsa_id.upper(), email=email, by=by, at=at)
    with transaction.atomic():
        account_id = accounts.open_account(
            hsa_id=HsaId(card.hsa_id),
            given_name=card.given_name,
            surname=card.surname,
            organisation=card.organisation,
            email=email,
            language=language,
            card=card,
            by=by,
            at=at,
        )
        _apply(account_id, clinic_id, role, sub_registries, message, by=by, at=at)
        _send_confirmation(account_id=account_id, email=None, by=by, at=at)
    return account_id


def apply(
    *,
    account_id: int,
    clinic_id: int,
    role: Role,
    sub_registries: Sequence[str],
    message: str,
    by: By,
    at: datetime,
) -> int:
    """A further application of somebody who has an account: after a decline, a lapse, or for another clinic.

    Raises: NotFound, AccountEnded, AccountSuspended, AlreadyApplied, ClinicClosed, RoleImpossible, SubRegistryClosed,
        NotParticipating,
        TooMany.
    """
    _check_wish(clinic_id=clinic_id, role=role, sub_registries=sub_registries)
    take(limit=APPLICATIONS_PER_ACCOUNT, subject=_person(account_id).hsa_id.upper(), at=at)
    with transaction.atomic():
        # Held: confirmed meanwhile, nobody would be told of the application; ended meanwhile, it would wait for ever.
        person = accounts.hold(account_id=account_id) or _person(account_id)
        check_in_force(person)
        application_id = _apply(account_id, clinic_id, role, sub_registries, message, by=by, at=at)
        if person.confirmed_at is not None:
            _tell_those_who_attest(Q(id=application_id), at=at)
    return application_id


def resend_confirmation(*, account_id: int, by: By, at: datetime) -> None:
    """Skicka igen: a new letter to the same address; earlier ones stop counting.

    Raises: TooMany, ConfirmationDone.
    """
    person = _person(account_id)
    limit_letters(subject=person.hsa_id.upper(), email=person.email, by=by, at=at)
    _send_confirmation(account_id=account_id, email=None, by=by, at=at)


def change_unconfirmed_address(*, account_id: int, email: EmailAddress, by: By, at: datetime) -> None:
    """Ändra adress, before it is confirmed: a new letter to the new address.

    Raises: TooMany, ConfirmationDone.
    """
    limit_letters(subject=_person(account_id).hsa_id.upper(), email=email, by=by, at=at)
    _send_confirmation(account_id=account_id, email=email, by=by, at=at)


@transaction.atomic
def confirm_by_link(*, confirmation: tuple[int, int], hsa_id: str, by: By, at: datetime) -> None:
    """The link of a letter, followed by the holder of the same card. Of a first address, or of another one.

    Raises: ConfirmationUnknown, ConfirmationReplaced, ConfirmationExpired, ConfirmationDone, ConfirmationOtherCard,
        AdministratorsAddress.
    """
    confirmed = accounts.confirm_by_link(confirmation=confirmation, hsa_id=hsa_id, by=by, at=at)
    _follow_up(confirmed, by=by, at=at)


def confirm_by_code(*, account_id: int, code: str, by: By, at: datetime) -> None:
    """The code of the newest letter, typed by the holder of the account's card.

    Raises: CodeWrong, CodeBurnt, ConfirmationExpired, ConfirmationDone, AdministratorsAddress, TooMany.
    """
    take(limit=CODES_PER_ACCOUNT, subject=str(account_id), at=at)
    take(limit=CODES_PER_NETWORK, subject=network_subject(by.network), at=at)

    def then(confirmed: accounts.Confirmed) -> None:
        _follow_up(confirmed, by=by, at=at)

    accounts.confirm_by_code(account_id=account_id, code=code, then=then, by=by, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A session has begun. `confirmed`: the mail address was confirmed on the way in."""

    session_key: str
    standing: Standing
    confirmed: bool


def enter(*, proof: Proof, replaces: str | None = None, network: str | None, at: datetime) -> Entered:
    """A proven card logs in, or learns what is missing. Either way a session begins.

    Somebody who came by the link of a letter confirms with the card that was just shown. With one seat the person is
    at work at once. `replaces` is the key of the session that this browser had until now.

    Raises: HsaIdDisputed.
    """
    card = proof.card
    _refuse_another_person(card, network=network, at=at)
    confirmed = _confirmed_on_the_way(proof, network=network, at=at)
    with transaction.atomic():
        standing = standing_of(hsa_id=card.hsa_id, at=at)
        person = standing.account
        by = By(hsa_id=card.hsa_id, name=card.name, account_id=person.id if person else None, network=network)
        seat = standing.seats[0] if standing.missing is None else None
        grant_id = seat.grant_id if seat else None
        key = open_session(proof=proof, grant_id=grant_id, replaces=replaces, network=network, at=at)
        if person is not None and standing.missing is None:
            accounts.note_login(account_id=person.id, card=card, at=at)
        elif person is not None and not person.card_issuer:
            accounts.note_card(account_id=person.id, card=card)
        if person is not None and _is_of_another_ca(person, card):
            facts = {"issuer_before": person.card_issuer, "issuer": card.card_issuer}
            record(event="account.new_issuer", by=by, at=at, about_account_id=person.id, facts=facts)
        if person is not None and person.state is AccountState.REGISTERED:
            _send_first_confirmation(person, by=by, at=at)
        record(
            event="login.refused" if standing.missing else "login.done",
            outcome="refused" if standing.missing else "done",
            by=by,
            at=at,
            clinic_id=seat.clinic_id if seat else None,
            facts={"code": standing.missing.code} if standing.missing else {"seats": len(standing.seats)},
        )
    return Entered(session_key=key, standing=standing, confirmed=confirmed)


@transaction.atomic
def choose_seat(*, sitting: Sitting, grant_id: int, by: By, at: datetime) -> None:
    """Du arbetar som: another clinic, or the office, from now on in this session.

    Raises: NotFound (not a seat of this person).
    """
    standing = standing_of(hsa_id=sitting.card.hsa_id, at=at)
    chosen = [s for s in standing.seats if grant_id in s.grant_ids]
    if standing.missing is not None or not chosen:
        raise NotFound()
    sit_down(session_id=sitting.session_id, grant_id=grant_id)
    record(event="session.seat_chosen", by=by, at=at, clinic_id=chosen[0].clinic_id)


def attest(
    *,
    application_id: int,
    role: Role,
    sub_registries: Sequence[str],
    last_day: date,
    claim_seen: int | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Attestera: the application becomes a grant; answers the grant's id. The applicant is told.

    If the applicant has proven an account under another HSA-id, which the actor must have seen (`claim_seen`), that one
    ends and the two are linked. Its rights are not handed on.

    Raises: NotFound, CardTooOld, OwnApplication, AlreadyDecided, NotActionable, ClinicClosed, RoleImpossible,
        SubRegistryClosed, EndImpossible, AlreadyGranted, ClaimNotSeen, ClaimImpossible.
    """
    ends_at = end_of(last_day, at=at, months=length(TimeLimit.GRANT).number)
    with transaction.atomic():
        _hold_both(application_id, actor=actor, at=at)
        wanted = _to_decide(application_id, actor=actor, act="attest", at=at)
        claim = _claim_to_settle(wanted, seen=claim_seen, actor=actor, at=at)
        _check_wish(clinic_id=wanted.clinic_id, role=role, sub_registries=sub_registries)
        grant_id = give(
            account_id=wanted.account_id,
            role=role,
            clinic_id=wanted.clinic_id,
            sub_registries=sub_registries,
            application_id=wanted.id,
            ends_at=ends_at,
            granted_by_id=actor.account_id,
            decided_by_names="",
            by=actor.by,
            at=at,
        )
        _decide(wanted, act="attest", reason="", actor=actor, at=at, facts={"role": role.value, "until": str(last_day)})
        _letter_to_applicant(wanted, kind="attested", role=role, context={"valid_until": last_day}, at=at)
        if claim is not None:
            _settle(claim, wanted, actor=actor, at=at)
    return grant_id


def _hold_both(application_id: int, *, actor: Actor, at: datetime) -> None:
    """The applicant's account and the one that is claimed, the lower number first: in two orders, two who claim each
    other's could wait for each other."""
    seen = application_for(actor=actor, application_id=application_id, at=at)
    claimed = Claim.objects.filter(account_id=seen.account_id, settled_at=None, proven_at__isnull=False)
    for account_id in sorted([seen.account_id, *claimed.values_list("old_account_id", flat=True)]):
        accounts.hold(account_id=account_id)


def _claim_to_settle(wanted: ApplicationRow, *, seen: int | None, actor: Actor, at: datetime) -> Claim | None:
    claim = Claim.objects.select_for_update().filter(account_id=wanted.account_id, settled_at=None).first()
    if claim is None or claim.proven_at is None or claim.old_account_id is None:
        return None
    if claim.old_account_id == actor.account_id:
        raise OwnApplication()
    if claim.id != seen:
        raise ClaimNotSeen()
    old = accounts.hold(account_id=claim.old_account_id)
    if old is None or not may_be_ended_by_claim(old, at=at):
        raise ClaimImpossible()
    return claim


def may_be_ended_by_claim(old: AccountRow, *, at: datetime) -> bool:
    """Nobody leaves a suspension behind with a new HSA-id, and those who work for the registry itself come and go by
    the decision of two (decision 0056). A suspension by the clock is no judgement."""
    if old.state is AccountState.SUSPENDED and old.state_authority is not Authority.CLOCK:
        return False
    return not Grant.objects.filter(account_id=old.id, clinic=None, revoked_at=None, ends_at__gt=at).exists()


def _settle(claim: Claim, wanted: ApplicationRow, *, actor: Actor, at: datetime) -> None:
    old = _person(claim.old_account_id or 0)
    if old.state is not AccountState.ENDED:
        end_account(account_id=old.id, reason="new_hsa_id", by=actor.by, at=at)
    Claim.objects.filter(id=claim.id).update(settled_at=at, email="")
    for about, other in ((old.id, wanted.account_id), (wanted.account_id, old.id)):
        hsa_id = old.hsa_id if about == old.id else wanted.hsa_id
        facts: dict[str, str | int | bool | None] = {
            "account": other,
            "hsa_id": wanted.hsa_id if about == old.id else old.hsa_id,
        }
        record(
            event="account.linked",
            by=actor.by,
            at=at,
            about_account_id=about,
            about_hsa_id=hsa_id,
            clinic_id=wanted.clinic_id,
            facts=facts,
        )
    context = {"name": old.given_name, "hsa_id": old.hsa_id}
    post(kind="account_moved", to=old.email, language=old.language, context=context, about_account_id=old.id, at=at)


def decline(*, application_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Avslå, with a reason that the applicant sees.

    Raises: NotFound, CardTooOld, OwnApplication, AlreadyDecided, NotActionable.
    """
    with transaction.atomic():
        wanted = _to_decide(application_id, actor=actor, act="decline", at=at)
        _decide(wanted, act="decline", reason=reason, actor=actor, at=at, facts={"reason": reason})
        _letter_to_applicant(wanted, kind="declined", context={"reason": reason}, at=at)


@transaction.atomic
def withdraw(*, account_id: int, application_id: int | None = None, by: By, at: datetime) -> None:
    """The applicant takes a waiting application back; None: the newest one, which the checklist shows.

    Raises: NotFound (none waits, or not this one).
    """
    waiting = _lock_waiting(account_id)
    wanted = (waiting.filter(id=application_id) if application_id is not None else waiting).first()
    if wanted is None:
        raise NotFound()
    _withdraw(wanted, by=by, at=at)


def remind(*, account_id: int, by: By, at: datetime) -> int:
    """Påminn igen, once a day; answers how many people get the letter.

    Raises: NotFound (nothing waits for attestation), AccountSuspended, RemindedToday.
    """
    with transaction.atomic():
        wanted = _newest_waiting(account_id)
        if wanted is None or wanted.account.confirmed_at is None:
            raise NotFound()
        check_in_force(_person(account_id))
        again_at = may_remind_at(wanted)
        if at < again_at:
            raise RemindedToday(again_at=again_at)
        Application.objects.filter(id=wanted.id).update(reminded_at=at)
        told = _tell(wanted, kind="reminder", context={"waiting_since": wanted.applied_at}, at=at)
        facts: dict[str, str | int | bool | None] = {"told": told}
        record(
            event="application.reminded",
            by=by,
            at=at,
            about_account_id=account_id,
            clinic_id=wanted.clinic_id,
            facts=facts,
        )
    return told


class Remindable(Protocol):
    """An application, as row or model."""

    @property
    def reminded_at(self) -> datetime | None: ...

    @property
    def applied_at(self) -> datetime: ...


def may_remind_at(application: Remindable) -> datetime:
    """From when on the applicant may remind: at once the first time, then a day after the last reminder."""
    if application.reminded_at is None:
        return application.applied_at
    return application.reminded_at + timedelta(days=1)


def correct_address(*, application_id: int, email: EmailAddress, actor: Actor, at: datetime) -> None:
    """An administrator mends a misspelt address and has the letter sent again. Never confirms.

    Raises: NotFound, OwnApplication, CardTooOld, ConfirmationDone, TooMany.
    """
    wanted = application_for(actor=actor, application_id=application_id, at=at)
    check_actor(wanted.account_id, actor=actor, at=at)
    if wanted.mail_confirmed_at is not None or wanted.state is not ApplicationState.WAITING:
        raise ConfirmationDone()
    limit_letters(subject=wanted.hsa_id.upper(), email=email, by=actor.by, at=at)
    _send_confirmation(account_id=wanted.account_id, email=email, by=actor.by, at=at)


def appoint_by_program(
    *,
    hsa_id: HsaId,
    given_name: str,
    surname: str,
    email: EmailAddress,
    role: Role,
    clinic_id: int | None,
    decided_by: tuple[str, str],
    by: By,
    at: datetime,
) -> int:
    """The first people of a registry, from the command line: two named people decide, the log keeps both names.

    Raises: PrincipalsMissing, RoleImpossible, ClinicClosed, AlreadyGranted, TooMany.
    """
    names = [" ".join(name.split()) for name in decided_by]
    if not all(names) or names[0].casefold() == names[1].casefold():
        raise PrincipalsMissing()
    return _appoint(
        hsa_id=hsa_id,
        given_name=given_name,
        surname=surname,
        email=email,
        role=role,
        clinic_id=clinic_id,
        granted_by_id=None,
        decided_by_names=", ".join(names),
        by=by,
        at=at,
    )


def appoint_local_administrator(
    *,
    hsa_id: HsaId,
    given_name: str,
    surname: str,
    email: EmailAddress,
    clinic_id: int,
    actor: Actor,
    at: datetime,
) -> int:
    """The registry office makes somebody local administrator of a clinic; answers the grant's id.

    Names and address are used when the person has no account yet: it then waits for the card and the mail.

    Raises: NotPermitted, CardTooOld, OwnRights, ClinicClosed, AlreadyGranted, TooMany.
    """
    _check_appointing(hsa_id, actor=actor, at=at)
    return _appoint(
        hsa_id=hsa_id,
        given_name=given_name,
        surname=surname,
        email=email,
        role=Role.LOCAL_ADMINISTRATOR,
        clinic_id=clinic_id,
        granted_by_id=actor.account_id,
        decided_by_names="",
        by=actor.by,
        at=at,
    )


def appoint_support(
    *, hsa_id: HsaId, given_name: str, surname: str, email: EmailAddress, actor: Actor, at: datetime
) -> int:
    """The registry office makes somebody support; answers the grant's id. Names and address as for an administrator.

    Raises: NotPermitted, CardTooOld, OwnRights, AlreadyGranted, TooMany.
    """
    _check_appointing(hsa_id, actor=actor, at=at)
    return _appoint(
        hsa_id=hsa_id,
        given_name=given_name,
        surname=surname,
        email=email,
        role=Role.SUPPORT,
        clinic_id=None,
        granted_by_id=actor.account_id,
        decided_by_names="",
        by=actor.by,
        at=at,
    )


@transaction.atomic
def revoke(*, grant_id: int, reason: str, revoked_by_id: int | None, by: By, at: datetime) -> None:
    """Återkalla: the right is gone at the person's next click. Who may is checked by the caller's seat.

    Raises: NotFound, OwnRights.
    """
    grant = Grant.objects.select_for_update(of=("self",)).filter(id=grant_id, revoked_at=None).first()
    if grant is None:
        raise NotFound()
    if grant.account_id == revoked_by_id:
        raise OwnRights()
    Grant.objects.filter(id=grant.id).update(revoked_at=at, revoked_by_id=revoked_by_id, revoke_reason=reason)
    facts: dict[str, str | int | bool | None] = {"role": grant.role, "reason": reason}
    record(
        event="grant.revoked", by=by, at=at, about_account_id=grant.account_id, clinic_id=grant.clinic_id, facts=facts
    )
    settle_revoked(grant_id=grant.id, reason=reason, revoked_by_id=revoked_by_id, by=by, at=at)


@transaction.atomic
def end_account(*, account_id: int, reason: str, by: By, at: datetime) -> None:
    """Avsluta: waiting applications are withdrawn, grants revoked, sessions end, the HSA-id is free again.

    Raises: NotPossible.
    """
    accounts.hold(account_id=account_id)
    # Applications before grants, as in attesting: in two orders, two people could wait for each other.
    for wanted in _lock_waiting(account_id):
        _withdraw(wanted, by=by, at=at)
    for grant in Grant.objects.select_for_update().filter(account_id=account_id, revoked_at=None).order_by("id"):
        revoke(grant_id=grant.id, reason=reason, revoked_by_id=None, by=by, at=at)
    accounts.end(account_id=account_id, reason=reason, by=by, at=at)


def _is_of_another_ca(person: AccountRow, card: CardFacts) -> bool:
    """Whether there is something to tell; a login through the provider says nothing of the card's issuer."""
    both_cards = bool(person.card_environment and card.card_environment)
    return both_cards and person.card_issuer != card.card_issuer


def _refuse_another_person(card: CardFacts, *, network: str | None, at: datetime) -> None:
    """Two people with one HSA-id: the second one does not get in as the first, and the office is told once a card.

    Raises: HsaIdDisputed.
    """
    person = living_account(hsa_id=card.hsa_id)
    if person is None or same_person(person, card):
        return
    refusal = HsaIdDisputed()
    card_name = (card.fingerprint or card.card_issuer)[:40]
    with transaction.atomic():
        record(
            event="login.refused",
            outcome="refused",
            by=By(hsa_id=card.hsa_id, name=card.name, network=network),
            at=at,
            about_account_id=person.id,
            about_hsa_id=person.hsa_id,
            facts={"code": refusal.code, "issuer_before": person.card_issuer, "issuer": card.card_issuer},
        )
        new = Notice(kind="hsa_id_disputed", subject=person.id, occasion=card_name, at=at)
        before = Notice.objects.filter(kind=new.kind, subject=new.subject, occasion=new.occasion)
        if not before.exists():
            Notice.objects.bulk_create([new], ignore_conflicts=True)
            for one in registry_office(at=at):
                post(
                    kind="hsa_id_disputed",
                    to=EmailAddress(one.email),
                    language=one.language,
                    context={"hsa_id": person.hsa_id},
                    about_account_id=one.account_id,
                    at=at,
                )
    raise refusal


def _send_first_confirmation(person: AccountRow, *, by: By, at: datetime) -> None:
    """Whoever was brought in out of a file is sent the letter when the card is there that it counts with."""
    accounts.hold(account_id=person.id)
    if newest_confirmation(account_id=person.id) is None:
        _send_confirmation(account_id=person.id, email=None, by=by, at=at)


def _confirmed_on_the_way(proof: Proof, *, network: str | None, at: datetime) -> bool:
    if proof.confirmation is None:
        return False
    by = By(hsa_id=proof.card.hsa_id, name=proof.card.name, network=network)
    try:
        confirm_by_link(confirmation=proof.confirmation, hsa_id=proof.card.hsa_id, by=by, at=at)
    except Refused:
        # The page of the link says why, in a browser that now holds a session.
        return False
    return True


def _person(account_id: int) -> AccountRow:
    person = account(account_id=account_id)
    if person is None:
        raise NotFound()
    return person


def _check_wish(*, clinic_id: int, role: Role, sub_registries: Sequence[str]) -> None:
    place = clinic(clinic_id)
    if place is None or place.closed_at is not None:
        raise ClinicClosed()
    if role not in ROLES_TO_APPLY_FOR:
        raise RoleImpossible()
    open_codes = {s.code for s in open_for_entry()}
    if not sub_registries or not set(sub_registries) <= open_codes:
        raise SubRegistryClosed()
    if left_out(clinic_id) & set(sub_registries):
        raise NotParticipating()


def _apply(
    account_id: int, clinic_id: int, role: Role, sub_registries: Sequence[str], message: str, *, by: By, at: datetime
) -> int:
    try:
        with transaction.atomic():
            created = Application.objects.create(
                account_id=account_id,
                clinic_id=clinic_id,
                role=role,
                sub_registries=sorted(set(sub_registries)),
                message=message,
                applied_at=at,
            )
    except IntegrityError as trouble:
        if "one_waiting_application_per_clinic" not in str(trouble):
            raise
        raise AlreadyApplied() from None
    record(
        event="application.made",
        by=by,
        at=at,
        about_account_id=account_id,
        clinic_id=clinic_id,
        facts={"role": role.value, "sub_registries": ",".join(created.sub_registries)},
    )
    return created.id


def _lock_waiting(account_id: int) -> QuerySet[Application]:
    waiting = Application.objects.filter(account_id=account_id, state=ApplicationState.WAITING).order_by("-id")
    return waiting.select_for_update(of=("self",)).select_related("clinic", "account")


def _newest_waiting(account_id: int) -> Application | None:
    return _lock_waiting(account_id).first()


def _withdraw(wanted: Application, *, by: By, at: datetime) -> None:
    wanted.state = APPLICATION_LIFE.after(ApplicationState(wanted.state), "withdraw")
    wanted.decided_at = at
    wanted.save(update_fields=["state", "decided_at"])
    record(event="application.withdraw", by=by, at=at, about_account_id=wanted.account_id, clinic_id=wanted.clinic_id)


def check_in_force(person: AccountRow) -> None:
    """For acts of this room on one's own account.

    Raises: AccountSuspended, AccountEnded.
    """
    if person.state is AccountState.SUSPENDED:
        raise AccountSuspended()
    if person.state is AccountState.ENDED:
        raise AccountEnded()


def limit_letters(*, subject: str, email: EmailAddress, by: By, at: datetime) -> None:
    """For acts of this room that send a letter to an address that somebody wrote. Call it outside a transaction.

    Raises: TooMany.
    """
    # One person's own limit first: a hospital sits behind one address, and nobody uses up its share alone.
    take(limit=LETTERS_PER_ACCOUNT, subject=subject, at=at)
    take(limit=LETTERS_PER_ADDRESS, subject=email.text, at=at)
    take(limit=LETTERS_PER_NETWORK, subject=network_subject(by.network), at=at)


@transaction.atomic
def _send_confirmation(*, account_id: int, email: EmailAddress | None, by: By, at: datetime) -> None:
    confirmation = accounts.ask_for_confirmation(account_id=account_id, email=email, by=by, at=at)
    person = _person(account_id)
    waiting = Application.objects.select_related("clinic").filter(account_id=account_id, state=ApplicationState.WAITING)
    place = waiting.first()
    post(
        kind="confirm_email",
        to=person.email,
        language=person.language,
        context={
            "name": person.given_name,
            "clinic": title_of(place.clinic) if place else settings.REGISTRY_NAME,
            "valid_until": at + settings.CONFIRMATION_LIFETIME,
        },
        confirmation=confirmation,
        about_account_id=account_id,
        at=at,
    )


def _follow_up(confirmed: accounts.Confirmed, *, by: By, at: datetime) -> None:
    """A first address makes what waits actionable. Another one is told at the old address, and may be foreign."""
    person, before = confirmed.person, confirmed.instead_of
    if before is None:
        _tell_those_who_attest(Q(account_id=person.id), at=at)
        return
    post(
        kind="address_changed",
        to=before,
        language=person.language,
        context={
            "name": person.given_name,
            "new_address": person.email.masked,
            "last_day": at + settings.OBJECTION_LIFETIME - timedelta(seconds=1),
        },
        confirmation=confirmed.confirmation,
        about_account_id=person.id,
        at=at,
    )
    _have_attested_anew(person, before=before, by=by, at=at)


def _have_attested_anew(person: AccountRow, *, before: EmailAddress, by: By, at: datetime) -> None:
    """Where the address has become foreign the grants end, and one application per clinic asks for them again."""
    here = clinics_to_attest_anew(account_id=person.id, before=before, email=person.email, at=at)
    applications = []
    for clinic_id in sorted(here):
        place = clinic(clinic_id)
        grants = list(valid_grants_of(account_id=person.id, at=at).filter(clinic_id=clinic_id).order_by("id"))
        if place is not None and place.is_open:
            role = min((Role(grant.role) for grant in grants), key=ROLES_TO_APPLY_FOR.index)
            codes = sorted({code for grant in grants for code in grant.sub_registries})
            # What waits there already will do.
            with suppress(AlreadyApplied):
                applications.append(_apply(person.id, clinic_id, role, codes, "", by=by, at=at))
        for grant in grants:
            revoke(grant_id=grant.id, reason="foreign_address", revoked_by_id=None, by=by, at=at)
    for wanted in Application.objects.select_related("clinic", "account").filter(id__in=applications):
        _tell(wanted, kind="attest_anew", context={}, at=at)


def _tell_those_who_attest(which: Q, *, at: datetime) -> None:
    """These applications, as far as they wait, have become actionable."""
    for wanted in Application.objects.select_related("clinic", "account").filter(which, state=ApplicationState.WAITING):
        _tell(wanted, kind="application_waiting", context={}, at=at)


def _tell(wanted: Application, *, kind: str, context: dict[str, datetime], at: datetime) -> int:
    """Writes to the clinic's administrators, or to the registry office where there are none."""
    people: tuple[Administrator, ...] = tuple(
        a for a in active_administrators(clinic_id=wanted.clinic_id, at=at) if a.account_id != wanted.account_id
    )
    if not people:
        people, kind, context = registry_office(at=at), "application_escalated", {}
        if people:
            # The clock need not tell the office again.
            Notice.objects.bulk_create([Notice(kind="nobody_attests", subject=wanted.id, at=at)], ignore_conflicts=True)
    applicant = f"{wanted.account.given_name} {wanted.account.surname}".strip()
    for person in people:
        post(
            kind=kind,
            to=EmailAddress(person.email),
            language=person.language,
            context={"applicant": applicant, "clinic": title_of(wanted.clinic), **context},
            about_account_id=person.account_id,
            at=at,
        )
    return len(people)


def check_card_age(actor: Actor, *, at: datetime) -> None:
    """For acts of this room on other people's rights.

    Raises: CardTooOld.
    """
    check_card_read(actor.card_read_at, at=at)


def check_card_read(card_read_at: datetime, *, at: datetime) -> None:
    """For acts that whoever finds a computer left alone must not do.

    Raises: CardTooOld.
    """
    if at - card_read_at > settings.ATTESTING_NEEDS_CARD_WITHIN:
        raise CardTooOld(minutes=settings.ATTESTING_NEEDS_CARD_WITHIN // timedelta(minutes=1))


def check_actor(applicant_id: int, *, actor: Actor, at: datetime) -> None:
    """For acts of this room on other people's applications.

    Raises: OwnApplication, CardTooOld.
    """
    if applicant_id == actor.account_id:
        raise OwnApplication()
    check_card_age(actor, at=at)


def _to_decide(application_id: int, *, actor: Actor, act: str, at: datetime) -> ApplicationRow:
    """The application, locked: of two who decide at once, the second sees what the first did."""
    seen = application_for(actor=actor, application_id=application_id, at=at)
    check_actor(seen.account_id, actor=actor, at=at)
    # The account first, as everywhere: whoever ends it takes its applications and rights along.
    accounts.hold(account_id=seen.account_id)
    Application.objects.select_for_update(of=("self",)).get(id=application_id)
    # Seen again, now that it is locked.
    wanted = application_for(actor=actor, application_id=application_id, at=at)
    try:
        APPLICATION_LIFE.after(wanted.state, act)
    except NotPossible:
        # Nobody but the applicant withdraws.
        raise AlreadyDecided(
            state=wanted.state.value, decided_by=wanted.decided_by or wanted.name, decided_at=wanted.decided_at or at
        ) from None
    if not wanted.actionable:
        raise NotActionable()
    return wanted


def _decide(
    wanted: ApplicationRow,
    *,
    act: str,
    reason: str,
    actor: Actor,
    at: datetime,
    facts: dict[str, str | int | bool | None],
) -> None:
    state = APPLICATION_LIFE.after(wanted.state, act)
    Application.objects.filter(id=wanted.id).update(
        state=state, decided_at=at, decided_by_id=actor.account_id, reason=reason
    )
    record(
        event=f"application.{act}",
        by=actor.by,
        at=at,
        about_account_id=wanted.account_id,
        about_hsa_id=wanted.hsa_id,
        clinic_id=wanted.clinic_id,
        facts=facts,
    )


def _letter_to_applicant(
    wanted: ApplicationRow, *, kind: str, context: dict[str, str | date], role: Role | None = None, at: datetime
) -> None:
    person = _person(wanted.account_id)
    if role is not None:
        context |= {"role": role_name(role, language=person.language)}
    post(
        kind=kind,
        to=person.email,
        language=person.language,
        context={"name": person.given_name, "clinic": wanted.clinic_name} | context,
        about_account_id=person.id,
        at=at,
    )


def give(
    *,
    account_id: int,
    role: Role,
    clinic_id: int | None,
    sub_registries: Sequence[str],
    application_id: int | None = None,
    begins_at: datetime | None = None,
    ends_at: datetime,
    granted_by_id: int | None,
    decided_by_names: str = "",
    source: Source | None = None,
    by: By,
    at: datetime,
) -> int:
    """A grant, in place of what the person has in this role there; for acts of this room. Answers its id.

    `begins_at`: not at once, but then.

    Raises: AlreadyGranted.
    """
    here = Q(account_id=account_id, role=role, clinic_id=clinic_id, revoked_at=None)
    for old in Grant.objects.select_for_update().filter(here):
        if old.ends_at > at and set(old.sub_registries) >= set(sub_registries) and old.ends_at >= ends_at:
            raise AlreadyGranted()
        Grant.objects.filter(id=old.id).update(revoked_at=at, revoked_by_id=granted_by_id, revoke_reason="renewed")
        settle_revoked(grant_id=old.id, reason="renewed", revoked_by_id=granted_by_id, by=by, at=at)
    try:
        with transaction.atomic():
            created = Grant.objects.create(
                account_id=account_id,
                role=role,
                clinic_id=clinic_id,
                sub_registries=sorted(set(sub_registries)),
                application_id=application_id,
                source=source or (Source.ATTESTED if application_id else Source.APPOINTED),
                begins_at=begins_at or at,
                ends_at=ends_at,
                granted_by_id=granted_by_id,
                decided_by_names=decided_by_names,
            )
    except IntegrityError as trouble:
        if "one_unrevoked_grant_per_role_and_clinic" not in str(trouble):
            raise
        raise AlreadyGranted() from None
    accounts.note_grant(account_id=account_id, at=at)
    return created.id


def _check_appointing(hsa_id: HsaId, *, actor: Actor, at: datetime) -> None:
    if not actor.may(Permission.APPOINT):
        raise NotPermitted()
    if hsa_id.key == actor.hsa_id.upper():
        raise OwnRights()
    check_card_age(actor, at=at)


def _appoint(
    *,
    hsa_id: HsaId,
    given_name: str,
    surname: str,
    email: EmailAddress,
    role: Role,
    clinic_id: int | None,
    granted_by_id: int | None,
    decided_by_names: str,
    by: By,
    at: datetime,
) -> int:
    if (role in ROLES_AT_A_CLINIC) != (clinic_id is not None):
        raise RoleImpossible()
    place = clinic(clinic_id) if clinic_id is not None else None
    if clinic_id is not None and (place is None or place.closed_at is not None):
        raise ClinicClosed()
    if living_account(hsa_id=hsa_id.text) is None:
        limit_letters(subject=hsa_id.key, email=email, by=by, at=at)
    months = length(TimeLimit.GRANT).number
    last_day = last_possible_day(at=at, months=months)
    with transaction.atomic():
        person, is_new = _found_or_opened(
            hsa_id=hsa_id, given_name=given_name, surname=surname, email=email, by=by, at=at
        )
        accounts.hold(account_id=person.id)
        grant_id = give(
            account_id=person.id,
            role=role,
            clinic_id=clinic_id,
            sub_registries=sorted(s.code for s in open_for_entry()) if clinic_id else [],
            application_id=None,
            ends_at=end_of(last_day, at=at, months=months),
            granted_by_id=granted_by_id,
            decided_by_names=decided_by_names,
            by=by,
            at=at,
        )
        record(
            event="grant.appointed",
            by=by,
            at=at,
            about_account_id=person.id,
            about_hsa_id=hsa_id.text,
            clinic_id=clinic_id,
            facts={"role": role.value, "decided_by": decided_by_names},
        )
        post(
            kind="appointed",
            to=person.email,
            language=person.language,
            context={
                "name": person.given_name,
                "role": role_name(role, language=person.language),
                "place": place.title if place else settings.REGISTRY_NAME,
                "valid_until": last_day,
            },
            about_account_id=person.id,
            at=at,
        )
        if is_new:
            _send_confirmation(account_id=person.id, email=None, by=by, at=at)
    return grant_id


def _found_or_opened(
    *, hsa_id: HsaId, given_name: str, surname: str, email: EmailAddress, by: By, at: datetime
) -> tuple[AccountRow, bool]:
    """The living account under this HSA-id, and whether it was opened just now, with these names and this address."""
    found = living_account(hsa_id=hsa_id.text)
    if found is not None:
        return found, False
    try:
        account_id = accounts.open_account(
            hsa_id=hsa_id,
            given_name=given_name,
            surname=surname,
            organisation="",
            email=email,
            language=settings.LANGUAGE_CODE,
            by=by,
            at=at,
        )
    except AccountExists:
        # The person registered, or was appointed elsewhere, at this very moment: what was decided holds all the same.
        found = living_account(hsa_id=hsa_id.text)
        if found is None:
            raise
        return found, False
    return _person(account_id), True
