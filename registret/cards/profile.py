"""What the certificate says about its holder and its use, read after its issuer has been proven.

Source of the profile: SITHS e-id certificate profiles; attribute order varies between issuers, so everything is found
by object identifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registret.cards.presented import reading
from registret.cards.refusals import MalformedCard, PersonIdShown, SigningCertificate
from registret.cards.trust import Anchor, CardKind, Environment
from registret.kernel.identifiers import HsaId, Malformed, PersonalNumber

CARD_NUMBER = x509.ObjectIdentifier("1.2.752.34.2.1")
LONGEST_TEXT = 256  # X.520 allows 64 and SITHS keeps to it; others get some room
_STRING_TAGS = frozenset({0x0C, 0x13, 0x16})  # UTF8String, PrintableString, IA5String


class CertificatePurpose(StrEnum):
    AUTHENTICATION = "authentication"
    SIGNING = "signing"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    given_name: str
    surname: str
    organisation: str


def holder_id(certificate: x509.Certificate) -> str:
    """The text of the one serialNumber in the subject. May be a personal number: never print it.

    Raises:
        MalformedCard ("names", "holder").
    """
    found = _texts(certificate, NameOID.SERIAL_NUMBER)
    if len(found) != 1:
        raise MalformedCard(reason="holder")
    return found[0]


def hsa_id(certificate: x509.Certificate, anchor: Anchor) -> HsaId:
    """The pinned CA says which kind of id it issues; then the shape must agree.

    Raises:
        PersonIdShown, MalformedCard ("holder", "names", "kind", "hsa_id").
    """
    holder = holder_id(certificate)
    is_person = is_personal_number(holder)
    if is_person != (anchor.kind is CardKind.PERSON):
        raise MalformedCard(reason="kind")
    if is_person:
        raise PersonIdShown()
    try:
        return HsaId.parse(holder, allow_test=anchor.environment is Environment.TEST)
    except Malformed:
        raise MalformedCard(reason="hsa_id") from None


def is_personal_number(text: str) -> bool:
    try:
        PersonalNumber.parse(text)
    except Malformed:
        return False
    return True


def purpose(certificate: x509.Certificate) -> CertificatePurpose:
    """What key usage, extended key usage and basic constraints leave the key to do. Missing ones mean OTHER.

    Raises:
        MalformedCard ("usage"): the extensions cannot be read.
    """
    with reading("usage"):
        by_class = {type(e.value): e.value for e in certificate.extensions}
    usage = by_class.get(x509.KeyUsage)
    extended = by_class.get(x509.ExtendedKeyUsage)
    constraints = by_class.get(x509.BasicConstraints)
    if not isinstance(usage, x509.KeyUsage) or (isinstance(constraints, x509.BasicConstraints) and constraints.ca):
        return CertificatePurpose.OTHER
    if usage.content_commitment and not usage.digital_signature:
        return CertificatePurpose.SIGNING
    may_sign_handshakes = usage.digital_signature and not usage.key_cert_sign
    for_clients = isinstance(extended, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CLIENT_AUTH in extended
    return CertificatePurpose.AUTHENTICATION if may_sign_handshakes and for_clients else CertificatePurpose.OTHER


def require_authentication(certificate: x509.Certificate) -> None:
    """Raises: SigningCertificate, MalformedCard ("usage")."""
    found = purpose(certificate)
    if found is CertificatePurpose.SIGNING:
        raise SigningCertificate()
    if found is not CertificatePurpose.AUTHENTICATION:
        raise MalformedCard(reason="usage")


def names(certificate: x509.Certificate) -> Names:
    """Given name, surname and organisation.

    Raises:
        MalformedCard ("names"): an attribute is there twice, is too long or has unprintable characters (NUL, line
            breaks, marks that turn the direction of text); or there is no organisation, or no name at all.
    """
    given, surname, common, organisation = (
        text(certificate, oid)
        for oid in (NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    )
    if not organisation or not (surname or common):
        raise MalformedCard(reason="names")
    return Names(given_name=given if surname else "", surname=surname or common, organisation=organisation)


def card_number(certificate: x509.Certificate) -> str | None:
    """The number printed on the card, if the certificate has one that can be read."""
    with reading("usage"):
        raw = next((e.value.public_bytes() for e in certificate.extensions if e.oid == CARD_NUMBER), b"")
    is_short_string = len(raw) > 2 and raw[0] in _STRING_TAGS and raw[1] < 0x80 and raw[1] == len(raw) - 2
    number = raw[2:].decode("utf-8", errors="replace") if is_short_string else ""
    return number if number.isascii() and number.isalnum() else None


def text(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    """The one value of an attribute of the subject, or "".

    Raises:
        MalformedCard ("names").
    """
    found = _texts(certificate, oid)
    if len(found) > 1:
        raise MalformedCard(reason="names")
    return found[0].strip() if found else ""


def _texts(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    with reading("names"):
        values = [attribute.value for attribute in certificate.subject.get_attributes_for_oid(oid)]
    for value in values:
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
            raise MalformedCard(reason="names")
    return [str(value) for value in values]
