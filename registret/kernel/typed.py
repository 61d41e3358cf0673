"""What people type, as far as a database can keep it."""

from __future__ import annotations


def typed(text: str) -> str:
    """Without NUL, the one character that PostgreSQL keeps in no text, and nobody sees: pasted text may have it."""
    return text.replace("\0", "")
