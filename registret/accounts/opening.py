"""Open accounts: one person who registers, or many out of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registret.accounts.cardfacts import CardFacts
from registret.accounts.lifecycle import AccountState
from registret.accounts.models import Account
from registret.accounts.refusals import (
    AccountExists,
)
from registret.database.conflicts import conflict_as
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.ledger.events import Event
from registret.ledger.services import record


@transaction.atomic
def open_account(
    *,
    hsa_id: HsaId,
    given_name: str,
    surname: str,
    organisation: str,
    email: EmailAddress,
    language: str,
    card: CardFacts | None = None,
    by: By,
    at: datetime,
) -> int:
    """A new account, its mail not confirmed yet; answers its id. `card`: the one it is made with, if there is one.

    Raises: AccountExists.
    """
    with conflict_as(AccountExists, constraint="one_living_account_per_hsa_id"):
        created = Account.objects.create(
            hsa_id=hsa_id.text,
            given_name=given_name,
            surname=surname,
            organisation=organisation,
            email=email.text,
            language=language,
            card_issuer=card.card_issuer if card else "",
            card_environment=card.card_environment if card else "",
            created_at=at,
        )
    record(event=Event.ACCOUNT_REGISTERED, by=by, at=at, about_account_id=created.id, about_hsa_id=hsa_id)
    return created.id


@transaction.atomic
def open_system(*, hsa_id: HsaId, name: str, email: EmailAddress, by: By, at: datetime) -> int:
    """An account of a record system; answers its id. `email`: where letters about it go, confirmed by their reader.

    Raises: AccountExists.
    """
    with conflict_as(AccountExists, constraint="one_living_account_per_hsa_id"):
        created = Account.objects.create(
            hsa_id=hsa_id.text,
            surname=name,
            email=email.text,
            state=AccountState.CONFIRMED,
            created_at=at,
            confirmed_at=at,
            unused_since=at,
        )
    record(event=Event.ACCOUNT_REGISTERED, by=by, at=at, about_account_id=created.id, about_hsa_id=hsa_id)
    return created.id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """A person of another system; `logged_in_at`: when last there, None if never."""

    hsa_id: HsaId
    given_name: str
    surname: str
    email: EmailAddress
    logged_in_at: datetime | None


def open_accounts(*, people: Sequence[NewAccount], language: str, at: datetime) -> list[int]:
    """Many accounts at once, none of their addresses confirmed; answers their ids in the same order.

    The time without use counts on from the last login. The caller writes the log.

    Raises: AccountExists (one of them, meanwhile).
    """
    rows = [
        Account(
            hsa_id=one.hsa_id.text,
            given_name=one.given_name,
            surname=one.surname,
            email=one.email.text,
            language=language,
            created_at=at,
            logged_in_at=one.logged_in_at,
            unused_since=one.logged_in_at or at,
        )
        for one in people
    ]
    with conflict_as(AccountExists, constraint="one_living_account_per_hsa_id"):
        return [created.id for created in Account.objects.bulk_create(rows)]
