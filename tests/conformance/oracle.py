"""A second opinion: `pyhanko-certvalidator`, which builds chains and reads lists in its own way.

For tests only: it took more than eight seconds for two of limbo's chains and seconds for a long list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError


def accepts(
    leaf: bytes,
    *,
    trusted: Sequence[x509.Certificate],
    at: datetime,
    others: Sequence[bytes] = (),
    lists: Sequence[bytes] | None = None,
    for_clients: bool = False,
) -> bool:
    """Is there a good path from `trusted` over `others` to `leaf`? `lists`: None if revocation is not asked."""
    context = ValidationContext(
        trust_roots=[_certificate(one.public_bytes(Encoding.DER)) for one in trusted],
        other_certs=[_certificate(one) for one in others],
        crls=[asn1_crl.CertificateList.load(one) for one in lists or ()],  # type: ignore[no-untyped-call]
        revocation_mode="soft-fail" if lists is None else "require",
        allow_fetching=False,
        moment=at,
        weak_hash_algos={"md2", "md5", "sha1"},
    )
    try:
        asyncio.run(_validate(leaf, context, for_clients=for_clients))
    except (PathError, ValidationError, ValueError, TypeError):  # the last two: what cannot be parsed
        return False
    return True


async def _validate(leaf: bytes, context: ValidationContext, *, for_clients: bool) -> None:
    validator = CertificateValidator(_certificate(leaf), validation_context=context)
    usage = {"digital_signature"} if for_clients else set()
    extended = {"client_auth"} if for_clients else set()
    await validator.async_validate_usage(usage, extended)  # type: ignore[no-untyped-call]


def _certificate(der: bytes) -> asn1_x509.Certificate:
    found: asn1_x509.Certificate = asn1_x509.Certificate.load(der)  # type: ignore[no-untyped-call]
    return found
