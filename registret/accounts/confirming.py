"""Confirm a mail address by the link or the code of a letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from registret.accounts.lifecycle import ACCOUNT_LIFE, AccountState
from registret.accounts.models import Account, Confirmation
from registret.accounts.queries import AccountRow, account_row
from registret.accounts.refusals import (
    ConfirmationDone,
    ConfirmationExpired,
    ConfirmationOtherCard,
    ConfirmationReplaced,
    ConfirmationUnknown,
)
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.mail.links import code_fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """An address was confirmed, by (id, version) of `confirmation`. `instead_of` is the one that it took the place of,
    None for an account's first."""

    confirmation: tuple[int, int]
    person: AccountRow
    instead_of: EmailAddress | None


@transaction.atomic
def ask_for_confirmation(*, account_id: int, email: EmailAddress | None, by: By, at: datetime) -> tuple[int, int]:
    """A new letter is about to be sent to `email` (None: the same address as before); answers (id, version).

    All earlier letters stop counting.

    Raises: ConfirmationDone.
    """
    account = Account.objects.select_for_update().get(id=account_id)
    if account.state != AccountState.REGISTERED:
        raise ConfirmationDone()
    before = account.email
    if email is not None and email.text != before:
        account.email = email.text
        account.save(update_fields=["email"])
        facts: dict[str, str | int | bool | None] = {"domain_before": before.rpartition("@")[2], "domain": email.domain}
        record(event=Event.ACCOUNT_MAIL_CHANGED, by=by, at=at, about=account, facts=facts)
    newest = next_letter(account, account.email, replaces="", by=by, at=at)
    return newest.id, newest.version


@transaction.atomic
def confirm_by_link(*, confirmation: tuple[int, int], hsa_id: HsaId, by: By, at: datetime) -> Confirmed:
    """The holder of the card `hsa_id` followed a link whose token was genuine.

    Raises: ConfirmationUnknown, ConfirmationReplaced, ConfirmationExpired, ConfirmationDone, ConfirmationOtherCard.
    """
    wanted = confirmation_to_confirm(confirmation=confirmation, at=at, lock=True)
    if wanted.account.hsa_id != hsa_id:
        raise ConfirmationOtherCard()
    return _confirmed(wanted, how="link", by=by, at=at)


def confirm_by_code(
    *, account_id: int, code: str, then: Callable[[Confirmed], object], by: By, at: datetime
) -> Confirmed:
    """The holder of the account's card typed the code of the newest letter (spaces and case do not count).

    `then` is done in the same transaction: a wrong guess must be counted although it is refused, so that the caller
    can have no transaction of its own around this.

    Raises: CodeWrong, CodeBurnt (both counted first), ConfirmationExpired, ConfirmationDone.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().get(id=account_id)
        wanted = Confirmation.objects.select_related("account").filter(account_id=account_id).order_by("-id").first()
        if wanted is None or wanted.confirmed_at or wanted.replaced_at or not _awaits(account, wanted):
            raise ConfirmationDone()
        refusal = wanted.guess(is_right=code_fits(code, id=wanted.id, version=wanted.version), at=at)
        if refusal is None:
            confirmed = _confirmed(wanted, how="code", by=by, at=at)
            then(confirmed)
            return confirmed
        record(
            event=Event.CONFIRMATION_CODE_REFUSED,
            outcome="refused",
            by=by,
            at=at,
            about_account_id=account_id,
            facts={"left": wanted.guesses_left},
        )
    raise refusal


def confirmation_to_confirm(*, confirmation: tuple[int, int], at: datetime, lock: bool = False) -> Confirmation:
    """The row behind a genuine link, if it still counts. For this room and for `check_link`.

    Raises: ConfirmationUnknown, ConfirmationReplaced, ConfirmationExpired, ConfirmationDone.
    """
    if lock:
        # The account before its confirmations, as everywhere: in two orders, two people could wait for each other.
        Account.objects.select_for_update(of=("self",)).filter(confirmations=confirmation[0]).first()
    wanted = Confirmation.objects.select_related("account").filter(id=confirmation[0]).first()
    if wanted is None or wanted.account.state == AccountState.ENDED:
        raise ConfirmationUnknown()
    if wanted.confirmed_at is not None:
        raise ConfirmationDone()
    if wanted.replaced_at is not None and wanted.replaces:
        raise ConfirmationReplaced()
    if not _awaits(wanted.account, wanted):
        raise ConfirmationDone()
    if wanted.replaced_at is not None or wanted.version != confirmation[1]:
        raise ConfirmationReplaced()
    if at >= wanted.expires_at:
        raise ConfirmationExpired(expired_at=wanted.expires_at)
    return wanted


def check_link(*, confirmation: tuple[int, int], hsa_id: HsaId | None, at: datetime) -> bool:
    """Whether the holder of `hsa_id` may confirm by this link; changes nothing.

    Raises: as `confirm_by_link`, but ConfirmationOtherCard only when there is a card.
    """
    wanted = confirmation_to_confirm(confirmation=confirmation, at=at)
    if hsa_id is None:
        return False
    if wanted.account.hsa_id != hsa_id:
        raise ConfirmationOtherCard()
    return True


def _awaits(account: Account, wanted: Confirmation) -> bool:
    """Whether this confirmation means something to the account as it is now: its first address, or another one."""
    return account.state == (AccountState.CONFIRMED if wanted.replaces else AccountState.REGISTERED)


def next_letter(account: Account, email: str, *, replaces: str, by: By, at: datetime) -> Confirmation:
    """The confirmation that counts from now on: a new version of the open one if that is about the same address."""
    newest = Confirmation.objects.filter(account=account, confirmed_at=None, replaced_at=None).first()
    if newest is not None and newest.email == email:
        newest.renew(at=at)
        newest.save()
    else:
        if newest is not None:
            Confirmation.objects.filter(id=newest.id).update(replaced_at=at)
        newest = Confirmation.objects.create(
            account=account,
            email=email,
            replaces=replaces,
            created_at=at,
            sent_at=at,
            expires_at=at + settings.CONFIRMATION_LIFETIME,
        )
    record(event=Event.CONFIRMATION_ASKED, by=by, at=at, about=account, facts={"version": newest.version})
    return newest


def _confirmed(wanted: Confirmation, *, how: str, by: By, at: datetime) -> Confirmed:
    if wanted.replaces:
        return _changed(wanted, how=how, by=by, at=at)
    account = wanted.account
    account.state = ACCOUNT_LIFE.after(AccountState.REGISTERED, "confirm_email")
    account.confirmed_at = at
    if account.logged_in_at is not None:
        # Only who was brought in out of a file has logged in before: now here, with the card.
        account.unused_since = at
    account.save(update_fields=["state", "confirmed_at", "unused_since"])
    Confirmation.objects.filter(id=wanted.id).update(confirmed_at=at)
    record(
        event=Event.ACCOUNT_CONFIRM_EMAIL, by=by, at=at, about=account, facts={"how": how, "version": wanted.version}
    )
    return Confirmed(confirmation=(wanted.id, wanted.version), person=account_row(account), instead_of=None)


def _changed(wanted: Confirmation, *, how: str, by: By, at: datetime) -> Confirmed:
    account = wanted.account
    before, account.email = EmailAddress(account.email), wanted.email
    account.save(update_fields=["email"])
    Confirmation.objects.filter(id=wanted.id).update(confirmed_at=at)
    facts: dict[str, str | int | bool | None] = {
        "how": how,
        "version": wanted.version,
        "domain_before": before.domain,
        "domain": EmailAddress(wanted.email).domain,
    }
    record(event=Event.ACCOUNT_MAIL_CHANGED, by=by, at=at, about=account, facts=facts)
    return Confirmed(confirmation=(wanted.id, wanted.version), person=account_row(account), instead_of=before)
