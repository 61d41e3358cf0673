"""What the doors do with login attempts: claim one by its label, once, and keep what they found for the site.

There are two doors. At the card door the label is a host name. At that of the identity provider it is OIDC's `state`,
and the door is an address of the site itself: `claim_flow`. From `answer` on nothing differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from psycopg.types.json import Jsonb

from registret.accounts.attempts import LoginMethod, Purpose, flow_of, log_refusal
from registret.accounts.cardfacts import CardFacts
from registret.accounts.models import LoginAttempt
from registret.accounts.refusals import AttemptForeign, AttemptStale
from registret.accounts.visitors import record_refusal
from registret.cards import CardNotPassedOn, MalformedCard, NoCard, UnknownIssuer
from registret.database.prepared import Given, PreparedUpdate
from registret.kernel.by import By
from registret.kernel.refused import Refused
from registret.kernel.secret import fingerprint, new_reference, new_token, same
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.oidc import AuthorizationRequest
from registret.oidc.refusals import AnswerUntrusted, LoginDeclined, ProviderUnavailable

# Refusals that take no card of a pinned CA and no login at the provider. All others are logged however often.
_OF_ANYONE: Final = frozenset(
    no.code
    for no in (
        NoCard,
        CardNotPassedOn,
        UnknownIssuer,
        MalformedCard,
        LoginDeclined,
        AnswerUntrusted,
        ProviderUnavailable,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The door may look at the certificate of this attempt, once."""

    attempt_id: int
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedFlow:
    """What the provider answers to this attempt may be looked at, once."""

    attempt_id: int
    flow: AuthorizationRequest
    begun_at: datetime


def claim(*, label: str, network: str | None, at: datetime) -> Claimed:
    """Burns the label: whatever happens next, nobody can use it again.

    Raises: AttemptStale (unknown, used or too old; logged).
    """
    attempt = _burn(label, LoginMethod.CARD, network=network, at=at)
    return Claimed(attempt_id=attempt.id, purpose=Purpose(attempt.purpose))


def claim_flow(*, state: str, browser: str, network: str | None, at: datetime) -> ClaimedFlow:
    """Burns the state, before anything that came with it is looked at or sent to the provider.

    Raises: AttemptStale (unknown, used or too old), AttemptForeign (another browser's). Both are logged.
    """
    attempt = _burn(state, LoginMethod.IDP, network=network, at=at)
    if not same(bytes(attempt.browser_digest), fingerprint(browser)):
        log_refusal(AttemptForeign(), used_before=False, network=network, at=at)
        raise AttemptForeign()
    return ClaimedFlow(attempt_id=attempt.id, flow=flow_of(bytes(attempt.nonce)), begun_at=attempt.begun_at)


@transaction.atomic
def answer(
    *,
    attempt_id: int,
    way: LoginMethod = LoginMethod.CARD,
    card: CardFacts | None = None,
    refusal: Refused | None = None,
    report: dict[str, Any] | None = None,
    front_said: str | None = None,
    network: str | None,
    at: datetime,
) -> str:
    """Keep what the door found. Return the single-use code (60 s) that fetches it.

    `front_said`, what a front before the door disliked, decides nothing; it is for readers of the log.
    """
    code, reference = new_token(), new_reference()
    by = By(hsa_id=card.hsa_id, name=card.name, network=network) if card else By.nobody(network=network)
    outcome = {
        "card": card.as_json() if card else None,
        "refusal": [refusal.code, refusal.facts] if refusal else None,
        "report": report,
    }
    _ANSWER.get(
        id=attempt_id,
        outcome=Jsonb(outcome),
        reference=reference,
        code=fingerprint(code),
        code_expires_at=at + settings.CODE_LIFETIME,
    )
    facts = {"code": refusal.code} | refusal.facts if refusal else _read(card) if card else {}
    facts |= {"front_said": front_said} if front_said else {}
    _log(way, refusal, facts, by=by, reference=reference, at=at)
    return code


def _log(
    way: LoginMethod, refusal: Refused | None, facts: Mapping[str, Any], *, by: By, reference: str, at: datetime
) -> None:
    if refusal is None:
        record(event=Event(f"{way}.read"), by=by, at=at, reference=reference, facts=facts)
    elif refusal.code in _OF_ANYONE:
        record_refusal(event=Event(f"{way}.refused"), by=by, at=at, reference=reference, facts=facts)
    else:
        record(event=Event(f"{way}.refused"), outcome="refused", by=by, at=at, reference=reference, facts=facts)


_BURN = PreparedUpdate(
    lambda: LoginAttempt.objects.filter(
        label_digest=Given("label"), way=Given("way"), answered_at=None, expires_at__gt=Given("at")
    ),
    is_followed=True,
    answered_at=Given("at"),
)
_ANSWER = PreparedUpdate(
    lambda: LoginAttempt.objects.filter(id=Given("id")),
    outcome=Given("outcome"),
    reference=Given("reference"),
    code_digest=Given("code"),
    code_expires_at=Given("code_expires_at"),
)


def _burn(label: str, way: LoginMethod, *, network: str | None, at: datetime) -> LoginAttempt:
    burnt = _BURN.get(label=fingerprint(label), way=way.value, at=at)
    if burnt is None:
        known = LoginAttempt.objects.filter(label_digest=fingerprint(label), way=way)
        used = known.filter(answered_at__isnull=False).exists()
        log_refusal(AttemptStale(), used_before=used, network=network, at=at)
        raise AttemptStale()
    return burnt


def _read(card: CardFacts) -> dict[str, str]:
    if not card.serial:
        return {"issuer": card.issuer}
    return {"issuer": card.issuer, "serial": card.serial, "not_after": card.not_after.date().isoformat()}
