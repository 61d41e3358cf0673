"""Deciding about applications: attest, decline, correct an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import permutations

from django.db import transaction

from registret.access.actor import Actor
from registret.access.applications.account_end import end_account
from registret.access.applications.applying import check_wish
from registret.access.applications.confirming import send_confirmation
from registret.access.checks import check_actor, existing_account, limit_letters
from registret.access.grants.granting import Author, check_apart, create_grant, two_of
from registret.access.grants.reach import Right, check_reach
from registret.access.grants.rules import end_of
from registret.access.lifecycle import APPLICATION_LIFE, ApplicationState
from registret.access.models import Application, Claim, Grant, GrantSource
from registret.access.notices import post_to, write_to
from registret.access.queries.administrators import registry_office
from registret.access.queries.applications import ApplicationRow, Recommendation, applicant_of, application_for
from registret.access.refusals import (
    AlreadyDecided,
    ClaimImpossible,
    ClaimNotSeen,
    NotActionable,
    NotPermitted,
    OfficeAppointed,
    OwnApplication,
    SecondNeeded,
)
from registret.access.roles import Role
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.locks import lock_account, lock_accounts
from registret.accounts.queries import AccountRow
from registret.accounts.refusals import ConfirmationDone
from registret.kernel.identifiers import EmailAddress
from registret.kernel.life import NotPossible
from registret.ledger.events import Event
from registret.ledger.services import Fact, HasAccount, record
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length


@transaction.atomic
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
    """Attestera: the application becomes a grant. Return its id. The applicant is told.

    If the applicant has proven an account under another HSA-id, which the actor must have seen (`claim_seen`), that one
    ends and the two are linked. Its rights are not handed on. At the registry office two decide: see `recommend`.

    Raises: NotFound, CardTooOld, OwnApplication, AlreadyDecided, NotActionable, ClinicClosed, RoleImpossible,
        SubRegistryClosed, NotParticipating, EndImpossible, BeyondOwnRights, OutlastsOwnRight, SecondNeeded,
        OfficeAppointed, GivesRights, AlreadyGranted, ClaimNotSeen, ClaimImpossible.
    """
    ends_at = end_of(last_day, at=at, months=length(TimeLimit.GRANT).number)
    wanted = _to_decide(application_id, actor=actor, act="attest", at=at)
    claim = _claim_to_settle(wanted, seen=claim_seen, actor=actor, at=at)
    check_wish(clinic_id=wanted.clinic_id, role=role, sub_registries=sub_registries)
    right = Right(role=role, sub_registries=frozenset(sub_registries), ends_at=ends_at)
    check_reach(right, actor=actor, at=at)
    grant_id = create_grant(
        right,
        account_id=wanted.account_id,
        clinic_id=wanted.clinic_id,
        author=_author(wanted, right, last_day, actor=actor, at=at),
        source=GrantSource.ATTESTED,
        application_id=wanted.id,
        by=actor.by,
        at=at,
    )
    _decide(wanted, "attest", {"role": role.value, "until": str(last_day)}, actor=actor, at=at)
    write_to(wanted.account_id, kind="attested", role=role, clinic=wanted.clinic_name, valid_until=last_day, at=at)
    if claim is not None:
        _settle(claim, wanted, actor=actor, at=at)
    return grant_id


def _author(wanted: ApplicationRow, right: Right, last_day: date, *, actor: Actor, at: datetime) -> Author:
    """Who decides: the actor alone at a clinic; at the registry office with the one who recommended the same.

    Raises: OfficeAppointed, SecondNeeded.
    """
    if actor.seat.clinic_id is not None:
        return Author(account_id=actor.account_id)
    _check_not_appointed(wanted)
    first = standing_recommendation(wanted, actor=actor, at=at)
    wish = right.role, right.sub_registries, last_day
    if first is None or (first.role, frozenset(first.sub_registries), first.last_day) != wish:
        raise SecondNeeded()
    return two_of(first.by, first.by_id, actor)


@transaction.atomic
def recommend(
    *, application_id: int, role: Role, sub_registries: Sequence[str], last_day: date, actor: Actor, at: datetime
) -> None:
    """Tillstyrk, as the first of two at the registry office. Nothing is given yet; a newer recommendation replaces it.

    Raises: NotPermitted (at a clinic one decides alone), NotFound, CardTooOld, OwnApplication, AlreadyDecided,
        NotActionable, ClinicClosed, RoleImpossible, SubRegistryClosed, NotParticipating, EndImpossible,
        OfficeAppointed, GivesRights.
    """
    if actor.seat.clinic_id is not None:
        raise NotPermitted()
    end_of(last_day, at=at, months=length(TimeLimit.GRANT).number)
    wanted = _to_decide(application_id, actor=actor, act="attest", at=at)
    check_wish(clinic_id=wanted.clinic_id, role=role, sub_registries=sub_registries)
    _check_not_appointed(wanted)
    check_apart(account_id=wanted.account_id, role=role, at=at)
    Application.objects.filter(id=wanted.id).update(
        recommended_by_id=actor.account_id,
        recommended_at=at,
        recommended_role=role,
        recommended_sub_registries=sorted(set(sub_registries)),
        recommended_until=last_day,
    )
    facts = {"role": role.value, "until": str(last_day)}
    _record(Event.APPLICATION_RECOMMENDED, wanted, facts, actor=actor, at=at)


def standing_recommendation(wanted: ApplicationRow, *, actor: Actor, at: datetime) -> Recommendation | None:
    """What another at the registry office, who still works there, has recommended."""
    found = wanted.recommended
    if found is None or found.by_id == actor.account_id:
        return None
    return found if any(one.account_id == found.by_id for one in registry_office(at=at)) else None


def decline(*, application_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Avslå, with a reason that the applicant sees.

    Raises: NotFound, CardTooOld, OwnApplication, AlreadyDecided, NotActionable.
    """
    with transaction.atomic():
        wanted = _to_decide(application_id, actor=actor, act="decline", at=at)
        _decide(wanted, "decline", {"reason": reason}, actor=actor, at=at)
        write_to(wanted.account_id, kind="declined", clinic=wanted.clinic_name, reason=reason, at=at)


def correct_address(*, application_id: int, email: EmailAddress, actor: Actor, at: datetime) -> None:
    """An administrator mends a misspelt address and has the letter sent again. Never confirms.

    Raises: NotFound, OwnApplication, CardTooOld, ConfirmationDone, TooMany.
    """
    wanted = application_for(actor=actor, application_id=application_id, at=at)
    check_actor(wanted.account_id, actor=actor, at=at)
    if wanted.mail_confirmed_at is not None or wanted.state is not ApplicationState.WAITING:
        raise ConfirmationDone()
    limit_letters(subject=wanted.hsa_id.key, email=email, by=actor.by, at=at)
    send_confirmation(account_id=wanted.account_id, email=email, by=actor.by, at=at)


def may_be_ended_by_claim(old: AccountRow, *, at: datetime) -> bool:
    """Nobody leaves a suspension behind with a new HSA-id, and those who work for the registry itself come and go by
    the decision of two (decision 0056). A suspension by the clock is no judgement."""
    if old.state is AccountState.SUSPENDED and old.state_authority is not Authority.CLOCK:
        return False
    return not Grant.objects.not_ended(at=at).filter(account_id=old.id, clinic=None).exists()


def is_appointed(wanted: ApplicationRow) -> bool:
    """Whether the registry office has ever made the applicant local administrator of the clinic."""
    appointed = Grant.objects.filter(
        account_id=wanted.account_id,
        clinic_id=wanted.clinic_id,
        role=Role.LOCAL_ADMINISTRATOR,
        granted_by__grants__role=Role.REGISTRY_OFFICE,
    )
    return appointed.exists()


def _check_not_appointed(wanted: ApplicationRow) -> None:
    """The office does not attest whom it has appointed itself. Raises: OfficeAppointed."""
    if is_appointed(wanted):
        raise OfficeAppointed()


def _lock_both(account_id: int) -> None:
    """Lock the applicant's account and the one that is claimed, in the order of their ids: two applicants may claim
    each other's."""
    claimed = Claim.objects.filter(account_id=account_id, settled_at=None, proven_at__isnull=False)
    lock_accounts(account_ids={account_id, *claimed.values_list("old_account_id", flat=True)})


def _claim_to_settle(wanted: ApplicationRow, *, seen: int | None, actor: Actor, at: datetime) -> Claim | None:
    claim = Claim.objects.select_for_update().filter(account_id=wanted.account_id, settled_at=None).first()
    if claim is None or claim.proven_at is None or claim.old_account_id is None:
        return None
    if claim.old_account_id == actor.account_id:
        raise OwnApplication()
    if claim.id != seen:
        raise ClaimNotSeen()
    old = lock_account(account_id=claim.old_account_id)
    if old is None or not may_be_ended_by_claim(old, at=at):
        raise ClaimImpossible()
    return claim


def _settle(claim: Claim, wanted: ApplicationRow, *, actor: Actor, at: datetime) -> None:
    old = existing_account(claim.old_account_id or 0)
    if old.state is not AccountState.ENDED:
        end_account(account_id=old.id, reason="new_hsa_id", by=actor.by, at=at)
    Claim.objects.filter(id=claim.id).update(settled_at=at, email="")
    both: tuple[HasAccount, HasAccount] = (old, wanted)
    for about, other in permutations(both, 2):
        facts: dict[str, Fact] = {"account": other.account_id, "hsa_id": other.hsa_id.text}
        record(event=Event.ACCOUNT_LINKED, by=actor.by, at=at, about=about, clinic_id=wanted.clinic_id, facts=facts)
    context = {"name": old.given_name, "hsa_id": old.hsa_id.text}
    post_to(old, kind="account_moved", context=context, at=at)


def _to_decide(application_id: int, *, actor: Actor, act: str, at: datetime) -> ApplicationRow:
    """The application, locked: of two who decide at once, the second sees what the first did."""
    account_id = applicant_of(actor=actor, application_id=application_id, at=at)
    check_actor(account_id, actor=actor, at=at)
    # The accounts first, as everywhere: ending one ends its applications and rights.
    _lock_both(account_id)
    wanted = application_for(actor=actor, application_id=application_id, lock=True, at=at)
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


def _decide(wanted: ApplicationRow, act: str, facts: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    """`facts`: for the log; a reason among them is the application's too."""
    Application.objects.filter(id=wanted.id).update(
        state=APPLICATION_LIFE.after(wanted.state, act),
        decided_at=at,
        decided_by_id=actor.account_id,
        reason=facts.get("reason", ""),
    )
    _record(Event(f"application.{act}"), wanted, facts, actor=actor, at=at)


def _record(event: Event, about: ApplicationRow, facts: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    record(event=event, by=actor.by, at=at, about=about, clinic_id=about.clinic_id, facts=facts)
