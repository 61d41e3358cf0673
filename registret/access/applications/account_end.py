"""The end of an account, and of what it had."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from registret.access.applications.applying import withdraw_all
from registret.access.grants.granting import revoke
from registret.access.models import Grant
from registret.accounts import services as accounts
from registret.accounts.locks import lock_account
from registret.kernel.by import By


@transaction.atomic
def end_account(*, account_id: int, reason: str, by: By, at: datetime) -> None:
    """Avsluta: waiting applications are withdrawn, grants revoked, sessions end, the HSA-id is free again.

    Raises: NotPossible.
    """
    lock_account(account_id=account_id)
    # Applications before grants, as in attesting: in two orders, two people could wait for each other.
    withdraw_all(account_id=account_id, by=by, at=at)
    for grant in Grant.objects.select_for_update().filter(account_id=account_id, revoked_at=None).order_by("id"):
        revoke(grant_id=grant.id, reason=reason, revoked_by_id=None, by=by, at=at)
    accounts.end(account_id=account_id, reason=reason, by=by, at=at)
