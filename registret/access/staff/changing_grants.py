"""Change, extend or revoke the grant of another person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age, limit_letter_to
from registret.access.grants.granting import Author, create_grant, revoke
from registret.access.grants.participation import check_participation
from registret.access.grants.reach import Right, check_reach
from registret.access.grants.rules import end_of
from registret.access.models import GrantSource
from registret.access.notices import write_to
from registret.access.refusals import NotPermitted, OfficeWidens, OwnRights, RoleImpossible, SubRegistryClosed
from registret.access.roles import ROLES_TO_APPLY_FOR, Role, reads_more
from registret.access.staff.people import GrantRow, grant_of
from registret.accounts.locks import lock_account
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.registries.queries import open_for_rights
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length


@transaction.atomic
def change_grant(
    *, grant_id: int, role: Role, sub_registries: Sequence[str], last_day: date, actor: Actor, at: datetime
) -> int:
    """Ändra or förläng: a new grant in the place of the old one. Return its id. The person is told.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld, RoleImpossible, SubRegistryClosed, NotParticipating,
        EndImpossible, BeyondOwnRights, OutlastsOwnRight, OfficeWidens, AlreadyGranted, TooMany.
    """
    old = _to_change(grant_id, actor=actor, at=at)
    _check_wish(old, role, frozenset(sub_registries))
    ends_at = end_of(last_day, at=at, months=length(TimeLimit.GRANT).number)
    held = Right(role=old.role, sub_registries=frozenset(old.sub_registries), ends_at=old.ends_at)
    right = Right(role=role, sub_registries=frozenset(sub_registries), ends_at=ends_at)
    check_reach(right, held=held, actor=actor, at=at)
    _check_office(old, role, sub_registries, actor=actor)
    new_id = _replace(old, right, actor=actor, at=at)
    facts = {"role": role.value, "sub_registries": ",".join(sorted(sub_registries)), "until": str(last_day)}
    who, where = old.account_id, old.clinic_id
    record(event=Event.GRANT_CHANGED, by=actor.by, at=at, about_account_id=who, clinic_id=where, facts=facts)
    limit_letter_to(old.account_id, by=actor.by, at=at)
    write_to(old.account_id, kind="grant_changed", role=role, place=old.clinic_name, last_day=last_day, at=at)
    return new_id


@transaction.atomic
def revoke_grant(*, grant_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Återkalla: gone at the person's next click, who is told why.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld.
    """
    old = _to_change(grant_id, actor=actor, at=at)
    if not old.revocable:
        raise NotPermitted()
    revoke(grant_id=old.id, reason=reason, revoked_by_id=actor.account_id, by=actor.by, at=at)
    place = old.clinic_name or settings.REGISTRY_NAME
    write_to(old.account_id, kind="grant_revoked", role=old.role, place=place, reason=reason, at=at)


def _to_change(grant_id: int, *, actor: Actor, at: datetime) -> GrantRow:
    seen = grant_of(actor=actor, grant_id=grant_id, at=at)
    # The account first, as everywhere: who ends it, or one of its rights, holds it.
    lock_account(account_id=seen.account_id)
    # Seen now that it is locked: of two who decide at once, the second finds what the first left.
    found = grant_of(actor=actor, grant_id=grant_id, at=at)
    if found.account_id == actor.account_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    return found


def _replace(old: GrantRow, right: Right, *, actor: Actor, at: datetime) -> int:
    """Raises: AlreadyGranted."""
    revoke(grant_id=old.id, reason="changed", revoked_by_id=actor.account_id, by=actor.by, at=at)
    return create_grant(
        right,
        account_id=old.account_id,
        clinic_id=old.clinic_id,
        author=Author(account_id=actor.account_id),
        source=GrantSource.CHANGED,
        by=actor.by,
        at=at,
    )


def _check_wish(old: GrantRow, role: Role, sub_registries: frozenset[str]) -> None:
    """Raises: RoleImpossible, SubRegistryClosed, NotParticipating."""
    if not old.changeable or old.clinic_id is None:
        raise RoleImpossible()
    if role is not old.role and not {role, old.role} <= set(ROLES_TO_APPLY_FOR):
        raise RoleImpossible()
    if not sub_registries or not sub_registries <= {s.code for s in open_for_rights()} | set(old.sub_registries):
        raise SubRegistryClosed()
    added = sub_registries - (set(old.sub_registries) if role is old.role else set())
    check_participation(old.clinic_id, role=role, sub_registries=added)


def _check_office(old: GrantRow, role: Role, sub_registries: Sequence[str], *, actor: Actor) -> None:
    """The office prolongs rights, and lets nobody read more patients than before. Raises: OfficeWidens."""
    if actor.seat.clinic_id is not None or old.role is Role.LOCAL_ADMINISTRATOR:
        return
    if reads_more(role, than=old.role) or not set(sub_registries) <= set(old.sub_registries):
        raise OfficeWidens()
