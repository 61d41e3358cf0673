"""Why the log is read: anyone who opens it says so, and the answer holds for a while.

The reason is an entry of the log, and nowhere else: the same entry tells each later page, for an hour and in that
session, that one was given. Each reading names it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.identifiers import mask_personal_numbers
from registret.ledger.events import Event
from registret.ledger.queries import lately_by
from registret.ledger.services import record
from registret.oversight.refusals import LogReasonNeeded

LASTS: Final = timedelta(hours=1)


class Errand(StrEnum):
    """The errand that the log is opened for."""

    SUSPICION = "suspicion"
    PATIENT = "patient"
    FOLLOW_UP = "follow_up"
    TROUBLE = "trouble"
    INCIDENT = "incident"
    AUTHORITY = "authority"
    OTHER = "other"


def open_log(*, why: Errand, reason: str, actor: Actor, at: datetime) -> int:
    """Say why the log is read, for an hour of this session; return the number of the entry that keeps it.

    Raises: NotPermitted; ValueError (no reason, or one that looks as if it had the number of a patient).
    """
    actor.require(Permission.READ_LOG)
    reason = reason.strip()
    if not reason or mask_personal_numbers(reason) != reason:
        raise ValueError("opening the log has a reason, without the number of a patient")
    facts = {"errand": why.value, "reason": reason, "session": actor.session_id}
    return record(event=Event.LOG_OPENED, by=actor.by, at=at, facts=facts)


def opening(*, actor: Actor, at: datetime) -> int:
    """The number of the entry that says why the log is read now. Reading on makes it hold no longer.

    Raises: NotPermitted, LogReasonNeeded.
    """
    actor.require(Permission.READ_LOG)
    for entry in lately_by(account_id=actor.account_id, event=Event.LOG_OPENED, since=at - LASTS):
        if entry.facts.get("session") == actor.session_id:
            return entry.id
    raise LogReasonNeeded()
