"""Acts on accounts: a login noted, suspended, ended, erased. They post no letters: `access` does, one floor up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from registret.accounts.address_changes import give_up_change
from registret.accounts.cardfacts import CardFacts
from registret.accounts.lifecycle import ACCOUNT_LIFE, AccountState, Authority
from registret.accounts.models import Account, Confirmation
from registret.accounts.sessions import end_sessions_of
from registret.database.prepared import Given, PreparedUpdate
from registret.kernel.by import By
from registret.kernel.life import NotPossible
from registret.ledger.events import Event
from registret.ledger.services import record

_LOGIN = PreparedUpdate(
    lambda: Account.objects.filter(id=Given("id")),
    logged_in_at=Given("at"),
    unused_since=Given("at"),
    given_name=Given("given_name"),
    surname=Given("surname"),
    organisation=Given("organisation"),
)


def note_login(*, account_id: int, card: CardFacts, at: datetime) -> None:
    """A login: a renewed card may bring a new name, organisation or issuer, and needs no other ceremony."""
    names = {"given_name": card.given_name, "surname": card.surname, "organisation": card.organisation}
    account = _LOGIN.get(id=account_id, at=at, **names)
    if account is not None and account.card_issuer != card.card_issuer:
        note_card(account_id=account_id, card=card)


def note_card(*, account_id: int, card: CardFacts) -> None:
    """Remembers who issued the card."""
    Account.objects.filter(id=account_id).update(**_issuer(card))


@transaction.atomic
def accept_next_card(*, account_id: int, decided_by: str, by: By, at: datetime) -> None:
    """Let the account take its next card as if it were the first: two have checked that it is the same person."""
    account = Account.objects.select_for_update().get(id=account_id)
    facts = {"decided_by": decided_by, "issuer_before": account.card_issuer}
    Account.objects.filter(id=account_id).update(card_issuer="", card_environment="")
    record(event=Event.ACCOUNT_CARD_ACCEPTED, by=by, at=at, about=account, facts=facts)


def note_grant(*, account_id: int, at: datetime) -> None:
    """A grant was given: for a person who has never logged in, the time without use begins here."""
    Account.objects.filter(id=account_id, logged_in_at=None).update(unused_since=at)


def note_use(*, account_id: int, at: datetime) -> None:
    """A system has shown its key: for it that is a login."""
    Account.objects.filter(id=account_id).update(logged_in_at=at, unused_since=at)


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
        event=Event.ACCOUNT_TAKEN_OVER,
        by=by,
        at=at,
        about=account,
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
    # A change of address that was asked for before is given up: the person who lifts the suspension does not see it.
    give_up_change(account.id, at=at)
    account.save(update_fields=["state", "state_reason", "state_authority", "state_clinic_id", "ended_at"])
    record(event=Event(f"account.{act}"), by=by, at=at, about=account, facts={"before": before.value, "reason": reason})
    return account


def _issuer(card: CardFacts) -> dict[str, str | Case]:
    """What only an identity provider saw counts until a card was seen."""
    seen = {"card_issuer": card.card_issuer, "card_environment": card.card_environment}
    if card.card_environment:
        return {**seen}
    return {name: Case(When(card_issuer="", then=Value(value)), default=F(name)) for name, value in seen.items()}
