"""A circuit breaker: while the database is known to be gone, one request in a while tries it, and all others are told
at once. Else each would hold a thread while it waits, and pages that need no database would wait behind them.
"""

from __future__ import annotations

import logging
from threading import Lock
from time import monotonic
from typing import Final

_log = logging.getLogger(__name__)

TRY_EVERY: Final = 0.5
"""Seconds between two tries while it is gone."""


class Breaker:
    """Closed: everyone may try. Open: one may, every `TRY_EVERY` seconds. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._gone_since: float | None = None
        self._next_try = 0.0

    def may_try(self) -> bool:
        """Whether this caller may ask for a connection; then `works` or `fails` must be told."""
        with self._lock:
            if self._gone_since is None:
                return True
            now = monotonic()
            if now < self._next_try:
                return False
            self._next_try = now + TRY_EVERY
            return True

    def works(self) -> None:
        """A connection was made."""
        with self._lock:
            since, self._gone_since = self._gone_since, None
        if since is not None:
            _log.warning("the database answers again, after %.0f s", monotonic() - since)

    def fails(self, why: str) -> None:
        """None could be made."""
        with self._lock:
            was_known, self._next_try = self._gone_since is not None, monotonic() + TRY_EVERY
            if self._gone_since is None:
                self._gone_since = monotonic()
        if not was_known:
            _log.error("the database does not answer: %s", why)
