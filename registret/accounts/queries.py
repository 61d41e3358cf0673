"""Answers about accounts and confirmations: frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F, Max, Q
from django.db.models.functions import Collate

from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.models import Account, Confirmation
from registret.accounts.refusals import ConfirmationUnknown
from registret.database.prepared import Given, Prepared
from registret.kernel.identifiers import EmailAddress, HsaId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    id: int
    hsa_id: HsaId
    given_name: str
    surname: str
    organisation: str
    email: EmailAddress
    language: str
    state: AccountState
    state_reason: str
    state_authority: Authority | None
    state_clinic_id: int | None
    created_at: datetime
    confirmed_at: datetime | None
    logged_in_at: datetime | None
    unused_since: datetime | None
    ended_at: datetime | None
    card_issuer: str
    card_environment: str

    @property
    def account_id(self) -> int:
        """The id, as other values of a person call it."""
        return self.id

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationRow:
    """The newest letter of an account: when sent, to whom, until when it counts. `replaces` is None if it was the
    account's first address."""

    id: int
    version: int
    account_id: int
    email: EmailAddress
    sent_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    replaced_at: datetime | None
    replaces: EmailAddress | None
    objected_at: datetime | None
    burnt: bool


_LIVING = Prepared(lambda: Account.objects.filter(hsa_id_key=Given("key")).exclude(state=AccountState.ENDED))

_BY_ID = Prepared(lambda: Account.objects.filter(id__any=Given("ids")))
_NEWEST_CONFIRMATIONS = Prepared(
    lambda: (
        Confirmation.objects.filter(account__id__any=Given("accounts"))
        .order_by("account_id", "-id")
        .distinct("account_id")
    )
)


def living_account(*, hsa_id: HsaId) -> AccountRow | None:
    """The account under this HSA-id that has not been ended, if any."""
    found = _LIVING.first(key=hsa_id.key)
    return account_row(found) if found else None


def accounts_of(*, hsa_id: HsaId) -> tuple[AccountRow, ...]:
    """All that this HSA-id ever had, the living one first, then the newest."""
    found = [account_row(a) for a in Account.objects.filter(hsa_id_key=hsa_id.key).order_by("-id")]
    return tuple(sorted(found, key=lambda a: a.state is AccountState.ENDED))


def account(*, account_id: int) -> AccountRow | None:
    found = Account.objects.filter(id=account_id).first()
    return account_row(found) if found else None


def accounts_by_id(*, account_ids: list[int]) -> dict[int, AccountRow]:
    return {a.id: account_row(a) for a in (_BY_ID.rows(ids=account_ids) if account_ids else ())}


def unused_accounts(
    *, logged_in_before: datetime, granted_before: datetime, after: int = 0, size: int
) -> tuple[AccountRow, ...]:
    """By id, accounts last used before the one moment, or given a grant before the other and never used."""
    unused = Q(logged_in_at__isnull=False, unused_since__lte=logged_in_before)
    unused |= Q(logged_in_at=None, unused_since__lte=granted_before)
    living = Account.objects.filter(unused, id__gt=after, state__in=[AccountState.REGISTERED, AccountState.CONFIRMED])
    return tuple(account_row(found) for found in living.order_by("id")[:size])


def unused_account(*, account_id: int) -> AccountRow | None:
    """The account, locked, if it can be suspended for not being used; None if another transaction has locked it."""
    states = [AccountState.REGISTERED, AccountState.CONFIRMED]
    found = Account.objects.select_for_update(skip_locked=True).filter(id=account_id, state__in=states).first()
    return account_row(found) if found else None


def has_ended_account(*, hsa_id: HsaId) -> bool:
    return Account.objects.filter(hsa_id_key=hsa_id.key, state=AccountState.ENDED).exists()


def known_hsa_ids(*, hsa_ids: Sequence[HsaId]) -> dict[HsaId, AccountRow]:
    """Of these, those that have or had an account: the living one, or the newest."""
    found = Account.objects.filter(hsa_id_key__in=[hsa_id.key for hsa_id in hsa_ids]).order_by("id")
    rows = sorted((account_row(a) for a in found), key=lambda a: a.state is not AccountState.ENDED)
    return {row.hsa_id: row for row in rows}


def account_behind(*, email: EmailAddress, not_hsa_id: HsaId) -> AccountRow | None:
    """Of the living accounts whose confirmed address this is, but for those of one HSA-id, the last one used."""
    # The index of addresses is in this collation.
    theirs = Account.objects.alias(mail=Collate("email", "C")).filter(mail=email.text)
    confirmed = theirs.filter(state__in=[AccountState.CONFIRMED, AccountState.SUSPENDED])
    others = confirmed.exclude(hsa_id_key=not_hsa_id.key)
    found = others.order_by(F("logged_in_at").desc(nulls_last=True), "-id").first()
    return account_row(found) if found else None


def accounts_with_the_same_hsa_id(*, account_ids: Iterable[int]) -> frozenset[int]:
    """These accounts, and all others of the same people under the same HSA-id."""
    wanted = frozenset(account_ids)
    keys = Account.objects.filter(id__in=wanted).exclude(hsa_id="").values("hsa_id_key")
    return wanted | frozenset(Account.objects.filter(hsa_id_key__in=keys).values_list("id", flat=True))


def hsa_ids_to_erase(*, ended_before: datetime, size: int) -> tuple[int, ...]:
    """Accounts that ended by then, of which only the HSA-id is left, longest ended first."""
    erased = Account.objects.filter(state=AccountState.ENDED, erased_at__isnull=False, hsa_id_erased_at=None)
    wanted = erased.filter(ended_at__lte=ended_before).order_by("ended_at", "id")
    return tuple(wanted.values_list("id", flat=True)[:size])


def accounts_to_erase(*, ended_before: datetime, size: int) -> tuple[int, ...]:
    """Accounts that ended by then and still say whose they were, longest ended first."""
    ended = Account.objects.filter(state=AccountState.ENDED, erased_at=None, ended_at__lte=ended_before)
    return tuple(ended.order_by("ended_at", "id").values_list("id", flat=True)[:size])


def newest_confirmation(*, account_id: int) -> ConfirmationRow | None:
    found = Confirmation.objects.filter(account_id=account_id).order_by("-id").first()
    return _confirmation_row(found) if found else None


def newest_confirmations(*, account_ids: list[int]) -> dict[int, ConfirmationRow]:
    return {c.account_id: _confirmation_row(c) for c in _NEWEST_CONFIRMATIONS.rows(accounts=account_ids)}


def pending_change(*, account_id: int) -> ConfirmationRow | None:
    """The new address of a confirmed account that waits for its confirmation, also if its letter has expired."""
    waiting = Confirmation.objects.filter(account_id=account_id, confirmed_at=None, replaced_at=None)
    found = waiting.exclude(replaces="").first()
    return _confirmation_row(found) if found else None


def confirmations_of(*, account_ids: Sequence[int]) -> tuple[ConfirmationRow, ...]:
    """Every address that was asked about, oldest first."""
    found = Confirmation.objects.filter(account_id__in=account_ids).order_by("id")
    return tuple(_confirmation_row(one) for one in found)


def address_rests_until(*, account_id: int) -> datetime | None:
    """Until when there is no change of address, because one was objected to; it may be over."""
    objected = Confirmation.objects.filter(account_id=account_id, objected_at__isnull=False)
    newest = objected.aggregate(newest=Max("objected_at"))["newest"]
    return newest + settings.OBJECTION_LIFETIME if newest else None


def confirmation(*, confirmation_id: int) -> ConfirmationRow:
    """Raises: ConfirmationUnknown."""
    found = Confirmation.objects.filter(id=confirmation_id).first()
    if found is None:
        raise ConfirmationUnknown()
    return _confirmation_row(found)


def account_row(found: Account) -> AccountRow:
    """For this room's services as well: a model never leaves the room."""
    return AccountRow(
        id=found.id,
        hsa_id=found.hsa_id,
        given_name=found.given_name,
        surname=found.surname,
        organisation=found.organisation,
        email=EmailAddress(found.email),
        language=found.language,
        state=AccountState(found.state),
        state_reason=found.state_reason,
        state_clinic_id=found.state_clinic_id,
        state_authority=Authority(found.state_authority) if found.state_authority else None,
        created_at=found.created_at,
        confirmed_at=found.confirmed_at,
        logged_in_at=found.logged_in_at,
        unused_since=found.unused_since,
        ended_at=found.ended_at,
        card_issuer=found.card_issuer,
        card_environment=found.card_environment,
    )


def _confirmation_row(found: Confirmation) -> ConfirmationRow:
    return ConfirmationRow(
        id=found.id,
        version=found.version,
        account_id=found.account_id,
        email=EmailAddress(found.email),
        sent_at=found.sent_at,
        expires_at=found.expires_at,
        confirmed_at=found.confirmed_at,
        replaced_at=found.replaced_at,
        replaces=EmailAddress(found.replaces) if found.replaces else None,
        objected_at=found.objected_at,
        burnt=found.is_burnt,
    )
