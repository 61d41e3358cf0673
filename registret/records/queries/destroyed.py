"""What was destroyed at a clinic, so that nobody there looks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.registries.queries import name_of

SHOWN_FOR: Final = timedelta(days=90)
SHOWN: Final = 20

# One value, so that the work lists of a clinic have it in their one statement.
DESTROYED: Final = f"""
SELECT json_agg(json_build_array(sub_registry, why, episodes, at) ORDER BY at DESC, id DESC)
FROM (
    SELECT * FROM records_deletiontally WHERE clinic_id = %(clinic)s AND at > %(since)s
    ORDER BY at DESC, id DESC LIMIT {SHOWN}
) tally"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """Episodes of a clinic that were destroyed."""

    sub_registry: str
    why: str
    episodes: int
    at: datetime

    @property
    def name(self) -> str:
        """Of the sub-registry, in the active language."""
        return name_of(self.sub_registry)


def destroyed_lately(*, actor: Actor, at: datetime) -> tuple[Destroyed, ...]:
    """Return what was destroyed at the actor's clinic, newest first.

    Raises: NotPermitted.
    """
    if actor.seat.clinic_id is None or not actor.may(Permission.READ_RECORDS):
        raise NotPermitted()
    with connection.cursor() as cursor:
        cursor.execute(DESTROYED, {"clinic": actor.seat.clinic_id, "since": destroyed_since(at)})
        return read_tallies(cursor.fetchone()[0])


def destroyed_since(at: datetime) -> datetime:
    return at - SHOWN_FOR


def read_tallies(tallies: Iterable[tuple[str, str, int, str]] | None) -> tuple[Destroyed, ...]:
    """Return what `DESTROYED` tells; None is nothing."""
    return tuple(
        Destroyed(sub_registry=sub_registry, why=why, episodes=episodes, at=datetime.fromisoformat(when))
        for sub_registry, why, episodes, when in tallies or ()
    )
