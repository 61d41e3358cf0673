"""How names are looked for: without regard to case, accents and hyphens, å ä ö being letters of their own. Pure.

The same in Python, for what a user types, and in SQL, for what is kept (`accounts.name_keys.folded_in_sql`):
whatever the database's locale, and whatever it was built with.
"""

from __future__ import annotations

import unicodedata

LONGEST = 100
"""So many characters of a name are looked at: an index entry has a largest size."""

LAST = {"å": "{0", "ä": "{1", "ö": "{2"}
"""As in `places.swedish`: "{" comes after "z"."""

_OWN = {"å": "å", "ä": "ä", "ö": "ö", "æ": "ä", "ø": "ö", "đ": "d", "ð": "d", "ł": "l", "ß": "s", "ı": "i", "œ": "o"}


def _plain(letter: str) -> str:
    small = letter.lower()
    return _OWN.get(small[0]) or unicodedata.normalize("NFD", small)[0]


_LATIN = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_FOLDED = {
    letter: _plain(letter)
    for letter in _LATIN
    if _plain(letter) != letter and _plain(letter) in "abcdefghijklmnopqrstuvwxyzåäö"
}
FROM = "".join(_FOLDED) + "-"
TO = "".join(_FOLDED.values()) + " "

_TABLE = str.maketrans(FROM, TO) | {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def folded(text: str) -> str:
    """`Lars-Göran Östlund` becomes `lars g{2ran {2stlund`: what names are found and ordered by."""
    found = unicodedata.normalize("NFC", text).translate(_TABLE)
    for letter, key in LAST.items():
        found = found.replace(letter, key)
    return found[:LONGEST]
