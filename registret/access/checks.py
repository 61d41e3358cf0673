"""What acts of this room ask first: of the card, of who acts, of the account, and how many letters it may cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings

from registret.access.actor import Actor
from registret.access.refusals import (
    AccountEnded,
    AccountSuspended,
    CardTooOld,
    ClinicClosed,
    NotFound,
    OwnApplication,
    PrincipalsMissing,
)
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import AccountRow, account
from registret.accounts.visitors import is_usual
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.places.queries import ClinicRow, clinic
from registret.rate_limits.services import Limit, TooMany, take

T = TypeVar("T")

LETTERS_PER_ACCOUNT = Limit(what="letters_account", most=5, per=timedelta(hours=1))
LETTERS_PER_ADDRESS = Limit(what="letters_address", most=5, per=timedelta(hours=1))
LETTERS_OF_ONE_TO_ADDRESS = Limit(what="letters_pair", most=10, per=timedelta(days=1))
LETTERS_IN_ANY_CASE = Limit(what="letters_in_any_case", most=2, per=timedelta(days=1))
"""So many letters each card may have sent to an address after others have used up its letters of the hour."""
LETTERS_PER_NETWORK = Limit(what="letters_network", most=100, per=timedelta(hours=1))
"""For alarm only, as is the next."""
CODES_PER_NETWORK = Limit(what="codes_network", most=100, per=timedelta(hours=1))
CODES_PER_ACCOUNT = Limit(what="codes_account", most=40, per=timedelta(hours=1))

LETTERS_FROM_ONE_TO_ANOTHER = Limit(what="letters_from_one_to_another", most=10, per=timedelta(hours=1))
LETTERS_FROM_ONE = Limit(what="letters_from_one", most=300, per=timedelta(hours=1))


def check_card_age(actor: Actor, *, at: datetime) -> None:
    """For acts of this room on other people's rights.

    Raises: CardTooOld.
    """
    check_card_read(actor.card_read_at, at=at)


def check_card_read(card_read_at: datetime, *, at: datetime) -> None:
    """For acts that a passer-by at an unattended computer must not be able to do.

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
    """For acts of this room that send a letter to an address that a person wrote. Call it outside a transaction.

    `subject` is whose card it is. The owner of an address gets letters also after others have had all of the hour sent
    to it.

    Raises: TooMany.
    """
    take(limit=LETTERS_PER_ACCOUNT, subject=subject, at=at)
    limit_address(subject=subject, email=email, by=by, at=at)


def limit_address(*, subject: str, email: EmailAddress, by: By, at: datetime) -> None:
    """The part of `limit_letters` that is about the address.

    Raises: TooMany.
    """
    sender = by.hsa_id.key if by.hsa_id else subject
    pair = f"{sender} {email.text}"
    take(limit=LETTERS_OF_ONE_TO_ADDRESS, subject=pair, at=at)
    try:
        take(limit=LETTERS_PER_ADDRESS, subject=email.text, at=at)
    except TooMany:
        take(limit=LETTERS_IN_ANY_CASE, subject=pair, at=at)
    is_usual(limit=LETTERS_PER_NETWORK, by=by, at=at)


def limit_letter_to(account_id: int, *, by: By, at: datetime) -> None:
    """For acts of this room that write to somebody and can be done again and again: asking and answering, proposing and
    taking back. What ends a right or an account is never held up by it.

    Within the act's own transaction: an act that is refused sends no letter and counts as none.

    Raises: TooMany.
    """
    if by.hsa_id is None:
        return
    sender = by.hsa_id.key
    take(limit=LETTERS_FROM_ONE, subject=sender, at=at)
    take(limit=LETTERS_FROM_ONE_TO_ANOTHER, subject=f"{sender} {account_id}", at=at)


def count_wrong_code(*, account_id: int, by: By, at: datetime) -> None:
    """After a wrong code. A right one is never held up, however many were wrong before it.

    Raises: TooMany.
    """
    is_usual(limit=CODES_PER_NETWORK, by=by, at=at)
    take(limit=CODES_PER_ACCOUNT, subject=str(account_id), at=at)


def existing(row: T | None) -> T:
    """Raises: NotFound: there is no such row, or the actor may not see it."""
    if row is None:
        raise NotFound()
    return row


def open_clinic(clinic_id: int) -> ClinicRow:
    """Raises: ClinicClosed: it is closed, maybe between the form and its sending, or never was."""
    place = clinic(clinic_id)
    if place is None or not place.is_open:
        raise ClinicClosed()
    return place


def existing_account(account_id: int) -> AccountRow:
    """Raises: NotFound."""
    return existing(account(account_id=account_id))
