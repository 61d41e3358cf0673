"""Secrets that are handed out, and what is kept of them instead."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

# No 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V: people read these off a telephone and type them.
CODE_ALPHABET = "34679ACDEFGHJKMNPQRTWXY"


def new_token(bits: int = 128) -> str:
    """A random token in lower-case hex: fit for a host label, a cookie or an address."""
    return secrets.token_hex(bits // 8)


def is_token(text: str, *, bits: int = 128) -> bool:
    """Whether `text` has the shape of a token, as written by `new_token`."""
    return re.fullmatch(f"[0-9a-f]{{{bits // 4}}}", text) is not None


def fingerprint(secret: str) -> bytes:
    """What the database keeps of a random secret of >= 128 bits: 32 bytes (SHA-256)."""
    return hashlib.sha256(secret.encode()).digest()


def derived(*, key: bytes, purpose: str, parts: tuple[int | str, ...]) -> bytes:
    """32 bytes (HMAC-SHA-256) that only the holder of `key` can make for these `parts`; never stored."""
    message = "\x1f".join([purpose, *map(str, parts)]).encode()
    return hmac.digest(key, message, "sha256")


def key_name(key: bytes) -> str:
    """Tells keys apart and gives nothing away of them."""
    return hmac.new(key, b"name", hashlib.sha256).hexdigest()[:16]


def as_code(derived_bytes: bytes, *, length: int = 6) -> str:
    """`length` characters of CODE_ALPHABET out of derived bytes (23^6 is about 148 million)."""
    number, code = int.from_bytes(derived_bytes), ""
    for _ in range(length):
        number, place = divmod(number, len(CODE_ALPHABET))
        code += CODE_ALPHABET[place]
    return code


def same(a: str | bytes, b: str | bytes) -> bool:
    """Comparison in constant time."""
    as_bytes = [x.encode() if isinstance(x, str) else x for x in (a, b)]
    return hmac.compare_digest(*as_bytes)


def new_reference() -> str:
    """A reference that people read out to the support, `K7F-9Q4M`: random, says nothing."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(7))
    return f"{letters[:3]}-{letters[3:]}"


def is_reference(text: str) -> bool:
    """Whether `text` has the shape of a reference, as written by `new_reference`."""
    return re.fullmatch(f"[{CODE_ALPHABET}]{{3}}-[{CODE_ALPHABET}]{{4}}", text) is not None
