"""How far an actor may give rights: nobody gives what they do not have themselves, or for longer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.access.grants.rules import last_possible_day, last_whole_day
from registret.access.models import Grant
from registret.access.refusals import BeyondOwnRights, NotPermitted, OutlastsOwnRight
from registret.access.roles import Role
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What an actor can give at a clinic. None: no bound, for the registry office, which has no right there itself."""

    sub_registries: frozenset[str] | None
    ends_at: datetime | None

    def covers(self, sub_registries: Collection[str]) -> bool:
        return self.sub_registries is None or set(sub_registries) <= self.sub_registries

    def last_day(self, *, at: datetime) -> date:
        """The last day of a right that is given now."""
        possible = last_possible_day(at=at, months=length(TimeLimit.GRANT).number)
        return possible if self.ends_at is None else min(possible, last_whole_day(self.ends_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a person may do at a place, and until when."""

    role: Role
    sub_registries: frozenset[str]
    ends_at: datetime


def reach_of(actor: Actor, *, at: datetime) -> Reach:
    """The actor's own right to give rights, as it is at this moment: for pages.

    Raises: NotPermitted (it has ended since the actor logged in).
    """
    return _reach(_own_right(actor, at=at).first())


def hold_reach(actor: Actor, *, at: datetime) -> Reach:
    """As `reach_of`, for acts: locks that right until the transaction ends.

    Call it after the account is held that the act is about, and before a recertification is.

    Raises: NotPermitted (also if it ended while this waited).
    """
    return _reach(_own_right(actor, at=at).select_for_update(of=("self",), no_key=True).first())


def lock_with_own(grant_id: int, *, actor: Actor, at: datetime) -> Grant | None:
    """Lock a grant and the actor's own right, in the order of their ids. Return the own right.

    Two administrators may answer about each other at the same moment: in one order, one of the two waits,
    and neither is broken off as a deadlock.
    """
    own = _own_right(actor, at=at).values("id")
    both = Grant.objects.filter(Q(id=grant_id) | Q(id__in=own))
    locked = list(both.select_for_update(of=("self",)).order_by("id"))
    return next((grant for grant in locked if grant.id != grant_id), None)


def reach_in(own: Grant | None) -> Reach:
    """What a right that `lock_with_own` returned lets its holder give. Raises: NotPermitted (revoked meanwhile)."""
    return _reach(own if own is not None and own.revoked_at is None else None)


def _own_right(actor: Actor, *, at: datetime) -> QuerySet[Grant]:
    mine = Grant.objects.active(at=at).filter(account_id=actor.account_id)
    if actor.seat.clinic_id is None:
        return mine.filter(role=Role.REGISTRY_OFFICE)
    return mine.filter(role=Role.LOCAL_ADMINISTRATOR, clinic_id=actor.seat.clinic_id)


def _reach(own: Grant | None) -> Reach:
    if own is None:
        raise NotPermitted()
    if own.clinic_id is None:
        return Reach(sub_registries=None, ends_at=None)
    return Reach(sub_registries=frozenset(own.sub_registries), ends_at=own.ends_at)


def check_reach(right: Right, *, held: Right | None = None, actor: Actor, at: datetime) -> None:
    """For acts that give a right, in their transaction. `held`: the one that it replaces; what that has may stay, and
    as long, also if the actor could not give it.

    Raises: NotPermitted, BeyondOwnRights, OutlastsOwnRight.
    """
    reach = hold_reach(actor, at=at)
    given = right.sub_registries
    if held is not None and held.role is right.role and right.ends_at <= held.ends_at:
        given -= held.sub_registries
    if not reach.covers(given):
        raise BeyondOwnRights()
    if given and reach.ends_at is not None and right.ends_at > reach.ends_at:
        raise OutlastsOwnRight(day=last_whole_day(reach.ends_at).isoformat())
