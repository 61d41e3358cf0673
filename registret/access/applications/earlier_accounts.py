"""A person with a new HSA-id claims an earlier account, and proves it by the mail address of that account.

Nothing that is answered here tells whether there is such an account. What comes of it is decided when the new
application is attested (`attesting.attest`): the old account ends and the two are linked; no right is handed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from registret.access.applications.attesting import may_be_ended_by_claim
from registret.access.checks import check_in_force, count_wrong_code, existing_account, limit_address
from registret.access.models import Claim
from registret.access.notices import post_to
from registret.access.queries.applications import ApplicationRow
from registret.access.refusals import NotFound
from registret.accounts.lifecycle import AccountState
from registret.accounts.locks import lock_account
from registret.accounts.queries import account, account_behind, accounts_with_the_same_hsa_id
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.mail.links import claim_code_fits
from registret.rate_limits.services import Limit, take

CLAIMS_PER_ACCOUNT = Limit(what="claims_account", most=5, per=timedelta(days=1))
# Each of them may be a letter to another person.


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnClaim:
    """As the one who claims sees it: the same whether or not there is such an account, until it is proven."""

    email: EmailAddress
    sent_at: datetime
    expires_at: datetime
    proven: bool
    burnt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """As the one who attests sees it, once it is proven. `may_end`: attesting ends the old account."""

    id: int
    old_hsa_id: HsaId
    old_name: str
    old_state: AccountState
    proven_at: datetime
    same_name: bool
    may_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """The other account of the same person. `earlier`: it is the one that ended. `hsa_id` is empty once erased."""

    account_id: int
    hsa_id: HsaId
    earlier: bool
    linked_at: datetime


def claim(*, account_id: int, email: EmailAddress, by: By, at: datetime) -> None:
    """ "Jag har haft ett konto under ett annat HSA-id": a code goes to `email` if that is the confirmed address of an
    account. Earlier codes stop counting. What is proven already stays.

    Raises: NotFound, AccountSuspended, AccountEnded, TooMany.
    """
    person = existing_account(account_id)
    take(limit=CLAIMS_PER_ACCOUNT, subject=person.hsa_id.key, at=at)
    limit_address(subject=person.hsa_id.key, email=email, by=by, at=at)
    with transaction.atomic():
        held = lock_account(account_id=account_id) or person
        check_in_force(held)
        found = Claim.objects.select_for_update().filter(account_id=account_id, settled_at=None).first()
        if found is not None and found.proven_at is not None:
            return
        old = account_behind(email=email, not_hsa_id=held.hsa_id)
        found = found or Claim(account_id=account_id, version=0)
        found.email, found.old_account_id = email.text, old.id if old else None
        found.renew(at=at)
        found.save()
        record(event=Event.CLAIM_MADE, by=by, at=at, about=held, facts={"domain": email.domain})
        if old is not None:
            told: dict[str, str | date] = {"name": old.given_name, "valid_until": found.expires_at}
            post_to(old, kind="claim", context=told, confirmation=(found.id, found.version), at=at)


def prove(*, account_id: int, code: str, by: By, at: datetime) -> None:
    """The code of the newest letter, typed by the holder of the new card. Proven once is proven.

    Raises: CodeWrong, CodeBurnt (both counted first), ConfirmationExpired, NotFound (nothing is claimed), TooMany.
    """
    with transaction.atomic():
        held = lock_account(account_id=account_id)
        found = Claim.objects.select_for_update().filter(account_id=account_id, settled_at=None).first()
        if held is None or found is None:
            raise NotFound()
        if found.proven_at is not None:
            return
        refusal = found.guess(is_right=_is_right(found, code), at=at)
        if refusal is None:
            Claim.objects.filter(id=found.id).update(proven_at=at)
            record(event=Event.CLAIM_PROVEN, by=by, at=at, about=held)
            return
        facts = {"left": found.guesses_left}
        record(event=Event.CLAIM_CODE_REFUSED, outcome="refused", by=by, at=at, about=held, facts=facts)
    count_wrong_code(account_id=account_id, by=by, at=at)
    raise refusal


def own_claim(*, account_id: int) -> OwnClaim | None:
    """What the holder of this account has claimed, and is not decided about."""
    found = Claim.objects.filter(account_id=account_id, settled_at=None).first()
    if found is None:
        return None
    return OwnClaim(
        email=EmailAddress(found.email),
        sent_at=found.sent_at,
        expires_at=found.expires_at,
        proven=found.proven_at is not None,
        burnt=found.is_burnt,
    )


def claim_of(*, wanted: ApplicationRow, at: datetime) -> ClaimRow | None:
    """What the applicant has proven about an earlier account, for those who may see the application. Claims that
    are not proven are not shown."""
    found = Claim.objects.filter(account_id=wanted.account_id, settled_at=None, proven_at__isnull=False).first()
    old = account(account_id=found.old_account_id) if found and found.old_account_id else None
    if found is None or found.proven_at is None or old is None:
        return None
    return ClaimRow(
        id=found.id,
        old_hsa_id=old.hsa_id,
        old_name=old.name,
        old_state=old.state,
        proven_at=found.proven_at,
        same_name=old.name.casefold() == wanted.name.casefold(),
        may_end=may_be_ended_by_claim(old, at=at),
    )


def links_of(*, account_id: int) -> tuple[AccountLink, ...]:
    """The other accounts of the same person, the newest first."""
    either = Q(account_id=account_id) | Q(old_account_id=account_id)
    found = Claim.objects.filter(either, settled_at__isnull=False).select_related("account", "old_account")
    links = []
    for one in found.order_by("-settled_at"):
        earlier = one.account_id == account_id
        other = one.old_account if earlier else one.account
        if other is not None and one.settled_at is not None:
            links.append(
                AccountLink(account_id=other.id, hsa_id=other.hsa_id, earlier=earlier, linked_at=one.settled_at)
            )
    return tuple(links)


def all_accounts_of(account_ids: Iterable[int]) -> frozenset[int]:
    """These accounts and all others of the same people, under the same HSA-id or one that they are linked to."""
    known: frozenset[int] = frozenset()
    more = frozenset(account_ids)
    while more - known:
        known |= more
        found = accounts_with_the_same_hsa_id(account_ids=known)
        either = Q(account_id__in=found) | Q(old_account_id__in=found)
        links = Claim.objects.filter(either, settled_at__isnull=False).values_list("account_id", "old_account_id")
        more = found.union(*links)
    return known


def _is_right(found: Claim, code: str) -> bool:
    old = account(account_id=found.old_account_id) if found.old_account_id else None
    lives = old is not None and old.state in {AccountState.CONFIRMED, AccountState.SUSPENDED}
    # Looked at in any case: how long the answer takes says nothing.
    fits = claim_code_fits(code, id=found.id, version=found.version)
    return fits and lives and old is not None and old.email.text == found.email
