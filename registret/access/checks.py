"""What acts of this room ask first: of the card, of who acts, of the account, and how many letters it may cost."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from registret.access.actor import Actor
from registret.access.refusals import (
    AccountEnded,
    AccountSuspended,
    CardTooOld,
    NotFound,
    OwnApplication,
    PrincipalsMissing,
)
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import AccountRow, account
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.kernel.networks import network_subject
from registret.limits.services import Limit, take

LETTERS_PER_ACCOUNT = Limit(what="letters_account", most=5, per=timedelta(hours=1))
LETTERS_PER_ADDRESS = Limit(what="letters_address", most=5, per=timedelta(hours=1))
LETTERS_PER_NETWORK = Limit(what="letters_network", most=100, per=timedelta(hours=1))


def check_card_age(actor: Actor, *, at: datetime) -> None:
    """For acts of this room on other people's rights.

    Raises: CardTooOld.
    """
    check_card_read(actor.card_read_at, at=at)


def check_card_read(card_read_at: datetime, *, at: datetime) -> None:
    """For acts that whoever finds a computer left alone must not do.

    Raises: CardTooOld.
    """
    if at - card_read_at > settings.ATTESTING_NEEDS_CARD_WITHIN:
        raise CardTooOld(minutes=settings.ATTESTING_NEEDS_CARD_WITHIN // timedelta(minutes=1))


def check_actor(applicant_id: int, *, actor: Actor, at: datetime) -> None:
    """For acts of this room on other people's applications.

    Raises: OwnApplication, CardTooOld.
    """
    if applicant_id == actor.account_id:
        raise OwnApplication()
    check_card_age(actor, at=at)


def check_in_force(person: AccountRow) -> None:
    """For acts of this room on one's own account.

    Raises: AccountSuspended, AccountEnded.
    """
    if person.state is AccountState.SUSPENDED:
        raise AccountSuspended()
    if person.state is AccountState.ENDED:
        raise AccountEnded()


def two_names(decided_by: tuple[str, str]) -> str:
    """For acts of the command line: the two people who have decided, as the log shows them.

    Raises: PrincipalsMissing.
    """
    names = [" ".join(name.split()) for name in decided_by]
    if not all(names) or names[0].casefold() == names[1].casefold():
        raise PrincipalsMissing()
    return ", ".join(names)


def limit_letters(*, subject: str, email: EmailAddress, by: By, at: datetime) -> None:
    """For acts of this room that send a letter to an address that somebody wrote. Call it outside a transaction.

    Raises: TooMany.
    """
    # One person's own limit first: a hospital sits behind one address, and nobody uses up its share alone.
    take(limit=LETTERS_PER_ACCOUNT, subject=subject, at=at)
    take(limit=LETTERS_PER_ADDRESS, subject=email.text, at=at)
    take(limit=LETTERS_PER_NETWORK, subject=network_subject(by.network), at=at)


def existing_account(account_id: int) -> AccountRow:
    """Raises: NotFound."""
    person = account(account_id=account_id)
    if person is None:
        raise NotFound()
    return person
