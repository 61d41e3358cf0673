"""The keys of both sides: the one that the client signs with, and those that may sign a token."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey, import_key

from registret.oidc.refusals import ProviderUnavailable
from registret.oidc.values import ProviderBroken


def private_key(pem: str) -> RSAKey | ECKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if isinstance(key, rsa.RSAPrivateKey):
        return RSAKey.import_key(pem)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return ECKey.import_key(pem)
    raise ProviderBroken("the client's key at the identity provider is no private RSA or P-256 key in PEM")


def strong_keys(found: dict[str, Any]) -> KeySet:
    """The keys that may sign a token. Raises: ProviderUnavailable (there is none)."""
    keys: list[Any] = []
    for stated in found.get("keys") or []:
        try:
            key = import_key(stated)
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # of a kind that nobody here knows: RFC 7517, 5
        signs = stated.get("use", "sig") == "sig"
        if signs and (isinstance(key, ECKey) or (isinstance(key, RSAKey) and key.public_key.key_size >= 2048)):
            keys.append(key)
    if not keys:
        raise ProviderUnavailable(reason="answer")
    return KeySet(keys)
