"""Whether the card that is shown can be the card of whom the account knows. Pure.

An HSA-id is one person's, no matter who issued the card, so that a renewed card needs no ceremony. Should two CAs
give it to two people, the second one must not get in as the first.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol


class Holder(Protocol):
    """Names and issuer, as an account keeps them or a card shows them."""

    @property
    def given_name(self) -> str: ...

    @property
    def surname(self) -> str: ...

    @property
    def card_issuer(self) -> str: ...

    @property
    def card_environment(self) -> str: ...


def same_person(known: Holder, shown: Holder) -> bool:
    """A CA vouches for its own: within one, names may change. A card of another CA must have a name in common.

    Between real cards, and with an identity provider, one given name is enough (people marry, and cards have all
    given names or the one that is used); if one of the two has no given name, one surname. Between a real card and a
    test card all names must be the same. An account that has seen no card yet takes its first one.
    """
    if not known.card_issuer or known.card_issuer == shown.card_issuer:
        return True
    if known.card_environment and shown.card_environment and known.card_environment != shown.card_environment:
        return _names(_whole(known)) == _names(_whole(shown))
    if known.given_name and shown.given_name:
        return bool(_names(known.given_name) & _names(shown.given_name))
    return bool(_names(_whole(known)) & _names(_whole(shown)))


def _whole(holder: Holder) -> str:
    return f"{holder.given_name} {holder.surname}"


def _names(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFC", text).casefold()
    return frozenset(re.findall(r"\w+", plain))
