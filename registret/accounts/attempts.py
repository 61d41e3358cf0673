"""Login attempts: a one-time label, bound to one browser; answered once by a door, redeemed once by the site.

begin → claim (`doors`: burns the label) → answer (`doors`) → proof (burns the code)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.conf import settings

from registret.accounts.cardfacts import CardFacts
from registret.accounts.models import LoginAttempt
from registret.accounts.refusals import AttemptForeign, AttemptStale
from registret.accounts.visitors import is_usual, record_refusal
from registret.cards import CardExpired
from registret.database.prepared import Given, PreparedUpdate, insert
from registret.kernel.by import By
from registret.kernel.refused import Refused
from registret.kernel.secret import derived, fingerprint, is_reference, new_token, same
from registret.ledger.events import Event
from registret.oidc import AuthorizationRequest
from registret.rate_limits.services import Limit, take

ATTEMPTS_PER_BROWSER = Limit(what="attempts_browser", most=60, per=timedelta(minutes=10))
ATTEMPTS_PER_NETWORK = Limit(what="attempts_network", most=600, per=timedelta(minutes=10))
"""For alarm only. A machine that throws its cookies away is not told apart from colleagues behind the same address."""


class Purpose(StrEnum):
    LOGIN = "login"
    CHECK = "check"
    UNLOCK = "unlock"


class LoginMethod(StrEnum):
    """Which door. For the log; a `Proof` does not tell."""

    CARD = "card"
    IDP = "idp"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginGoal:
    """What a person logs in for: the address that a letter asks about, or the page (its path) to show after it."""

    confirmation: tuple[int, int] | None = None
    back_to: str = ""


NO_GOAL: Final = LoginGoal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A card was shown at a door by the browser that began the attempt. Made by `proof`, once an attempt."""

    attempt_id: int
    purpose: Purpose
    card: CardFacts
    confirmation: tuple[int, int] | None
    back_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptAnswer:
    """What waits for the browser on the site: a card, a refusal, or a report of *Kontrollera ditt kort*."""

    attempt_id: int
    purpose: Purpose
    reference: str
    card: CardFacts | None
    refusal: tuple[str, dict[str, Any]] | None
    report: dict[str, Any] | None
    confirmation: tuple[int, int] | None
    back_to: str
    at: datetime


def begin(*, purpose: Purpose, browser: str, goal: LoginGoal = NO_GOAL, network: str | None, at: datetime) -> str:
    """A new attempt of the browser whose cookie holds `browser`. Return the host label. Raises: TooMany."""
    nonce = bytes.fromhex(new_token())
    label = label_of(nonce, purpose)
    _begin(nonce, label, purpose, LoginMethod.CARD, browser=browser, goal=goal, network=network, at=at)
    return label


def begin_flow(*, browser: str, goal: LoginGoal = NO_GOAL, network: str | None, at: datetime) -> AuthorizationRequest:
    """A new attempt to log in through the identity provider; answers its secrets.

    Raises: TooMany.
    """
    nonce = bytes.fromhex(new_token())
    flow = flow_of(nonce)
    _begin(nonce, flow.state, Purpose.LOGIN, LoginMethod.IDP, browser=browser, goal=goal, network=network, at=at)
    return flow


def proof(*, code: str, browser: str, network: str | None, at: datetime) -> Proof | AttemptAnswer:
    """Burns the code. A card read for logging in or unlocking is a `Proof`; all else is an `AttemptAnswer` to show.

    Raises: AttemptStale (unknown, used or too old), AttemptForeign (another browser's), both logged; CardExpired (since
        the door looked at it).
    """
    found = _answer(_redeemed(code, browser, network=network, at=at), at)
    if found.card is None or found.purpose is Purpose.CHECK:
        return found
    if at >= found.card.not_after:
        raise CardExpired(not_after=found.card.not_after, issuer=found.card.issuer)
    if found.back_to:
        # The registry does not keep which page a person wanted.
        LoginAttempt.objects.filter(id=found.attempt_id).update(back_to="")
    return Proof(
        attempt_id=found.attempt_id,
        purpose=found.purpose,
        card=found.card,
        confirmation=found.confirmation,
        back_to=found.back_to,
    )


def redeemed_answer(*, reference: str, browser: str, at: datetime) -> AttemptAnswer:
    """The answer that this browser has redeemed within the last half hour.

    Raises: AttemptStale.
    """
    if not is_reference(reference):
        raise AttemptStale()  # PostgreSQL takes no text with a NUL in it, not even to look for
    attempt = LoginAttempt.objects.filter(
        reference=reference, browser_digest=fingerprint(browser), redeemed_at__gt=at - timedelta(minutes=30)
    ).first()
    if attempt is None or attempt.redeemed_at is None:
        raise AttemptStale()
    return _answer(attempt, attempt.redeemed_at)


def _begin(
    nonce: bytes,
    label: str,
    purpose: Purpose,
    way: LoginMethod,
    *,
    browser: str,
    goal: LoginGoal,
    network: str | None,
    at: datetime,
) -> None:
    confirmation_id, version = goal.confirmation or (None, None)
    take(limit=ATTEMPTS_PER_BROWSER, subject=fingerprint(browser).hex(), at=at)
    is_usual(limit=ATTEMPTS_PER_NETWORK, by=By.nobody(network=network), at=at)
    insert(
        LoginAttempt,
        purpose=purpose,
        way=way,
        nonce=nonce,
        label_digest=fingerprint(label),
        browser_digest=fingerprint(browser),
        confirmation_id=confirmation_id,
        confirmation_version=version,
        back_to=goal.back_to,
        begun_at=at,
        expires_at=at + settings.ATTEMPT_LIFETIME,
    )


_REDEEM = PreparedUpdate(
    lambda: LoginAttempt.objects.filter(code_digest=Given("code"), redeemed_at=None, code_expires_at__gt=Given("at")),
    is_followed=True,
    redeemed_at=Given("at"),
)


def _redeemed(code: str, browser: str, *, network: str | None, at: datetime) -> LoginAttempt:
    """The attempt, its code burnt, also if the code came to another browser.

    Raises: AttemptStale, AttemptForeign.
    """
    attempt = _REDEEM.get(code=fingerprint(code), at=at)
    if attempt is not None and same(bytes(attempt.browser_digest), fingerprint(browser)):
        return attempt
    refusal = AttemptStale() if attempt is None else AttemptForeign()
    known = attempt or LoginAttempt.objects.filter(code_digest=fingerprint(code)).first()
    reference = known.reference if known else None
    used_before = attempt is None and known is not None
    log_refusal(refusal, used_before=used_before, reference=reference, network=network, at=at)
    raise refusal


def _answer(attempt: LoginAttempt, redeemed_at: datetime) -> AttemptAnswer:
    stored = attempt.outcome or {}
    return AttemptAnswer(
        attempt_id=attempt.id,
        purpose=Purpose(attempt.purpose),
        reference=attempt.reference,
        card=CardFacts.from_json(stored["card"]) if stored["card"] else None,
        refusal=tuple(stored["refusal"]) if stored["refusal"] else None,
        report=stored["report"],
        confirmation=_confirmation(attempt),
        back_to=attempt.back_to,
        at=redeemed_at,
    )


def log_refusal(
    refusal: Refused, *, used_before: bool, reference: str | None = None, network: str | None, at: datetime
) -> None:
    facts: dict[str, str | int | bool | None] = {"code": refusal.code, "used_before": used_before}
    by = By.nobody(network=network)
    record_refusal(event=Event.ATTEMPT_REFUSED, by=by, at=at, reference=reference, facts=facts)


def _confirmation(attempt: LoginAttempt) -> tuple[int, int] | None:
    if attempt.confirmation_id is None or attempt.confirmation_version is None:
        return None
    return attempt.confirmation_id, attempt.confirmation_version


def label_of(nonce: bytes, purpose: Purpose) -> str:
    label = derived(key=settings.LINK_KEY, purpose="label", parts=(nonce.hex(),)).hex()[:32]
    # At the hosts of *Kontrollera ditt kort* the door names no issuers, so that any certificate can be shown.
    return f"p-{label}" if purpose is Purpose.CHECK else label


def flow_of(nonce: bytes) -> AuthorizationRequest:
    state, in_token, verifier = (
        derived(key=settings.LINK_KEY, purpose=purpose, parts=(nonce.hex(),)).hex()
        for purpose in ("oidc-state", "oidc-nonce", "oidc-verifier")
    )
    return AuthorizationRequest(state=state, nonce=in_token, verifier=verifier)
