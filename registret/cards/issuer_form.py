"""May this certificate be pinned? What RFC 5280 demands of the certificate of a CA, held against it once, at start.

The place to notice a CA that breaks these rules is the start of the site, in words for the operator, and not the door,
where some of its cards would be malformed and others let in. Its own signature is not
looked at: pinning stands in for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from registret.cards.strength import strong

_FOR_CARDS = frozenset({ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})


def problem(certificate: x509.Certificate) -> str | None:
    """The first reason not to pin it, as the end of a sentence about it; None: there is none."""
    try:
        return next(_problems(certificate), None)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return "has a key or extensions that cannot be read"


def _problems(certificate: x509.Certificate) -> Iterator[str]:
    """Sections of RFC 5280 in brackets."""
    by_class = {type(e.value): e for e in certificate.extensions}
    constraints = by_class.get(x509.BasicConstraints)
    usage = by_class.get(x509.KeyUsage)
    if constraints is None or not constraints.value.ca or (usage and not usage.value.key_cert_sign):  # [4.2.1.9, .3]
        yield "is not a CA certificate"
        return
    if not constraints.critical:  # [4.2.1.9]
        yield "has basic constraints that are not critical"
    own_key = by_class.get(x509.SubjectKeyIdentifier)
    if own_key is None or own_key.critical:  # [4.2.1.2]
        yield "has no subject key identifier, or a critical one"
    names = by_class.get(x509.NameConstraints)
    if names and not names.critical:  # [4.2.1.10]
        yield "has name constraints that are not critical"
    issuers_key = by_class.get(x509.AuthorityKeyIdentifier)
    if issuers_key and issuers_key.critical:  # [4.2.1.1]
        yield "has a critical authority key identifier"
    extended = by_class.get(x509.ExtendedKeyUsage)
    if not _self_signed(certificate):
        if issuers_key is None:  # [4.2.1.1]
            yield "has no authority key identifier"
        if extended and _FOR_CARDS.isdisjoint(extended.value):
            yield "may not issue certificates for client authentication"
    else:  # what the CA/Browser Forum's rules for roots add (7.1.2.1)
        if issuers_key and own_key and not _names_only(own_key.value, issuers_key.value):
            yield "is a root whose authority key identifier is not its own key alone"
        if extended:
            yield "is a root with an extended key usage"
    if not strong(certificate.public_key()):
        yield "has a weak key, or one of a kind that is not accepted here"


def _self_signed(certificate: x509.Certificate) -> bool:
    """Not merely self-issued: a CA that changes its key signs the new one with the old."""
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _names_only(own: x509.SubjectKeyIdentifier, named: x509.AuthorityKeyIdentifier) -> bool:
    others = (named.authority_cert_issuer, named.authority_cert_serial_number)
    return named.key_identifier == own.digest and others == (None, None)
