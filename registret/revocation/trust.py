"""What the door believes: the pinned issuing CAs, read once a process, and what is known of what they have revoked."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from registret.cards import Trust
from registret.revocation.sources import Sources


@cache
def trust() -> Trust:
    """Raises: TrustBroken."""
    return Trust.load(settings.TRUST_DIR, accept_test=settings.ACCEPT_TEST_CARDS)


@cache
def revocation() -> Sources:
    """Raises: TrustBroken."""
    return Sources(trust())
