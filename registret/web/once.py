"""Forms that count once, though their answer is no redirect: a reload or a double click changes nothing more.

Each is made with an id, which is taken when it is sent.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from registret.kernel.secret import new_token
from registret.rate_limits.services import Limit, TooMany, take

_ONCE: Final = Limit(what="form_sent", most=1, per=timedelta(days=1))


def new_form_id(*, at: datetime) -> str:
    """Random, with the second in which the form was made."""
    return f"{new_token()}.{int(at.timestamp())}"


def is_first_use(form_id: str, *, at: datetime) -> bool:
    """Take the id of a form. False if it was taken before, if it is more than a day old, or is no such id.

    Call it outside a transaction.
    """
    found = re.fullmatch(r"[0-9a-f]{32}\.([0-9]{1,10})", form_id)
    made_at = datetime.fromtimestamp(int(found[1]), UTC) if found else None
    if made_at is None or not at - _ONCE.per <= made_at <= at:
        return False
    try:
        # Counted when the form was made, so that all its uses fall into one window.
        take(limit=_ONCE, subject=form_id, at=made_at)
    except TooMany:
        return False
    return True
