"""Giving and revoking rights; who may is for the callers to check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from registret.access.actor import Actor
from registret.access.checks import existing, existing_account
from registret.access.grants.outcomes import settle_revoked
from registret.access.grants.reach import Right
from registret.access.models import Grant, GrantSource
from registret.access.refusals import AlreadyGranted, GivesRights, OwnRights, RoleImpossible
from registret.access.roles import ROLES_OF_SYSTEMS, Role, apart_from
from registret.accounts import services as accounts
from registret.database.conflicts import conflict_as
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who gives a right: the account, and the one that proposed it where two decide. `names`: of two who decide, or who
    have no account here."""

    account_id: int | None = None
    proposed_by_id: int | None = None
    names: str = ""


def two_of(proposer: str, proposed_by_id: int, actor: Actor) -> Author:
    """What one has proposed and the actor decides."""
    names = f"{proposer}, {actor.name}"[:300]
    return Author(account_id=actor.account_id, proposed_by_id=proposed_by_id, names=names)


def create_grant(
    right: Right,
    *,
    account_id: int,
    clinic_id: int | None,
    author: Author,
    source: GrantSource = GrantSource.APPOINTED,
    application_id: int | None = None,
    begins_at: datetime | None = None,
    by: By,
    at: datetime,
) -> int:
    """A grant, in place of what the person has in this role there; for acts of this room. Return its id.

    `begins_at`: not at once, but then. The caller holds the account.

    Raises: RoleImpossible (for a system another role, for a person that of a system), GivesRights, AlreadyGranted.
    """
    if existing_account(account_id).hsa_id.is_system is not (right.role in ROLES_OF_SYSTEMS):
        raise RoleImpossible()
    check_apart(account_id=account_id, role=right.role, at=at)
    _replace(Q(account_id=account_id, role=right.role, clinic_id=clinic_id), right, author=author, by=by, at=at)
    with conflict_as(AlreadyGranted, constraint="one_unrevoked_grant_per_role_and_clinic"):
        created = Grant.objects.create(
            account_id=account_id,
            role=right.role,
            clinic_id=clinic_id,
            sub_registries=sorted(right.sub_registries),
            application_id=application_id,
            source=source,
            begins_at=begins_at or at,
            ends_at=right.ends_at,
            granted_by_id=author.account_id,
            proposed_by_id=author.proposed_by_id,
            decided_by_names=author.names,
        )
    accounts.note_grant(account_id=account_id, at=at)
    return created.id


def _replace(here: Q, right: Right, *, author: Author, by: By, at: datetime) -> None:
    """Revoke what the person has in this role there. Raises: AlreadyGranted (it is as much, for as long)."""
    for old in Grant.objects.select_for_update().filter(here, revoked_at=None):
        if old.ends_at > at and set(old.sub_registries) >= right.sub_registries and old.ends_at >= right.ends_at:
            raise AlreadyGranted()
        Grant.objects.filter(id=old.id).update(revoked_at=at, revoked_by_id=author.account_id, revoke_reason="renewed")
        settle_revoked(grant_id=old.id, reason="renewed", revoked_by_id=author.account_id, by=by, at=at)


def check_apart(*, account_id: int, role: Role, at: datetime) -> None:
    """Nobody at the registry office reads patients or the log, whichever right came first.

    Raises: GivesRights.
    """
    living = Grant.objects.not_ended(at=at).filter(account_id=account_id)
    if apart_from(role) and living.filter(role__in=apart_from(role)).exists():
        raise GivesRights()


@transaction.atomic
def revoke(*, grant_id: int, reason: str, revoked_by_id: int | None, by: By, at: datetime) -> None:
    """Återkalla: the right is gone at the person's next click. Who may is checked by the caller's seat.

    Raises: NotFound, OwnRights.
    """
    grant = existing(Grant.objects.select_for_update(of=("self",)).filter(id=grant_id, revoked_at=None).first())
    if grant.account_id == revoked_by_id:
        raise OwnRights()
    Grant.objects.filter(id=grant.id).update(revoked_at=at, revoked_by_id=revoked_by_id, revoke_reason=reason)
    facts: dict[str, str | int | bool | None] = {"role": grant.role, "reason": reason}
    record(
        event=Event.GRANT_REVOKED,
        by=by,
        at=at,
        about_account_id=grant.account_id,
        clinic_id=grant.clinic_id,
        facts=facts,
    )
    settle_revoked(grant_id=grant.id, reason=reason, revoked_by_id=revoked_by_id, by=by, at=at)
