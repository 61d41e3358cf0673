"""Order an export, or take the order back."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.database.conflicts import conflict_as
from registret.exchange.exporting.orders import end_export, lock_own, wish_of
from registret.exchange.exporting.wishes import ExportWish
from registret.exchange.lifecycle import ExportEnd
from registret.exchange.models import Export
from registret.exchange.refusals import IdempotencyKeyReused
from registret.kernel.identifiers import mask_personal_numbers
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.rate_limits.services import Limit, take
from registret.records.scope import clinic_of

ORDERS_PER_PERSON: Final = Limit(what="exports", most=10, per=timedelta(hours=1))
"""Each is made by a worker, for seconds or minutes."""


def order(*, actor: Actor, wish: ExportWish, key: bytes | None = None, at: datetime) -> int:
    """Order an export of the actor's clinic. Return its id. `key`: the digest of the one that a system has sent.

    Raises: NotPermitted (no such right in this sub-registry), TooMany.
    """
    actor.require(Permission.EXPORT)
    if wish.selection.sub_registry not in actor.seat.sub_registries_for(Permission.EXPORT):
        raise NotPermitted()
    take(limit=ORDERS_PER_PERSON, subject=str(actor.account_id), at=at)
    with transaction.atomic():
        made = Export.objects.create(
            clinic_id=clinic_of(actor),
            by_id=actor.account_id,
            card_read_at=actor.card_read_at,
            at=at,
            sub_registry=wish.selection.sub_registry,
            first_day=wish.selection.first_day,
            last_day=wish.selection.last_day,
            format=wish.format,
            shown_as=wish.shown_as,
            row_for=wish.row_for,
            reason=mask_personal_numbers(wish.reason),
            key=key,
        )
        _record(made, actor=actor, at=at)
    return made.id


def order_once(*, actor: Actor, wish: ExportWish, key: str, at: datetime) -> int:
    """Order what a system asks for under a key of its own choice: the same once more is the same export.

    Raises: NotPermitted, TooMany, IdempotencyKeyReused.
    """
    actor.require(Permission.EXPORT)
    digest = hashlib.sha256(key.encode()).digest()
    own = Export.objects.filter(by_id=actor.account_id, key=digest)
    found = own.first()
    if found is None:
        # Of two at once, the second waits here for the first.
        with suppress(IdempotencyKeyReused), conflict_as(IdempotencyKeyReused, constraint="export_key_once"):
            return order(actor=actor, wish=wish, key=digest, at=at)
        found = own.get()
    if wish_of(found) != replace(wish, reason=mask_personal_numbers(wish.reason)):
        raise IdempotencyKeyReused()
    return found.id


def _record(made: Export, *, actor: Actor, at: datetime) -> None:
    facts: dict[str, Fact] = {
        "export": made.id,
        "sub_registry": made.sub_registry,
        "since": made.first_day.isoformat(),
        "until": made.last_day.isoformat(),
        "form": made.format,
        "reason": made.reason,
    }
    record(event=Event.EXPORT_ORDERED, by=actor.by, at=at, clinic_id=made.clinic_id, facts=facts)


@transaction.atomic
def cancel(*, actor: Actor, export: int, at: datetime) -> None:
    """Take an own order back, with its file if that is made. Raises: NotPermitted, NotFound, NotPossible."""
    end_export(lock_own(actor, export), ExportEnd.CANCELLED, by=actor.by, at=at)
