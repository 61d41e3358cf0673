"""Letters that are written once, also by two machines at the same moment."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

_ONCE = """
INSERT INTO access_notice (kind, subject, occasion, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (kind, subject, occasion) DO NOTHING
"""


def first(kind: str, subject: int, *, occasion: str = "", at: datetime) -> bool:
    """Whether this notice is new. Waits for whoever is writing the same at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, [kind, subject, occasion, at])
        return bool(cursor.rowcount == 1)
