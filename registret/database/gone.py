"""Whether an error means that the database is gone, or that what was asked of it was wrong; and what it says of it."""

from __future__ import annotations

from typing import Final

from django.db import InterfaceError, OperationalError

_GONE: Final = ("08", "57P")
"""SQLSTATE: connection exceptions; the server is shut down, crashes or starts."""


def is_gone(trouble: BaseException | None) -> bool:
    """Deadlocks, full disks and statements that took too long are errors of a database that answers."""
    if not isinstance(trouble, OperationalError | InterfaceError):
        return False
    state = getattr(trouble.__cause__, "sqlstate", None)
    return state is None or state.startswith(_GONE)


def first_line(trouble: BaseException) -> str:
    """What an error of the database says, without the hints and places that follow."""
    return str(trouble).strip().partition("\n")[0]
