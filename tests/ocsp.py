"""An OCSP responder for tests, that says the truth or anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registret.demo.authorities import CertificateAuthority
from registret.demo.certificates import PrivateKey, new_key
from tests.pki import Pki, usage

HOUR = timedelta(hours=1)
SHA1 = hashes.SHA1()  # noqa: S303 - as the question names the CA
GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs answers: the CA itself, or a responder with a certificate of its own."""

    certificate: x509.Certificate
    key: PrivateKey


def ca_itself(ca: CertificateAuthority) -> Signer:
    return Signer(certificate=ca.certificate, key=ca.key)


def appointed(
    ca: CertificateAuthority,
    pki: Pki,
    *,
    purpose: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.OCSP_SIGNING,
    key_usage: str = "digital_signature",
    not_after: datetime | None = None,
) -> Signer:
    """A responder whose certificate `ca` has issued."""
    key = new_key("ec")
    extensions: list[tuple[x509.ExtensionType, bool]] = [(usage(key_usage), True)]
    if purpose is not None:
        extensions.append((x509.ExtendedKeyUsage([purpose]), False))
    certificate = ca.sign(
        subject=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DEMO OCSP responder")]),
        public_key=key.public_key(),
        extensions=extensions,
        not_before=pki.now - 10 * HOUR,
        not_after=not_after or pki.now + 10 * HOUR,
    )
    return Signer(certificate=certificate, key=key)


def answer(
    signer: Signer,
    *,
    ca: x509.Certificate,
    serial: int,
    status: ocsp.OCSPCertStatus = GOOD,
    this_update: datetime,
    next_update: datetime | None,
    nonce: bytes | None = None,
    named_by: hashes.HashAlgorithm = SHA1,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    encoding: ocsp.OCSPResponderEncoding = ocsp.OCSPResponderEncoding.HASH,
    with_certificate: bool = True,
) -> bytes:
    """The DER of an answer about the certificate `serial` of `ca`."""
    built = ocsp.OCSPRequestBuilder().add_certificate(ca, ca, named_by).build()
    is_revoked = status is REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=built.issuer_name_hash,
        issuer_key_hash=built.issuer_key_hash,
        serial_number=serial,
        algorithm=named_by,
        cert_status=status,
        this_update=this_update,
        next_update=next_update,
        revocation_time=this_update if is_revoked else None,
        revocation_reason=None,
    )
    builder = builder.responder_id(encoding, signer.certificate)
    if with_certificate:
        builder = builder.certificates([signer.certificate])
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    key: Any = signer.key
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def question_in(content: bytes) -> tuple[int, bytes]:
    """Serial and nonce that a request asks with."""
    request = ocsp.load_der_ocsp_request(content)
    return request.serial_number, request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
