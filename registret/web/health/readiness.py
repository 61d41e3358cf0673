"""Whether people should be sent to this node."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import Error
from django.utils import timezone

from registret.cards import TrustBroken
from registret.database.clock import database_now
from registret.revocation.trust import revocation

CLOCKS_MAY_DIFFER: Final = timedelta(seconds=30)


def lacking() -> list[str]:
    """What this node lacks, in words for an operator: `database`, `clock`, `trust`, `lists`. Empty: it is ready.

    `clock`: it differs from the database's by more than `CLOCKS_MAY_DIFFER`, so sessions that other nodes began would
    seem to be over here, and login attempts too old.
    `lists`: it has not managed to look for newer lists lately, so it may decide by older ones than its neighbours.
    Lists that are late are no reason to send people elsewhere: every node has the same, and a page that says why is
    better than none.
    """
    try:
        if abs(clock_skew()) > CLOCKS_MAY_DIFFER:
            return ["clock"]
        # A node that has just begun loads them now, and not at the first login.
        revocation().warm()
        return [] if revocation().is_up_to_date() else ["lists"]
    except Error:
        return ["database"]
    except TrustBroken:
        return ["trust"]


def clock_skew() -> timedelta:
    """By how much the clock of this node is ahead of the database's. Raises: Error."""
    return timezone.now() - database_now()
