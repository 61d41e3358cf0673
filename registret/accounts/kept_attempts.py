"""What is kept of login attempts, for how long, and who may read it: the person whose card was shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from registret.accounts.models import LoginAttempt
from registret.kernel.identifiers import HsaId

KEPT = timedelta(hours=12)
KEPT_UNANSWERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """A login attempt in which a card was read, without its secrets. `outcome`: the card, and why it was refused."""

    purpose: str
    way: str
    back_to: str
    outcome: dict[str, Any]
    begun_at: datetime
    answered_at: datetime | None
    redeemed_at: datetime | None
    reference: str


def attempts_of(*, hsa_id: HsaId, at: datetime) -> tuple[AttemptRow, ...]:
    """What is kept of this person's login attempts, oldest first."""
    kept = LoginAttempt.objects.filter(begun_at__gte=at - KEPT, outcome__card__hsa_id__iexact=hsa_id.text).order_by(
        "id"
    )
    names = list(AttemptRow.__slots__)
    return tuple(AttemptRow(**row) for row in kept.values(*names))


def forget_old(*, at: datetime) -> int:
    """Remove attempts that no session can need any more, and sooner those that no card was shown for."""
    unanswered = Q(answered_at=None, begun_at__lt=at - KEPT_UNANSWERED)
    return LoginAttempt.objects.filter(Q(begun_at__lt=at - KEPT) | unanswered).delete()[0]
