"""What people type and paste, as far as a database can keep it."""

from __future__ import annotations

from typing import Final

# Comes along when text is copied out of a document or a web page: zero-width characters, marks of writing direction,
# the soft hyphen, the byte order mark.
_INVISIBLE: Final = str.maketrans(
    "", "", "\0\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def typed(text: str) -> str:
    """Without NUL, the one character that PostgreSQL keeps in no text, and nobody sees: pasted text may have it."""
    return text.replace("\0", "")


def visible(text: str) -> str:
    """Without what nobody sees and no number or date means."""
    return text.translate(_INVISIBLE)
