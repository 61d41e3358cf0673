"""The order of locks. Changing or destroying an identity locks the patient; numbers are locked in order."""

from __future__ import annotations

from django.db import connection


def lock_identities() -> None:
    """Until the end of the transaction nobody else changes numbers, merges or destroys: so the numbers of every patient
    that there is stay as they are. Always taken before any number."""
    _hold("records:identities")


def share_identities() -> None:
    """As `lock_identities`, for a transaction that changes no identity: any number of these may go on at once."""
    _hold("records:identities", shared=True)


def lock_numbers(*numbers: str) -> None:
    """Lock these numbers for registering, also those that have no row yet. Twelve characters each."""
    for number in sorted(set(numbers)):
        _hold("records:" + number)


def _hold(what: str, *, shared: bool = False) -> None:
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(%s, 1))", [what])
