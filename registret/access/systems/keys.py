"""Public keys that systems sign with: read, and named by their thumbprint."""

from __future__ import annotations

import json
import warnings
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from registret.access.refusals import KeyIsPrivate, KeyUnusable

_RSA_BITS: Final = range(2048, 4097)


def public_key(text: str) -> ECKey | RSAKey:
    """A key out of PEM or JWK. Raises: KeyIsPrivate, KeyUnusable."""
    stripped = text.strip()
    if "PRIVATE KEY" in stripped:
        raise KeyIsPrivate()
    try:
        # joserfc warns of a short key, which is refused here.
        with warnings.catch_warnings(action="ignore"):
            key = _of_jwk(stripped) if stripped.startswith("{") else _of_pem(stripped)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise KeyUnusable() from None
    if key.is_private:
        raise KeyIsPrivate()
    if isinstance(key, ECKey):
        fits = key.curve_name == "P-256"
    else:
        fits = key.public_key.key_size in _RSA_BITS
    if not fits:
        raise KeyUnusable()
    return key


def stored_key(jwk: dict[str, Any]) -> ECKey | RSAKey:
    return ECKey.import_key(jwk) if jwk["kty"] == "EC" else RSAKey.import_key(jwk)


def _of_jwk(text: str) -> ECKey | RSAKey:
    key = import_key(json.loads(text))
    if not isinstance(key, ECKey | RSAKey):
        raise KeyUnusable()
    return key


def _of_pem(text: str) -> ECKey | RSAKey:
    try:
        return ECKey.import_key(text)
    except (JoseError, ValueError, TypeError):
        return RSAKey.import_key(text)
