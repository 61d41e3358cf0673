"""What requests of record systems have in common."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest

from registret.exchange.refusals import IdempotencyKeyMissing

_KEY: Final = re.compile(r'"?([A-Za-z0-9_-]{16,128})"?')
_IDS: Final = range(2**63)


def idempotency_key(request: HttpRequest) -> str:
    """Raises: IdempotencyKeyMissing."""
    key = _KEY.fullmatch(request.headers.get("Idempotency-Key", ""))
    if key is None:
        raise IdempotencyKeyMissing()
    return key[1]


def possible(number: int) -> int:
    """Nothing has a greater number than the database can hold."""
    return number if number in _IDS else 0
