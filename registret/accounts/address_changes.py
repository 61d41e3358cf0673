"""Change the mail address of a confirmed account, and object to such a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from registret.accounts.confirming import next_letter
from registret.accounts.lifecycle import AccountState
from registret.accounts.models import Account, Confirmation
from registret.accounts.queries import AccountRow, account_row, address_rests_until
from registret.accounts.refusals import (
    AddressResting,
    AddressUnchanged,
    NoChangeWaits,
    ObjectionOver,
    ObjectionUnknown,
)
from registret.accounts.sessions import end_sessions_of
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.kernel.life import NotPossible
from registret.ledger.events import Event
from registret.ledger.services import Fact, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """A person who reads the mail at `person.email` objected to a change of it; `done`: it had been made already."""

    person: AccountRow
    done: bool


@transaction.atomic
def ask_for_change(*, account_id: int, email: EmailAddress, by: By, at: datetime) -> tuple[int, int]:
    """A confirmed account wants another address: it waits until it is confirmed, and the old one stays in force.
    Answers (id, version) of the letter; version 1 is the first to this address.

    Raises: NotPossible (the account is not confirmed), AddressUnchanged, AddressResting.
    """
    account = Account.objects.select_for_update().get(id=account_id)
    if account.state != AccountState.CONFIRMED:
        raise NotPossible(act="change_email", state=account.state)
    if email.text == account.email:
        raise AddressUnchanged()
    again_at = address_rests_until(account_id=account_id)
    if again_at is not None and at < again_at:
        raise AddressResting(again_at=again_at)
    newest = next_letter(account, email.text, replaces=account.email, by=by, at=at)
    return newest.id, newest.version


@transaction.atomic
def take_back_change(*, account_id: int, by: By, at: datetime) -> None:
    """The new address is given up before it is confirmed.

    Raises: NoChangeWaits.
    """
    account = Account.objects.select_for_update().get(id=account_id)
    if not give_up_change(account.id, at=at):
        raise NoChangeWaits()
    record(event=Event.ACCOUNT_MAIL_KEPT, by=by, at=at, about=account)


@transaction.atomic
def object_to_change(*, confirmation_id: int, by: By, at: datetime) -> Objected:
    """A person with the link of a letter to the old address says that the change was not theirs. Once.

    The old address is in force again, whatever came after it; nothing that waits can be confirmed; changes that were
    made or asked for later cannot be objected to, so that their author gets nothing back; all sessions end.

    Raises: ObjectionUnknown, ObjectionOver.
    """
    account = Account.objects.select_for_update(of=("self",)).filter(confirmations=confirmation_id).first()
    if account is None:
        raise ObjectionUnknown()
    change, done = _to_object_to(confirmation_id, at=at)
    give_up_change(account.id, at=at)
    _since(change).update(objected_at=at)
    if done:
        account.email = change.replaces
        account.save(update_fields=["email"])
    facts: dict[str, Fact] = {"domain": EmailAddress(change.email).domain, "made": done}
    record(event=Event.ACCOUNT_MAIL_OBJECTED, by=by, at=at, about=account, facts=facts)
    end_sessions_of(hsa_id=account.hsa_id, reason="mail_objected", by=by, at=at)
    return Objected(person=account_row(account), done=done)


def check_objection(*, confirmation_id: int, at: datetime) -> bool:
    """Whether the address would be changed back, and not only kept; changes nothing.

    Raises: ObjectionUnknown, ObjectionOver.
    """
    return _to_object_to(confirmation_id, at=at)[1]


def give_up_change(account_id: int, *, at: datetime) -> int:
    waiting = Confirmation.objects.filter(account_id=account_id, confirmed_at=None, replaced_at=None)
    return waiting.exclude(replaces="").update(replaced_at=at)


def _to_object_to(confirmation_id: int, *, at: datetime) -> tuple[Confirmation, bool]:
    """The change behind a genuine link, and whether it, or one that took its place, has been made.

    Also a change that another one replaced: a second change must not silence an objection to the first.
    """
    change = Confirmation.objects.select_related("account").filter(id=confirmation_id).exclude(replaces="").first()
    if change is None:
        raise ObjectionUnknown()
    over = change.confirmed_at or change.replaced_at
    too_late = over is not None and at >= over + settings.OBJECTION_LIFETIME
    if change.objected_at or too_late or change.account.state == AccountState.ENDED:
        raise ObjectionOver()
    made = _since(change).filter(confirmed_at__isnull=False).exists()
    if not made and not _since(change).filter(replaced_at=None).exists():
        raise ObjectionOver()
    return change, made


def _since(change: Confirmation) -> QuerySet[Confirmation]:
    """This change and later ones, as far as nobody has objected to them."""
    later = Confirmation.objects.filter(account_id=change.account_id, id__gte=change.id, objected_at=None)
    return later.exclude(replaces="")
