"""Why a server cannot start."""

from __future__ import annotations


class NotReady(Exception):
    """A server cannot start. `str()` is one line that says what is missing and what to do."""
