"""Which keys and which hashes of signatures count, for cards and for the CAs that issue them."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

# SHA-1 signatures can be made by others than the CA (chosen-prefix collisions, 2020), so they prove nothing.
STRONG_HASHES = frozenset({"sha256", "sha384", "sha512"})
SHORTEST_RSA_KEY = 2048  # bits; the exponent 3 exists on real cards and is sound for TLS signatures
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})


def strong(key: CertificatePublicKeyTypes) -> bool:
    """RSA of whole octets, at least 2048 bits, with an odd exponent from 3, or a NIST curve of at least 256 bits."""
    if isinstance(key, rsa.RSAPublicKey):
        exponent = key.public_numbers().e
        whole = key.key_size % 8 == 0
        return whole and key.key_size >= SHORTEST_RSA_KEY and exponent >= 3 and exponent % 2 == 1
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES
