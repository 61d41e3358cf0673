"""Whether the card of a session is still in the reader: a page asks the card door."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from registret.accounts.attempts import LoginMethod, Purpose, label_of
from registret.accounts.models import LoginAttempt
from registret.accounts.refusals import AttemptStale
from registret.kernel.secret import derived, fingerprint, same


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Where a page may ask whether the card is still in: `https://<label>.<card host>/p/<secret>`."""

    label: str
    secret: str


def probe_of(attempt: LoginAttempt | None) -> Probe | None:
    """The probe of the attempt that a session came from, as long as that is kept; None if no card host saw the card."""
    if attempt is None or attempt.way != LoginMethod.CARD:
        return None
    nonce = bytes(attempt.nonce)
    return Probe(label=label_of(nonce, Purpose(attempt.purpose)), secret=_probe_secret(nonce))


class CardSeen(StrEnum):
    SAME = "same"
    NONE = "none"
    OTHER = "other"


def probe(*, label: str, secret: str, fingerprint_now: str | None) -> CardSeen:
    """Whether the certificate shown now (SHA-256 in hex, or None) is the one that the attempt was answered with.

    Raises: AttemptStale (no such probe).
    """
    wanted = LoginAttempt.objects.filter(
        label_digest=fingerprint(label), way=LoginMethod.CARD, redeemed_at__isnull=False
    )
    attempt = wanted.first()
    if attempt is None or not same(secret, _probe_secret(bytes(attempt.nonce))):
        raise AttemptStale()
    if fingerprint_now is None:
        return CardSeen.NONE
    card = (attempt.outcome or {}).get("card") or {}
    return CardSeen.SAME if card.get("fingerprint") == fingerprint_now else CardSeen.OTHER


def _probe_secret(nonce: bytes) -> str:
    return derived(key=settings.LINK_KEY, purpose="probe", parts=(nonce.hex(),)).hex()[:32]
