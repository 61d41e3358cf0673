"""Acts on accounts: made, confirmed, suspended, ended. They post no letters: `access` does, one floor up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from registret.accounts.cardfacts import CardFacts
from registret.accounts.lifecycle import ACCOUNT_LIFE, AccountState, Authority
from registret.accounts.models import Account, Confirmation
from registret.accounts.queries import WRONG_CODES_ALLOWED, AccountRow, account_row, address_rests_until
from registret.accounts.refusals import (
    AccountExists,
    AddressResting,
    AddressUnchanged,
    CodeBurnt,
    CodeWrong,
    ConfirmationDone,
    ConfirmationExpired,
    ConfirmationOtherCard,
    ConfirmationReplaced,
    ConfirmationUnknown,
    NoChangeWaits,
    ObjectionOver,
    ObjectionUnknown,
)
from registret.accounts.sessions import end_sessions_of
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.kernel.life import NotPossible
from registret.ledger.services import record
from registret.mail.links import code_fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """An address was confirmed, by (id, version) of `confirmation`. `instead_of` is the one that it took the place of,
    None for an account's first."""

    confirmation: tuple[int, int]
    person: AccountRow
    instead_of: EmailAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """Somebody who reads the mail at `person.email` objected to a change of it; `done`: it had been made already."""

    person: AccountRow
    done: bool


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
    try:
        with transaction.atomic():
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
    except IntegrityError as trouble:
        if "one_living_account_per_hsa_id" not in str(trouble):
            raise
        raise AccountExists() from None
    record(event="account.registered", by=by, at=at, about_account_id=created.id, about_hsa_id=hsa_id.text)
    return created.id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Somebody of another system; `logged_in_at`: when last there, None if never."""

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
    try:
        with transaction.atomic():
            return [created.id for created in Account.objects.bulk_create(rows)]
    except IntegrityError as trouble:
        if "one_living_account_per_hsa_id" not in str(trouble):
            raise
        raise AccountExists() from None


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
        record(
            event="account.mail_changed",
            by=by,
            at=at,
            about_account_id=account.id,
            about_hsa_id=account.hsa_id,
            facts=facts,
        )
    newest = _next_letter(account, account.email, replaces="", by=by, at=at)
    return newest.id, newest.version


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
    newest = _next_letter(account, email.text, replaces=account.email, by=by, at=at)
    return newest.id, newest.version


@transaction.atomic
def take_back_change(*, account_id: int, by: By, at: datetime) -> None:
    """The new address is given up before it is confirmed.

    Raises: NoChangeWaits.
    """
    account = Account.objects.select_for_update().get(id=account_id)
    if not _give_up_change(account.id, at=at):
        raise NoChangeWaits()
    record(event="account.mail_kept", by=by, at=at, about_account_id=account.id, about_hsa_id=account.hsa_id)


@transaction.atomic
def object_to_change(*, confirmation_id: int, by: By, at: datetime) -> Objected:
    """Somebody with the link of a letter to the old address says that the change was not theirs. Once.

    The old address is in force again, whatever came after it; nothing that waits can be confirmed; changes that were
    made or asked for later cannot be objected to, so that whoever made them gets nothing back; all sessions end.

    Raises: ObjectionUnknown, ObjectionOver.
    """
    account = Account.objects.select_for_update(of=("self",)).filter(confirmations=confirmation_id).first()
    if account is None:
        raise ObjectionUnknown()
    change, done = _to_object_to(confirmation_id, at=at)
    _give_up_change(account.id, at=at)
    _since(change).update(objected_at=at)
    if done:
        account.email = change.replaces
        account.save(update_fields=["email"])
    record(
        event="account.mail_objected",
        by=by,
        at=at,
        about_account_id=account.id,
        about_hsa_id=account.hsa_id,
        facts={"domain": EmailAddress(change.email).domain, "made": done},
    )
    end_sessions_of(hsa_id=account.hsa_id, reason="mail_objected", by=by, at=at)
    return Objected(person=account_row(account), done=done)


def check_objection(*, confirmation_id: int, at: datetime) -> bool:
    """Whether the address would be changed back, and not only kept; changes nothing.

    Raises: ObjectionUnknown, ObjectionOver.
    """
    return _to_object_to(confirmation_id, at=at)[1]


@transaction.atomic
def confirm_by_link(*, confirmation: tuple[int, int], hsa_id: str, by: By, at: datetime) -> Confirmed:
    """The holder of the card `hsa_id` followed a link whose token was genuine.

    Raises: ConfirmationUnknown, ConfirmationReplaced, ConfirmationExpired, ConfirmationDone, ConfirmationOtherCard.
    """
    wanted = confirmation_to_confirm(confirmation=confirmation, at=at, lock=True)
    if wanted.account.hsa_id.upper() != hsa_id.upper():
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
        if at >= wanted.expires_at:
            raise ConfirmationExpired(expired_at=wanted.expires_at)
        if wanted.wrong_codes < WRONG_CODES_ALLOWED:
            if code_fits(code, id=wanted.id, version=wanted.version):
                confirmed = _confirmed(wanted, how="code", by=by, at=at)
                then(confirmed)
                return confirmed
            Confirmation.objects.filter(id=wanted.id).update(wrong_codes=F("wrong_codes") + 1)
        left = WRONG_CODES_ALLOWED - wanted.wrong_codes - 1
        record(
            event="confirmation.code_refused",
            outcome="refused",
            by=by,
            at=at,
            about_account_id=account_id,
            facts={"left": max(left, 0)},
        )
    # The count above is committed: guessing is never free.
    if left > 0:
        raise CodeWrong(left=left)
    raise CodeBurnt()


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


def check_link(*, confirmation: tuple[int, int], hsa_id: str | None, at: datetime) -> bool:
    """Whether the holder of `hsa_id` may confirm by this link; changes nothing.

    Raises: as `confirm_by_link`, but ConfirmationOtherCard only when there is a card.
    """
    wanted = confirmation_to_confirm(confirmation=confirmation, at=at)
    if hsa_id is None:
        return False
    if wanted.account.hsa_id.upper() != hsa_id.upper():
        raise ConfirmationOtherCard()
    return True


def note_login(*, account_id: int, card: CardFacts, at: datetime) -> None:
    """A login: a renewed card may bring a new name, organisation or issuer, and needs no other ceremony."""
    Account.objects.filter(id=account_id).update(
        logged_in_at=at,
        unused_since=at,
        given_name=card.given_name,
        surname=card.surname,
        organisation=card.organisation,
    )
    note_card(account_id=account_id, card=card)


def note_card(*, account_id: int, card: CardFacts) -> None:
    """Remembers who issued the card. What only an identity provider saw counts until a card was seen."""
    known = Account.objects.filter(id=account_id)
    if not card.card_environment:
        known = known.filter(card_issuer="")
    known.update(card_issuer=card.card_issuer, card_environment=card.card_environment)


@transaction.atomic
def accept_next_card(*, account_id: int, decided_by: str, by: By, at: datetime) -> None:
    """Whoever has made sure that it is the same person lets the account take its next card as if it were the first."""
    account = Account.objects.select_for_update().get(id=account_id)
    facts = {"decided_by": decided_by, "issuer_before": account.card_issuer}
    Account.objects.filter(id=account_id).update(card_issuer="", card_environment="")
    record(
        event="account.card_accepted",
        by=by,
        at=at,
        about_account_id=account.id,
        about_hsa_id=account.hsa_id,
        facts=facts,
    )


def note_grant(*, account_id: int, at: datetime) -> None:
    """A grant was given: for somebody who has never logged in, the time without use begins here."""
    Account.objects.filter(id=account_id, logged_in_at=None).update(unused_since=at)


def set_language(*, account_id: int, language: str) -> None:
    """The language of the letters to this person."""
    Account.objects.filter(id=account_id).update(language=language)


@transaction.atomic
def suspend(
    *, account_id: int, reason: str, authority: Authority, clinic_id: int | None = None, by: By, at: datetime
) -> None:
    """Spärra: the sessions end at once. `clinic_id` if it is a clinic that suspends.

    Raises: NotPossible.
    """
    account = _step(account_id, "suspend", reason=reason, authority=authority, clinic_id=clinic_id, by=by, at=at)
    end_sessions_of(hsa_id=account.hsa_id, reason="suspended", by=by, at=at)


@transaction.atomic
def reinstate(*, account_id: int, by: By, at: datetime) -> None:
    """The time without use begins anew.

    Raises: NotPossible.
    """
    _step(account_id, "reinstate", reason="", by=by, at=at)
    Account.objects.filter(id=account_id).update(unused_since=at)


@transaction.atomic
def take_over_suspension(*, account_id: int, by: By, at: datetime) -> None:
    """What a clinic has suspended is the office's from now on. The reason stays.

    Raises: NotPossible (no clinic has suspended it, or not any more).
    """
    account = Account.objects.select_for_update().get(id=account_id)
    if account.state != AccountState.SUSPENDED or account.state_authority != Authority.CLINIC:
        raise NotPossible(act="take_over", state=account.state)
    clinic_id = account.state_clinic_id
    account.state_authority, account.state_clinic_id = Authority.OFFICE, None
    account.save(update_fields=["state_authority", "state_clinic_id"])
    record(
        event="account.taken_over",
        by=by,
        at=at,
        about_account_id=account.id,
        about_hsa_id=account.hsa_id,
        clinic_id=clinic_id,
        facts={"reason": account.state_reason},
    )


@transaction.atomic
def end(*, account_id: int, reason: str, by: By, at: datetime) -> None:
    """Avsluta: the HSA-id is free for a new registration, the sessions end at once.

    Raises: NotPossible.
    """
    account = _step(account_id, "end", reason=reason, by=by, at=at)
    end_sessions_of(hsa_id=account.hsa_id, reason="ended", by=by, at=at)


@transaction.atomic
def erase(*, account_ids: Sequence[int], at: datetime) -> tuple[int, ...]:
    """Of these ended accounts the HSA-id is left, and nothing else that tells of a person; answers which they were.

    The row stays under its number, because others' rows and the log name it. The database refuses to do so earlier
    than the shortest time that the office can set, or to an account that lives.
    """
    ended = Account.objects.filter(id__in=account_ids, state=AccountState.ENDED, erased_at=None)
    ids = list(ended.select_for_update(skip_locked=True).values_list("id", flat=True))
    Confirmation.objects.filter(account_id__in=ids).delete()
    Account.objects.filter(id__in=ids).update(
        erased_at=at,
        given_name="",
        surname="",
        organisation="",
        email="",
        state_reason="",
        logged_in_at=None,
        unused_since=None,
        card_issuer="",
        card_environment="",
    )
    return tuple(ids)


@transaction.atomic
def erase_hsa_ids(*, account_ids: Sequence[int], at: datetime) -> tuple[int, ...]:
    """The log names these erased accounts no longer, and neither do their rows; answers which they were.

    The database refuses before five years have passed.
    """
    erased = Account.objects.filter(id__in=account_ids, erased_at__isnull=False, hsa_id_erased_at=None)
    ids = list(erased.select_for_update(skip_locked=True).values_list("id", flat=True))
    Account.objects.filter(id__in=ids).update(hsa_id="", hsa_id_erased_at=at)
    return tuple(ids)


def _step(
    account_id: int,
    act: str,
    *,
    reason: str,
    authority: Authority | None = None,
    clinic_id: int | None = None,
    by: By,
    at: datetime,
) -> Account:
    account = Account.objects.select_for_update().get(id=account_id)
    before = AccountState(account.state)
    account.state = ACCOUNT_LIFE.after(before, act)
    account.state_reason = reason
    account.state_authority, account.state_clinic_id = authority or "", clinic_id
    if account.state == AccountState.ENDED:
        account.ended_at = at
    # Whoever lifts a suspension does not know of an address that somebody asked for before it.
    _give_up_change(account.id, at=at)
    account.save(update_fields=["state", "state_reason", "state_authority", "state_clinic_id", "ended_at"])
    record(
        event=f"account.{act}",
        by=by,
        at=at,
        about_account_id=account.id,
        about_hsa_id=account.hsa_id,
        facts={"before": before.value, "reason": reason},
    )
    return account


def _awaits(account: Account, wanted: Confirmation) -> bool:
    """Whether this confirmation means something to the account as it is now: its first address, or another one."""
    return account.state == (AccountState.CONFIRMED if wanted.replaces else AccountState.REGISTERED)


def _next_letter(account: Account, email: str, *, replaces: str, by: By, at: datetime) -> Confirmation:
    """The confirmation that counts from now on: a new version of the open one if that is about the same address."""
    newest = Confirmation.objects.filter(account=account, confirmed_at=None, replaced_at=None).first()
    expires_at = at + settings.CONFIRMATION_LIFETIME
    if newest is not None and newest.email == email:
        newest.version += 1
        newest.sent_at, newest.expires_at, newest.wrong_codes = at, expires_at, 0
        newest.save()
    else:
        if newest is not None:
            Confirmation.objects.filter(id=newest.id).update(replaced_at=at)
        newest = Confirmation.objects.create(
            account=account, email=email, replaces=replaces, created_at=at, sent_at=at, expires_at=expires_at
        )
    record(
        event="confirmation.asked",
        by=by,
        at=at,
        about_account_id=account.id,
        about_hsa_id=account.hsa_id,
        facts={"version": newest.version},
    )
    return newest


def _give_up_change(account_id: int, *, at: datetime) -> int:
    waiting = Confirmation.objects.filter(account_id=account_id, confirmed_at=None, replaced_at=None)
    return waiting.exclude(replaces="").update(replaced_at=at)


def _to_object_to(confirmation_id: int, *, at: datetime) -> tuple[Confirmation, bool]:
    """The change behind a genuine link, and whether it, or one that took its place, has been made.

    Also a change that another one replaced: whoever is not asked the first time must not be silenced by the second.
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
        event="account.confirm_email",
        by=by,
        at=at,
        about_account_id=account.id,
        about_hsa_id=account.hsa_id,
        facts={"how": how, "version": wanted.version},
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
    record(
        event="account.mail_changed",
        by=by,
        at=at,
        about_account_id=account.id,
        about_hsa_id=account.hsa_id,
        facts=facts,
    )
    return Confirmed(confirmation=(wanted.id, wanted.version), person=account_row(account), instead_of=before)
