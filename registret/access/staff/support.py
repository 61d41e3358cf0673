"""Support: any account found, and what became of it, for people who call. No rights change, no patients are seen."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.core.signing import BadSignature, Signer

from registret.access.actor import Actor, Assignment
from registret.access.applications.confirming import resend_confirmation
from registret.access.queries.applications import ApplicationRow, newest_application
from registret.access.queries.logins import standing_of
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import AccountRow, ConfirmationRow, account, living_account, newest_confirmation
from registret.accounts.search import FoundPage, find_accounts
from registret.kernel.identifiers import HsaId
from registret.kernel.refused import Refused
from registret.ledger.events import Event
from registret.ledger.queries import EntryPage, newest_by, timeline
from registret.ledger.services import record
from registret.mail.queries import LetterRow, letters_about

LETTERS = 25
"""So many letters are shown, the newest."""

LIFE: Final = frozenset(
    {
        *(
            Event.ACCOUNT_REGISTERED,
            Event.ACCOUNT_IMPORTED,
            Event.ACCOUNT_LINKED,
            Event.ACCOUNT_NEW_ISSUER,
            Event.ACCOUNT_CARD_ACCEPTED,
        ),
        *(
            Event.ACCOUNT_CONFIRM_EMAIL,
            Event.ACCOUNT_MAIL_CHANGED,
            Event.ACCOUNT_MAIL_KEPT,
            Event.ACCOUNT_MAIL_OBJECTED,
        ),
        *(
            Event.ACCOUNT_SUSPEND,
            Event.ACCOUNT_SUSPENSION_DECIDED,
            Event.ACCOUNT_TAKEN_OVER,
            Event.ACCOUNT_REINSTATE,
            Event.ACCOUNT_END,
        ),
        *(Event.CONFIRMATION_ASKED, Event.CONFIRMATION_CODE_REFUSED, Event.LETTER_GIVEN_UP),
        *(Event.CLAIM_MADE, Event.CLAIM_PROVEN, Event.CLAIM_CODE_REFUSED),
        *(
            Event.APPLICATION_MADE,
            Event.APPLICATION_ATTEST,
            Event.APPLICATION_DECLINE,
            Event.APPLICATION_WITHDRAW,
            Event.APPLICATION_LAPSE,
        ),
        *(Event.APPLICATION_ASKED, Event.APPLICATION_ANSWERED, Event.APPLICATION_REMINDED, Event.APPLICATION_ESCALATED),
        *(Event.SUBSTITUTE_PROPOSED, Event.SUBSTITUTE_CONFIRM, Event.SUBSTITUTE_DECLINE, Event.SUBSTITUTE_WITHDRAW),
        *(
            Event.GRANT_APPOINTED,
            Event.GRANT_DISMISSED,
            Event.GRANT_CHANGED,
            Event.GRANT_REVOKED,
            Event.GRANT_RECERTIFIED,
        ),
        *(Event.LOGIN_DONE, Event.LOGIN_REFUSED, Event.ATTEMPT_REFUSED, Event.CARD_REFUSED, Event.IDP_REFUSED),
        *(Event.REQUEST_REFUSED, Event.REQUEST_FAILED),
    }
)
"""What an account's life is made of: how it came to be and ended, its mail, applications and rights, logging in, and
what was refused or failed with a reference that is read out on the telephone. Work done with it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRead:
    """A card that was read, as the log knows it. Of one that an identity provider saw, `not_after` is not known."""

    at: datetime
    issuer: str
    not_after: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """An account as the support sees it. `missing` is what a login lacks right now (None: comes in). `living_id` is
    the account that counts under the HSA-id, if this one has ended."""

    account: AccountRow
    missing: Refused | None
    living_id: int | None
    seats: tuple[Assignment, ...]
    application: ApplicationRow | None
    confirmation: ConfirmationRow | None
    letters: tuple[LetterRow, ...]
    card: CardRead | None
    log: EntryPage

    @property
    def resendable(self) -> bool:
        return self.account.state is AccountState.REGISTERED


def find(*, words: str, after: str | None = None, actor: Actor, at: datetime) -> FoundPage:
    """Any account: see `find_accounts`. The look, and what was looked for, is logged. `after` is a mark out of a
    page of this very search that this person was shown; any other is none, and begins a search.

    Raises: NotPermitted.
    """
    actor.require(Permission.HELP)
    marks = Signer(salt=f"support.find:{actor.account_id}:{words.strip()}")
    mark: str | None = None
    with suppress(BadSignature):
        mark = marks.unsign(after or "")
    page = find_accounts(words=words, after=mark)
    if words.strip() and mark is None:
        facts: dict[str, str | int | bool | None] = {"words": words.strip()[:100], "rows": len(page.rows)}
        record(event=Event.PEOPLE_SEARCHED, by=actor.by, at=at, facts=facts)
    return replace(page, after=marks.sign(page.after)) if page.after else page


def helped(
    *, account_id: int, everything: bool = False, before: int | None = None, actor: Actor, at: datetime
) -> Helped:
    """One account. Every look is an entry in the log, which the person sees in their own. `before` pages the timeline:
    the account's life, or `everything` about it.

    Raises: NotPermitted, NotFound.
    """
    person = _person(account_id, actor=actor)
    record(event=Event.ACCOUNT_SEEN, by=actor.by, at=at, about=person)
    ended = person.state is AccountState.ENDED
    living = living_account(hsa_id=person.hsa_id) if ended else person
    standing = standing_of(hsa_id=person.hsa_id, at=at)
    return Helped(
        account=person,
        missing=standing.missing,
        living_id=living.id if living else None,
        seats=() if ended else standing.seats,
        application=newest_application(account_id=person.id),
        confirmation=newest_confirmation(account_id=person.id),
        letters=letters_about(person.id, size=LETTERS, known=[person.email.text]),
        card=_card(person.hsa_id),
        log=timeline(
            account_id=person.id,
            hsa_id=person.hsa_id,
            asked_by=actor.account_id,
            only=None if everything else LIFE,
            before=before,
        ),
    )


def resend(*, account_id: int, actor: Actor, at: datetime) -> None:
    """The letter that confirms the address, once more to the same address. The person's own limits hold; it never
    confirms.

    Raises: NotPermitted, NotFound, ConfirmationDone, TooMany.
    """
    person = _person(account_id, actor=actor)
    resend_confirmation(account_id=person.id, by=actor.by, at=at)


def _person(account_id: int, *, actor: Actor) -> AccountRow:
    actor.require(Permission.HELP)
    found = account(account_id=account_id)
    # Under no HSA-id there is nobody to help, and the log of nobody is everybody's.
    if found is None or not found.hsa_id:
        raise NotFound()
    return found


def _card(hsa_id: HsaId) -> CardRead | None:
    read = newest_by(hsa_id=hsa_id, events=(Event.CARD_READ, Event.IDP_READ))
    if read is None:
        return None
    until = read.facts.get("not_after")
    return CardRead(
        at=read.at,
        issuer=str(read.facts.get("issuer", "")),
        not_after=date.fromisoformat(until) if isinstance(until, str) else None,
    )
