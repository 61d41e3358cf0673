"""How far somebody may give rights: nobody gives what they do not have themselves, or for longer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from registret.access.actor import Actor
from registret.access.queries import valid_grants_of
from registret.access.refusals import BeyondOwnRights, NotPermitted, OutlastsOwnRight
from registret.access.roles import Role
from registret.access.rules import last_possible_day, last_whole_day
from registret.settings.lengths import TimeLimit
from registret.settings.queries import length


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
class Held:
    """A right that is to be changed. What it has may stay as long as it has it, whoever changes the rest."""

    role: Role
    sub_registries: frozenset[str]
    ends_at: datetime


def reach_of(actor: Actor, *, at: datetime) -> Reach:
    """The actor's own right as local administrator, as it is at this moment.

    Raises: NotPermitted (it has ended since the actor logged in).
    """
    if actor.seat.clinic_id is None:
        return Reach(sub_registries=None, ends_at=None)
    mine = valid_grants_of(account_id=actor.account_id, at=at).filter(
        role=Role.LOCAL_ADMINISTRATOR, clinic_id=actor.seat.clinic_id
    )
    own = mine.first()
    if own is None:
        raise NotPermitted()
    return Reach(sub_registries=frozenset(own.sub_registries), ends_at=own.ends_at)


def check_reach(
    actor: Actor,
    *,
    role: Role,
    sub_registries: Collection[str],
    ends_at: datetime,
    held: Held | None = None,
    at: datetime,
) -> None:
    """For acts that give a right. `held`: the one that it replaces.

    Raises: NotPermitted, BeyondOwnRights, OutlastsOwnRight.
    """
    reach = reach_of(actor, at=at)
    given = set(sub_registries)
    if held is not None and held.role is role and ends_at <= held.ends_at:
        given -= held.sub_registries
    if not reach.covers(given):
        raise BeyondOwnRights()
    if given and reach.ends_at is not None and ends_at > reach.ends_at:
        raise OutlastsOwnRight(day=last_whole_day(reach.ends_at).isoformat())
