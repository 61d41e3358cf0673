"""How long the card that was read still allows attesting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from registret.access.actor import Actor

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTime:
    """Whole minutes since the card was read, and minutes left (0: it must be shown again)."""

    ago: int
    left: int

    @classmethod
    def of(cls, actor: Actor, *, at: datetime) -> CardTime:
        return cls.since(actor.card_read_at, at=at)

    @classmethod
    def since(cls, card_read_at: datetime, *, at: datetime) -> CardTime:
        since = at - card_read_at
        left = settings.ATTESTING_NEEDS_CARD_WITHIN - since
        # A minute that has begun counts as left: nobody is turned away by a rounding.
        return cls(ago=since // _MINUTE, left=max(0, -(-left // _MINUTE)))
