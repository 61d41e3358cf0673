"""Whose patients a transaction sees. Every question and act of this room stands in one of these two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.database.transactions import transaction_with

_SEES: Final = "registret.sees"
_DESTROYS: Final = "registret.destroys"
_EVERYTHING: Final = "all"
_LEAVING: Final = "leaving"


@contextmanager
def provider_scope(actor: Actor, permission: Permission = Permission.READ_RECORDS) -> Iterator[int]:
    """A transaction that sees what the actor's care provider reported, and nothing else. Yield the provider's id.

    Raises: NotPermitted.
    """
    provider = actor.seat.care_provider_id
    if provider is None or not actor.may(permission):
        raise NotPermitted()
    with transaction_with(_SEES, str(provider)):
        yield provider


def clinic_of(actor: Actor) -> int:
    """Raises: NotPermitted (the actor sits at the registry office, which has no patients)."""
    if actor.seat.clinic_id is None:
        raise NotPermitted()
    return actor.seat.clinic_id


@contextmanager
def all_providers() -> Iterator[None]:
    """A transaction that sees all patients: to find out whether a number is known, to merge, to extract, to destroy.

    What is seen in it goes to nobody who has no right to it; the caller sees to that.
    """
    with transaction_with(_SEES, _EVERYTHING):
        yield


@contextmanager
def leaving_patients() -> Iterator[None]:
    """As `all_providers`, and also those who have opted out and are not destroyed yet, whom nothing else shows."""
    with transaction_with(_SEES, _LEAVING):
        yield


@contextmanager
def snapshot_of_all() -> Iterator[None]:
    """A transaction of its own that sees all patients as they were at one moment, however many questions it asks.

    What it writes is committed at its end like any other.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            # Before the first question: that is when the moment is chosen.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with all_providers():
            yield


@contextmanager
def deletion_allowed() -> Iterator[None]:
    """Within it episodes and their history can be deleted."""
    with transaction_with(_DESTROYS, "yes"):
        yield
