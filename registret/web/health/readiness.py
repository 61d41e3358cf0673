"""Whether people should be sent to this node."""

from __future__ import annotations

from django.db import Error, connection

from registret.cards import TrustBroken
from registret.revocation.trust import revocation


def lacking() -> list[str]:
    """What this node lacks, in words for an operator: `database`, `trust`, `lists`. Empty: it is ready.

    `lists`: it has not managed to look for newer lists lately, so it may decide by older ones than its neighbours.
    Lists that are late are no reason to send people elsewhere: every node has the same, and a page that says why is
    better than none.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        # A node that has just begun loads them now, and not at the first login.
        revocation().warm()
        return [] if revocation().is_up_to_date() else ["lists"]
    except Error:
        return ["database"]
    except TrustBroken:
        return ["trust"]
