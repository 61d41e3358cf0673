"""Swedish alphabetical order. A pure rule: PostgreSQL is not everywhere built with the means to know it."""

from __future__ import annotations

import unicodedata

_LAST = {"å": "{0", "ä": "{1", "æ": "{1", "ö": "{2", "ø": "{2"}  # "{" comes after "z"


def swedish_order(text: str) -> tuple[str, str]:
    """A key to sort by: å, ä and ö after z, other accents and case only where nothing else differs."""
    letters = unicodedata.normalize("NFC", text).casefold()
    plain = "".join(_LAST.get(c) or unicodedata.normalize("NFD", c)[0] for c in letters)
    return plain, letters
