"""Rights that are gone: told to the person who had them, and to the one who revoked them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from registret.access.actor import Actor
from registret.access.models import Grant
from registret.access.roles import Role

_RECEIPT_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LostRight:
    """A right that was revoked, or whose time is over.

    `reason` is as a colleague wrote it, or the code of a program; empty if the time was over. `by_self`: given up.
    `ended_at` is the moment after its last one.
    """

    name: str
    role: Role
    clinic_name: str
    reason: str
    by_colleague: bool
    by_self: bool
    ended_at: datetime
    has_letter: bool

    @property
    def last_day(self) -> datetime:
        """A moment of the last day on which it was in force."""
        return self.ended_at - timedelta(seconds=1)


def newest_lost_right(*, account_id: int, at: datetime) -> LostRight | None:
    """Return what the account had last, where it has nothing now."""
    over = Q(revoked_at__lte=at) | Q(revoked_at=None, ends_at__lte=at)
    theirs = Grant.objects.filter(over, account_id=account_id).exclude(revoke_reason__in=["changed", "renewed"])
    lost = [_lost(grant) for grant in theirs.select_related("account", "clinic")]
    return max(lost, key=lambda one: one.ended_at, default=None)


def just_revoked(*, grant_id: int, actor: Actor, at: datetime) -> LostRight | None:
    """Return a right that the actor revoked a few minutes ago, for the receipt."""
    own = Grant.objects.filter(id=grant_id, revoked_by_id=actor.account_id, revoked_at__gt=at - _RECEIPT_FOR)
    found = own.select_related("account", "clinic").first()
    return _lost(found) if found else None


def _lost(grant: Grant) -> LostRight:
    return LostRight(
        name=grant.account.name,
        role=Role(grant.role),
        clinic_name=grant.clinic.title if grant.clinic else "",
        reason=grant.revoke_reason if grant.revoked_at else "",
        by_colleague=grant.revoked_by_id is not None,
        by_self=grant.revoke_reason == "left",
        ended_at=grant.revoked_at or grant.ends_at,
        has_letter=grant.account.confirmed_at is not None,
    )
