"""The links and the code of letters about a confirmation: derived from (id, version), never stored.

Anyone who reads the database, a backup of it or the outbox finds neither: both take the key `LINK_KEY`, which is kept
outside. A new version makes the older link and code worthless as soon as `accounts` compares the versions.
"""

from __future__ import annotations

import re

from django.conf import settings

from registret.kernel.secret import as_code, derived, same

_TOKEN = re.compile(r"(?P<id>[1-9][0-9]{0,17})-(?P<version>[1-9][0-9]{0,8})\.[0-9a-f]{32}", re.ASCII)
_LINK_BYTES = 16


def confirmation_token(id: int, version: int) -> str:
    """`<id>-<version>.<32 hex digits>`: letters, digits, `-` and `.` only, and never ends in a sign.

    Mail programs that make addresses clickable leave out a last sign, such as base64's `-` or `_`.
    """
    return _token("confirmation.link", id, version)


def read_token(token: str) -> tuple[int, int] | None:
    """(id, version) of a token that `confirmation_token` made; None for every other text.

    It says nothing about whether that version is still the newest, or still valid.
    """
    return _read("confirmation.link", token)


def objection_token(id: int, version: int) -> str:
    """As `confirmation_token`, for the letter to the address that a change takes the place of."""
    return _token("objection.link", id, version)


def read_objection(token: str) -> int | None:
    """The id in a token that `objection_token` made; None for every other text. The version does not matter: anyone who
    objects does so to the change, not to a letter."""
    found = _read("objection.link", token)
    return found[0] if found else None


def confirmation_code(id: int, version: int) -> str:
    """Six characters of `kernel.secret.CODE_ALPHABET`, as compared; see `spaced` for how it is shown."""
    return as_code(derived(key=settings.LINK_KEY, purpose="confirmation.code", parts=(id, version)))


def claim_code(id: int, version: int) -> str:
    """As `confirmation_code`, of a claim: the same numbers give another code."""
    return as_code(derived(key=settings.LINK_KEY, purpose="claim.code", parts=(id, version)))


def claim_code_fits(typed: str, *, id: int, version: int) -> bool:
    """Whether `typed` is the code of the claim, whatever its case and spacing. The caller counts wrong ones."""
    return same(_plain(typed), claim_code(id, version))


def code_fits(typed: str, *, id: int, version: int) -> bool:
    """Whether `typed` is the code of (id, version), whatever its case and spacing. The caller counts wrong ones."""
    return same(_plain(typed), confirmation_code(id, version))


def _plain(typed: str) -> str:
    return re.sub(r"[\s\-\u2013]", "", typed).upper()


def spaced(code: str) -> str:
    """`7K4M2P` as people read it: `7K4 M2P`."""
    return f"{code[:3]} {code[3:]}"


def _token(purpose: str, id: int, version: int) -> str:
    mac = derived(key=settings.LINK_KEY, purpose=purpose, parts=(id, version))
    return f"{id}-{version}.{mac[:_LINK_BYTES].hex()}"


def _read(purpose: str, token: str) -> tuple[int, int] | None:
    shape = _TOKEN.fullmatch(token)
    if shape is None:
        return None
    id, version = int(shape["id"]), int(shape["version"])
    return (id, version) if same(token, _token(purpose, id, version)) else None
