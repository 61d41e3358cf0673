"""Prepare a disclosure for research (utlämnande för forskning). Another case handler decides it.

The one who prepares and the one who decides see numbers, and no patient.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.rate_limits.services import Limit, take
from registret.records.disclosure.rows import DisclosureWish
from registret.records.disclosure.selection import forms, parts_of
from registret.records.models import Disclosure

SHORTEST: Final = timedelta(days=31)
"""In a shorter period, times since the episode began almost give away the date, so the request must ask for full
dates."""

PREPARED_PER_PERSON: Final = Limit(what="disclosures_prepared", most=20, per=timedelta(hours=1))


def is_short(first_day: date, last_day: date) -> bool:
    """Return whether the period is so short that times since an episode began almost give away the date."""
    return last_day - first_day + timedelta(days=1) < SHORTEST


def prepare(*, actor: Actor, wish: DisclosureWish, at: datetime) -> int:
    """Prepare a disclosure and return its number. Nothing leaves the registry yet. Call it outside a transaction.

    Raises: NotPermitted, NotFound (no such sub-registry, or one without forms), CardTooOld, TooMany; ValueError
        (the request is incomplete or contradicts itself).
    """
    actor.require(Permission.HANDLE_CASES)
    if not forms(wish.sub_registry):
        raise NotFound()
    check_card_age(actor, at=at)
    _check(wish, today=day_of(at))
    take(limit=PREPARED_PER_PERSON, subject=str(actor.account_id), at=at)
    return _prepared(actor, wish, at)


@transaction.atomic
def _prepared(actor: Actor, wish: DisclosureWish, at: datetime) -> int:
    made = Disclosure.objects.create(
        **asdict(wish) | {"approval": wish.approval.text, "parts": sorted(wish.parts)},
        prepared_at=at,
        prepared_by_id=actor.account_id,
        prepared_by_name=actor.name,
    )
    record(
        event=Event.DISCLOSURE_PREPARED,
        by=actor.by,
        at=at,
        facts={
            "disclosure": made.id,
            "project": wish.project,
            "approval": wish.approval.text,
            "organisation": wish.recipient_organisation,
            "sub_registry": wish.sub_registry,
            "full_dates": wish.full_dates,
            "reason": wish.reason,
        },
    )
    return made.id


def _check(wish: DisclosureWish, *, today: date) -> None:
    said = (wish.project, wish.recipient_name, wish.recipient_organisation, wish.reason)
    if not all(text.strip() for text in said):
        raise ValueError("a disclosure says to whom, what for and why")
    if not wish.parts or not wish.parts <= {part.code for part in parts_of(wish.sub_registry)}:
        raise ValueError("a disclosure names parts of its sub-registry, one at least")
    if wish.first_day > wish.last_day:
        raise ValueError("the last day is before the first")
    if wish.last_day > today:
        raise ValueError("the last day has not been yet: what is decided is what there is")
    if is_short(wish.first_day, wish.last_day) and not wish.full_dates:
        raise ValueError("a period so short tells days anyhow: full dates are decided, with a reason")
    if wish.full_dates != bool(wish.dates_reason.strip()):
        raise ValueError("full dates have a reason, and nothing else has")
