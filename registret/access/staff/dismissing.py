"""Who works for the registry itself, and taking such a role back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age, existing, two_names
from registret.access.grants.granting import revoke
from registret.access.models import Grant
from registret.access.notices import write_to
from registret.access.refusals import OwnRights, RoleImpossible
from registret.access.roles import ROLES_AT_A_CLINIC, ROLES_OF_THE_OFFICE, Permission, Role
from registret.accounts.lifecycle import AccountState
from registret.accounts.locks import lock_account
from registret.accounts.queries import living_account
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.services import record


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheRegistry:
    """A person who works for the registry itself now, or will once the mail is confirmed."""

    grant_id: int
    account_id: int
    name: str
    hsa_id: HsaId
    role: Role
    state: AccountState
    ends_at: datetime


def at_the_registry(*, actor: Actor, at: datetime) -> tuple[AtTheRegistry, ...]:
    """By role and name. One query.

    Raises: NotPermitted.
    """
    actor.require(Permission.APPOINT)
    living = Grant.objects.valid(at=at).filter(role__in=ROLES_OF_THE_OFFICE)
    found = living.exclude(account__state=AccountState.ENDED).select_related("account")
    rows = [
        AtTheRegistry(
            grant_id=grant.id,
            account_id=grant.account_id,
            name=grant.account.name,
            hsa_id=grant.account.hsa_id,
            role=Role(grant.role),
            state=AccountState(grant.account.state),
            ends_at=grant.ends_at,
        )
        for grant in found.order_by("account__surname", "account__given_name", "id")
    ]
    # The sort is stable: within a role they keep their order.
    return tuple(sorted(rows, key=lambda row: list(Role).index(row.role)))


@transaction.atomic
def dismiss_support(*, grant_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """The office takes a support's role back; the person is told why. Others come and go in the name of two.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld.
    """
    people = at_the_registry(actor=actor, at=at)
    chosen = existing(next((one for one in people if one.grant_id == grant_id and one.role is Role.SUPPORT), None))
    if chosen.account_id == actor.account_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    _take_back(grant_id, chosen.account_id, Role.SUPPORT, reason, revoked_by_id=actor.account_id, by=actor.by, at=at)


@transaction.atomic
def dismiss_by_program(
    *, hsa_id: HsaId, role: Role, reason: str, decided_by: tuple[str, str], by: By, at: datetime
) -> None:
    """A person works for the registry no more, from the command line: two named people decide. The person is told why.

    Raises: PrincipalsMissing, RoleImpossible (a role at a clinic), NotFound.
    """
    names = two_names(decided_by)
    if role in ROLES_AT_A_CLINIC:
        raise RoleImpossible()
    person = living_account(hsa_id=hsa_id)
    living = Grant.objects.not_ended(at=at).filter(role=role)
    grant = existing(living.filter(account_id=person.id).first() if person else None)
    record(
        event=Event.GRANT_DISMISSED,
        by=by,
        at=at,
        about_account_id=grant.account_id,
        about_hsa_id=hsa_id,
        facts={"role": role.value, "decided_by": names},
    )
    _take_back(grant.id, grant.account_id, role, reason, revoked_by_id=None, by=by, at=at)


def _take_back(
    grant_id: int, account_id: int, role: Role, reason: str, *, revoked_by_id: int | None, by: By, at: datetime
) -> None:
    lock_account(account_id=account_id)
    revoke(grant_id=grant_id, reason=reason, revoked_by_id=revoked_by_id, by=by, at=at)
    write_to(account_id, kind="grant_revoked", role=role, place=settings.REGISTRY_NAME, reason=reason, at=at)
