"""Upkeep of the log: its seals, its partitions, and the reviews of it."""

from __future__ import annotations

import logging

from django.utils import timezone

from registret.kernel.by import By
from registret.ledger.months import add_months
from registret.ledger.sealing import checkpoint, seal_settled
from registret.oversight.services import draw_monthly, last_month

_log = logging.getLogger(__name__)


def seal_log() -> int:
    """Seal the settled entries of the log; return how many.

    If any were, the newest seal is written to the program's messages. Kept elsewhere, it is a checkpoint.
    """
    sealed = seal_settled(at=timezone.now)
    newest = checkpoint()
    if sealed and newest is not None:
        _log.info("the log is sealed: %s", newest)
    return sealed


def add_log_months() -> tuple[str, ...]:
    """Create the log's partitions for the coming months; return the new ones."""
    return add_months(at=timezone.now())


def draw_reviews() -> tuple[int, ...]:
    """Draw last month's log reviews, a sample for each clinic, once; return the ids of the new ones."""
    at = timezone.now()
    return draw_monthly(span=last_month(at), by=By.of_program("clock"), at=at)
