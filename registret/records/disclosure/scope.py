"""The disclosures that an actor may see, and what one of them covers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.applications.earlier_accounts import all_accounts_of
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.disclosure.pseudonyms import Pseudonyms
from registret.records.disclosure.selection import Selection
from registret.records.models import Disclosure


def visible_disclosures(actor: Actor) -> QuerySet[Disclosure]:
    """The only way from an actor to disclosures."""
    actor.require(Permission.HANDLE_CASES)
    return Disclosure.objects.all()


def lock_disclosure(actor: Actor, number: int) -> Disclosure:
    actor.require(Permission.HANDLE_CASES)
    return existing(Disclosure.objects.select_for_update().filter(id=number).first())


def is_preparer(actor: Actor, found: Disclosure) -> bool:
    """Return whether the actor has prepared it, also under another account of the same person."""
    return found.prepared_by_id in all_accounts_of([actor.account_id])


def pseudonyms_of(found: Disclosure) -> Pseudonyms:
    """Raises: ResearchKeyMissing."""
    return Pseudonyms.of(number=found.id, prepared_at=found.prepared_at, key=found.key)


def log_disclosure(event: Event, found: Disclosure, *, by: By, at: datetime, **facts: Fact) -> None:
    record(event=event, by=by, at=at, facts={"disclosure": found.id, "project": found.project, **facts})


def selection_of(found: Disclosure) -> Selection:
    return Selection(
        sub_registry=found.sub_registry,
        first_day=found.first_day,
        last_day=found.last_day,
        parts=frozenset(found.parts),
        full_dates=found.full_dates,
        clinics=found.clinics,
        as_of=found.decided_at,
        digests=found.forms,
    )
