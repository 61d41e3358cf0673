"""Order an export, or take the order back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.exchange.exporting.orders import end_export, lock_own
from registret.exchange.exporting.wishes import ExportWish
from registret.exchange.lifecycle import ExportEnd
from registret.exchange.models import Export
from registret.kernel.identifiers import mask_personal_numbers
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.rate_limits.services import Limit, take
from registret.records.scope import clinic_of

ORDERS_PER_PERSON: Final = Limit(what="exports", most=10, per=timedelta(hours=1))
"""Each is made by a worker, for seconds or minutes."""


def order(*, actor: Actor, wish: ExportWish, at: datetime) -> int:
    """Order an export of the actor's clinic. Return its id.

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
        )
        _record(made, actor=actor, at=at)
    return made.id


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
