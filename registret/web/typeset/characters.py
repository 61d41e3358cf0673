"""What people wrote, so that it can be set: PDF/UA refuses a document with a character that no font has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

DRAWN: Final = (
    "\n\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0482"
    "\u048a-\u04ff\u1e00-\u1eff\u2010-\u2027\u202f-\u2040\u2070\u2071\u2074-\u208e\u20a0-\u20bf"
    "\u2100-\u211e\u2190-\u22ff\u25a0-\u25ff\ufb00-\ufb06"
)
"""Latin, Greek and Cyrillic letters, punctuation and signs, as in a pattern. Not marks that combine with a letter in no
font, and no scripts from right to left: Typst 0.15 panics on some lines of both directions."""

_NOT_DRAWN: Final = re.compile(f"[^{DRAWN}]+")
_UNBROKEN: Final = re.compile(r"[^\s-]{13,}")
_HYPHENATED: Final = re.compile(r"\W{0,2}[^\W\d_]{1,30}\W{0,2}")
_PIECE: Final = re.compile(".{1,6}")


def drawable(value: Any) -> Any:
    """Return the value with texts that can be set, also in a narrow column: `[U+1F600]` for what no font has."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {key: drawable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [drawable(one) for one in value]
    return value


def _text(text: str) -> str:
    lines = "\n".join(unicodedata.normalize("NFC", text).splitlines()).replace("\t", " ")
    return _UNBROKEN.sub(_breakable, _NOT_DRAWN.sub(_numbers, lines))


def _numbers(found: re.Match[str]) -> str:
    return f"[{' '.join(f'U+{ord(letter):04X}' for letter in found[0])}]"


def _breakable(found: re.Match[str]) -> str:
    """A word that hyphenation does not break may be broken anywhere: an address, a code, a key held down."""
    return found[0] if _HYPHENATED.fullmatch(found[0]) else "\u200b".join(_PIECE.findall(found[0]))
