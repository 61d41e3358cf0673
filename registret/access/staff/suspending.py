"""Suspend an account, and lift a suspension."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age, existing, existing_account, limit_letter_to, two_names
from registret.access.models import Grant
from registret.access.notices import post_to, write_to
from registret.access.queries.administrators import active_administrators, registry_office
from registret.access.refusals import NotPermitted, OwnRights, SuspendedElsewhere, SuspensionNotLeft
from registret.access.roles import Permission, Role
from registret.access.staff.people import PersonRow, authority_of, person_of, suspended_elsewhere
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.locks import lock_account
from registret.accounts.queries import AccountRow, living_account
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.services import record


@transaction.atomic
def suspend_person(*, account_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Spärra: nobody gets in under this account, anywhere, until it is lifted. The sessions end at once.

    Those who work for the registry itself are suspended by two, see `suspend_by_program`: the office would get rid of
    who reviews its log. The office is told when a clinic suspends one of its local administrators.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld, NotPossible.
    """
    person = _colleague(account_id, actor=actor, at=at)
    if Grant.objects.not_ended(at=at).filter(account_id=account_id, clinic=None).exists():
        raise NotPermitted()
    accounts.suspend(
        account_id=person.account_id,
        reason=reason,
        authority=authority_of(actor),
        clinic_id=actor.seat.clinic_id,
        by=actor.by,
        at=at,
    )
    write_to(person.account_id, kind="suspended", reason=reason, at=at)
    if any(grant.role is Role.LOCAL_ADMINISTRATOR and not grant.ended for grant in person.grants):
        _tell_the_office(person, actor=actor, at=at)


@transaction.atomic
def suspend_by_program(*, hsa_id: HsaId, reason: str, decided_by: tuple[str, str], by: By, at: datetime) -> None:
    """Spärra anybody, also one who works for the registry itself, from the command line: two named people decide. Only
    the office lifts it. The person is told why.

    Raises: PrincipalsMissing, NotFound, NotPossible (the mail was never confirmed, or it is suspended).
    """
    names = two_names(decided_by)
    person = existing(living_account(hsa_id=hsa_id))
    accounts.suspend(account_id=person.id, reason=reason, authority=Authority.OFFICE, by=by, at=at)
    record(event=Event.ACCOUNT_SUSPENSION_DECIDED, by=by, at=at, about=person, facts={"decided_by": names})
    write_to(person.id, kind="suspended", reason=reason, at=at)


@transaction.atomic
def reinstate_person(*, account_id: int, actor: Actor, at: datetime) -> None:
    """Häv spärren. A clinic lifts what it has suspended itself, or the clock; the office lifts everything, also where
    no right is left and no clinic can act.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld, SuspendedElsewhere, NotPossible, TooMany.
    """
    if authority_of(actor) is Authority.OFFICE:
        _suspended(account_id, actor=actor, at=at)
    else:
        person = existing_account(_colleague(account_id, actor=actor, at=at).account_id)
        if suspended_elsewhere(person.state_authority, person.state_clinic_id, actor=actor):
            raise SuspendedElsewhere()
    limit_letter_to(account_id, by=actor.by, at=at)
    accounts.reinstate(account_id=account_id, by=actor.by, at=at)
    write_to(account_id, kind="reinstated", at=at)


@transaction.atomic
def take_over_suspension(*, account_id: int, actor: Actor, at: datetime) -> None:
    """Ta över spärren: where the clinic that suspended has no administrator any more, the office decides from now on,
    and not the next administrator there.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld, SuspensionNotLeft, NotPossible.
    """
    person = _suspended(account_id, actor=actor, at=at)
    if person.state_authority is Authority.CLINIC and not _is_left(person, at=at):
        raise SuspensionNotLeft()
    accounts.take_over_suspension(account_id=account_id, by=actor.by, at=at)


def may_take_over(*, account_id: int, actor: Actor, at: datetime) -> bool:
    """Whether a clinic has suspended the account and nobody there can lift it: the office may take that over."""
    if not actor.may(Permission.APPOINT) or account_id == actor.account_id:
        return False
    return _is_left(existing_account(account_id), at=at)


def _colleague(account_id: int, *, actor: Actor, at: datetime) -> PersonRow:
    """Another person who has a right here now: a clinic that a person has left has no power over the account. It is
    held: what is asked about it next stays so."""
    lock_account(account_id=account_id)
    found = person_of(actor=actor, account_id=account_id, at=at)
    if all(grant.ended for grant in found.grants):
        raise NotPermitted()
    if account_id == actor.account_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    return found


def _suspended(account_id: int, *, actor: Actor, at: datetime) -> AccountRow:
    """Another person, whom the office may let in again, whatever rights are left. The account is held."""
    actor.require(Permission.APPOINT)
    if account_id == actor.account_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    return existing(lock_account(account_id=account_id))


def _is_left(person: AccountRow, *, at: datetime) -> bool:
    if person.state is not AccountState.SUSPENDED or person.state_clinic_id is None:
        return False
    return not active_administrators(clinic_id=person.state_clinic_id, at=at)


def _tell_the_office(administrator: PersonRow, *, actor: Actor, at: datetime) -> None:
    """A clinic has suspended one of its own administrators: the office, which appointed them, must know."""
    if actor.seat.clinic_id is None:
        return
    left = len(active_administrators(clinic_id=actor.seat.clinic_id, at=at))
    for one in registry_office(at=at):
        post_to(
            one,
            kind="administrator_suspended",
            context={"administrator": administrator.name, "clinic": actor.seat.clinic_name, "left": str(left)},
            at=at,
        )
