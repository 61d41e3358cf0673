"""A circuit breaker: a service that does not answer is left alone for a while, so that asking it costs nothing."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import Final

FAILS: Final = 3
"""So many times in a row, and the service rests."""


class Breaker:
    """Closed: everyone may ask. Open: nobody, until `rests` seconds have passed; then one may, and so on. Safe to share
    between threads."""

    def __init__(self, *, rests: float) -> None:
        self._rests = rests
        self._lock = Lock()
        self._failed = 0
        self._next_try = 0.0

    def may_ask(self) -> bool:
        """Whether this caller may; then `works` or `fails` must be told."""
        with self._lock:
            if self._failed < FAILS:
                return True
            if monotonic() < self._next_try:
                return False
            self._next_try = monotonic() + self._rests
            return True

    def works(self) -> None:
        with self._lock:
            self._failed = 0

    def fails(self) -> bool:
        """Return whether the service rests from now on, and did not before."""
        with self._lock:
            self._failed += 1
            self._next_try = monotonic() + self._rests
            return self._failed == FAILS
