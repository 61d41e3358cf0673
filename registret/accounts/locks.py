"""Lock accounts until the transaction ends."""

from __future__ import annotations

from collections.abc import Iterable

from registret.accounts.models import Account
from registret.accounts.queries import AccountRow, account_row


def lock_account(*, account_id: int) -> AccountRow | None:
    """The account as it is now and will be until the transaction ends: who confirms, suspends or ends it waits.

    Rows may still be made that refer to it. None if there is no such account.
    """
    found = Account.objects.select_for_update(no_key=True).filter(id=account_id).first()
    return account_row(found) if found else None


def lock_accounts(*, account_ids: Iterable[int]) -> None:
    """The same for many, by rising id: two who hold many never wait for each other."""
    held = Account.objects.select_for_update(no_key=True).filter(id__in=set(account_ids)).order_by("id")
    list(held.values_list("id"))
