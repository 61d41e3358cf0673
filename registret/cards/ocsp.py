"""OCSP (RFC 6960): the question about one certificate, and whether an answer may be believed. Nothing is sent here."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from registret.cards.path import signed_by
from registret.cards.presented import UNREADABLE
from registret.cards.revocation import CLOCK_SKEW, RevocationState
from registret.cards.strength import STRONG_HASHES, strong
from registret.cards.trust import Anchor

NONCE_BYTES = 16
_SHA1 = hashes.SHA1()  # noqa: S303 - names the CA and proves nothing; the only one that every responder knows
_STATES = {
    ocsp.OCSPCertStatus.GOOD: RevocationState.GOOD,
    ocsp.OCSPCertStatus.REVOKED: RevocationState.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: RevocationState.UNKNOWN,
}


class OcspFlaw(StrEnum):
    """Why an answer is not believed."""

    UNREADABLE = "unreadable"
    NOT_ANSWERED = "not_answered"
    """The responder says that it cannot or will not answer (tryLater, unauthorized and so on)."""
    OTHER_CERTIFICATE = "other_certificate"
    OTHER_NONCE = "other_nonce"
    WEAK = "weak"
    STRANGER = "stranger"
    """Signed by neither the CA nor a responder that the CA appointed."""
    WRONG_SIGNATURE = "wrong_signature"
    WRONG_TIME = "wrong_time"
    NOT_UNDERSTOOD = "not_understood"
    """A critical extension that nobody here knows."""


@dataclass(kw_only=True, eq=False)
class OcspBroken(Exception):
    flaw: OcspFlaw


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspAnswer:
    """What a responder said about one certificate. `until`: its nextUpdate; None if it gave none."""

    state: RevocationState
    this_update: datetime
    until: datetime | None


def question(*, anchor: Anchor, serial: int, nonce: bytes) -> bytes:
    """The DER of the request."""
    name_hash, key_hash = _named(anchor, _SHA1)
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(name_hash, key_hash, serial, _SHA1)
    return builder.add_extension(x509.OCSPNonce(nonce), critical=False).build().public_bytes(Encoding.DER)


def read_ocsp(
    content: bytes, *, anchor: Anchor, serial: int, nonce: bytes, at: datetime, is_revoked: Callable[[int], bool]
) -> OcspAnswer:
    """The answer, if it is about this certificate, of this moment, and signed by the CA or for it.

    A nonce that is missing is accepted: many responders sign in advance, and the times bound how old an answer can be.
    `is_revoked` says whether the CA's list names a serial: asked about the certificate of an appointed responder.

    Raises: OcspBroken.
    """
    try:
        response = ocsp.load_der_ocsp_response(content)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise OcspBroken(flaw=OcspFlaw.NOT_ANSWERED)
        _require_signature(response, anchor, at=at, is_revoked=is_revoked)
        # Only now is anything in it believable.
        if any(e.critical for e in [*response.extensions, *_single_extensions(response)] if not _is_nonce(e)):
            raise OcspBroken(flaw=OcspFlaw.NOT_UNDERSTOOD)
        _require_nonce(response, nonce)
        return _about(response, anchor, serial, at=at)
    except UNREADABLE:
        raise OcspBroken(flaw=OcspFlaw.UNREADABLE) from None


def _about(response: ocsp.OCSPResponse, anchor: Anchor, serial: int, *, at: datetime) -> OcspAnswer:
    ours = [one for one in response.responses if _is_about(one, anchor, serial)]
    if len(ours) != 1:
        raise OcspBroken(flaw=OcspFlaw.OTHER_CERTIFICATE)
    this_update, until = ours[0].this_update_utc, ours[0].next_update_utc
    # Without an end it is news of the moment, or nothing (RFC 6960, 4.2.2.1).
    end = until or this_update
    if not this_update - CLOCK_SKEW <= at <= end + CLOCK_SKEW or end < this_update:
        raise OcspBroken(flaw=OcspFlaw.WRONG_TIME)
    return OcspAnswer(state=_STATES[ours[0].certificate_status], this_update=this_update, until=until)


def _is_about(one: ocsp.OCSPSingleResponse, anchor: Anchor, serial: int) -> bool:
    # A responder may name the CA by another hash than the question did.
    if not isinstance(one.hash_algorithm, hashes.SHA1 | hashes.SHA256):
        return False
    named = _named(anchor, one.hash_algorithm)
    return one.serial_number == serial and (one.issuer_name_hash, one.issuer_key_hash) == named


def _named(anchor: Anchor, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
    """Hash of the CA's name and hash of its key, as a CertID has them."""
    built = ocsp.OCSPRequestBuilder().add_certificate(anchor.certificate, anchor.certificate, algorithm).build()
    return built.issuer_name_hash, built.issuer_key_hash


def _require_nonce(response: ocsp.OCSPResponse, nonce: bytes) -> None:
    for extension in response.extensions:
        if isinstance(extension.value, x509.OCSPNonce) and not hmac.compare_digest(extension.value.nonce, nonce):
            raise OcspBroken(flaw=OcspFlaw.OTHER_NONCE)


def _is_nonce(extension: x509.Extension[x509.ExtensionType]) -> bool:
    return isinstance(extension.value, x509.OCSPNonce)


def _single_extensions(response: ocsp.OCSPResponse) -> list[x509.Extension[x509.ExtensionType]]:
    try:
        return list(response.single_extensions)
    except ValueError:
        # The parser shows them only if the answer is about one certificate.
        raise OcspBroken(flaw=OcspFlaw.OTHER_CERTIFICATE) from None


# --- who signed it (RFC 6960, 4.2.2.2) --------------------------------------------------------------------------------


def _require_signature(
    response: ocsp.OCSPResponse, anchor: Anchor, *, at: datetime, is_revoked: Callable[[int], bool]
) -> None:
    algorithm = response.signature_hash_algorithm
    if algorithm is None or algorithm.name not in STRONG_HASHES:
        raise OcspBroken(flaw=OcspFlaw.WEAK)
    signer = _signer(response, anchor, at=at, is_revoked=is_revoked)
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            raise OcspBroken(flaw=OcspFlaw.WEAK)
    except InvalidSignature:
        raise OcspBroken(flaw=OcspFlaw.WRONG_SIGNATURE) from None


def _signer(
    response: ocsp.OCSPResponse, anchor: Anchor, *, at: datetime, is_revoked: Callable[[int], bool]
) -> x509.Certificate:
    """The CA, or a responder that it appointed itself."""
    if _is_named(response, anchor.certificate):
        return anchor.certificate
    for certificate in response.certificates:
        if _is_named(response, certificate) and _is_appointed(certificate, anchor, at=at):
            if is_revoked(certificate.serial_number):
                break
            return certificate
    raise OcspBroken(flaw=OcspFlaw.STRANGER)


def _is_named(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if response.responder_key_hash is not None:
        built = ocsp.OCSPRequestBuilder().add_certificate(certificate, certificate, _SHA1).build()
        return response.responder_key_hash == built.issuer_key_hash
    return response.responder_name == certificate.subject


def _is_appointed(certificate: x509.Certificate, anchor: Anchor, *, at: datetime) -> bool:
    hash_algorithm = certificate.signature_hash_algorithm
    usages = [e.value for e in certificate.extensions if isinstance(e.value, x509.ExtendedKeyUsage)]
    key_usage = [e.value for e in certificate.extensions if isinstance(e.value, x509.KeyUsage)]
    return (
        certificate.issuer.public_bytes() == anchor.subject
        and hash_algorithm is not None
        and hash_algorithm.name in STRONG_HASHES
        and signed_by(certificate, anchor.certificate)
        and certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
        and any(ExtendedKeyUsageOID.OCSP_SIGNING in usage for usage in usages)
        and all(usage.digital_signature for usage in key_usage)
        and strong(certificate.public_key())
    )
