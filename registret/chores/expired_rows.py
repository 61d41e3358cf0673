"""Deletes rows that count for a short time only."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from registret.access.systems import assertions
from registret.accounts import kept_attempts, sessions
from registret.exchange import kept_files
from registret.exchange.importing import deliveries
from registret.rate_limits import services as limits
from registret.records.identity import protected
from registret.revocation import online


def forget_old(*, dry_run: bool = False) -> dict[str, int]:
    """Delete counts of rate limits, login attempts, sessions, OCSP answers, reasons for opening protected identities,
    what systems have signed, the keys of the files that they sent, and kept files whose time is over.

    `dry_run` rolls all of it back. Return how many of each."""
    if dry_run:
        with transaction.atomic():
            forgotten = forget_old()
            transaction.set_rollback(True)
        return forgotten
    at = timezone.now()
    return {
        "counts": limits.forget_old(at=at),
        "attempts": kept_attempts.forget_old(at=at),
        "sessions": sessions.forget_old(at=at),
        "answers": online.forget_old(at=at),
        "reasons": protected.forget_old(at=at),
        "assertions": assertions.forget_old(at=at),
        "deliveries": deliveries.forget_old(at=at),
        "files": kept_files.destroy_ended(at=at),
    }
