"""Is this certificate issued by a pinned CA, and is it good at this moment? Says nothing about whose it is.

There is no chain to build: the issuing CA itself is pinned, and certificates that a client sends along are never used.
The signature is checked by both functions here: by `issuer_of` so that an expired card can be told as ours, by `check`
because the verifier's other rules come only together with it. That costs 30 (RSA) to 60 µs (P-256).
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, VerificationError

from registret.cards.presented import reading
from registret.cards.refusals import CardExpired, CardNotYetValid, MalformedCard, UnknownIssuer
from registret.cards.strength import STRONG_HASHES, strong
from registret.cards.trust import Anchor, Trust, common_name
from registret.kernel.identifiers import mask_personal_numbers

LARGEST_SERIAL = 2**159 - 1  # what 20 octets hold, with the sign


def _no_ca(policy: Policy, certificate: x509.Certificate, constraints: x509.BasicConstraints | None) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("a CA is nobody's card")


def _not_empty(policy: Policy, certificate: x509.Certificate, access: x509.AuthorityInformationAccess | None) -> None:
    if access is not None and not list(access):
        raise ValueError("no access description")


# Refuses unknown critical extensions as well; usage is profile.py's. The rest is the form that RFC 5280 demands of
# certificates that are no CA's (4.2.1.1, .2, .6, .10, 4.2.2.1). A list of revoked people would not name a CA.
_HOLDER_POLICY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.AuthorityKeyIdentifier, Criticality.NON_CRITICAL, None)
    .may_be_present(x509.SubjectKeyIdentifier, Criticality.NON_CRITICAL, None)
    .may_be_present(x509.SubjectAlternativeName, Criticality.NON_CRITICAL, None)
    .may_be_present(x509.AuthorityInformationAccess, Criticality.NON_CRITICAL, _not_empty)
    .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _no_ca)
    .require_not_present(x509.NameConstraints)
)
_CA_POLICY = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)


def issuer_of(certificate: x509.Certificate, trust: Trust) -> Anchor:
    """The pinned CA that signed `certificate`. The name only picks candidates; the signature decides.

    Raises:
        UnknownIssuer, MalformedCard ("issuer", "signature").
    """
    with reading("issuer"):
        candidates = trust.with_subject(certificate.issuer.public_bytes())
    if not candidates:
        raise UnknownIssuer(claimed_issuer=claimed_issuer(certificate))
    with reading("signature"):
        algorithm = certificate.signature_hash_algorithm
    if algorithm is None or algorithm.name not in STRONG_HASHES:
        raise MalformedCard(reason="signature")
    for anchor in candidates:
        if signed_by(certificate, anchor.certificate):
            return anchor
    raise UnknownIssuer(claimed_issuer=claimed_issuer(certificate))


def claimed_issuer(certificate: x509.Certificate) -> str:
    """What the certificate says about its issuer, made fit for a log and a page: one line of at most 80 printable
    characters, without personal numbers.

    Raises:
        MalformedCard ("issuer").
    """
    with reading("issuer"):
        claim = common_name(certificate.issuer)
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in claim)
    return mask_personal_numbers(printable)[:80]  # masked first: half a number would not be recognised


def _require_dates(certificate: x509.Certificate, anchor: Anchor, moment: datetime) -> None:
    """Raises: CardExpired, CardNotYetValid, UnknownIssuer."""
    issuer = anchor.common_name
    if moment > certificate.not_valid_after_utc:
        raise CardExpired(not_after=certificate.not_valid_after_utc, issuer=issuer)
    if moment < certificate.not_valid_before_utc:
        raise CardNotYetValid(not_before=certificate.not_valid_before_utc, issuer=issuer)
    if not anchor.certificate.not_valid_before_utc <= moment <= anchor.certificate.not_valid_after_utc:
        raise UnknownIssuer(claimed_issuer=issuer)


def check(certificate: x509.Certificate, anchor: Anchor, *, at: datetime) -> None:
    """Dates (both ends inclusive, whole seconds), key, algorithms and the rules of RFC 5280 for a path of one step.

    Raises: CardExpired, CardNotYetValid, UnknownIssuer (the CA's own time is over), MalformedCard ("key", "path").
    """
    moment = at.replace(microsecond=0)
    _require_dates(certificate, anchor, moment)
    with reading("key"):
        key = certificate.public_key()
    if not strong(key):
        raise MalformedCard(reason="key")
    # RFC 5280, 4.1.2.2 and 4.1.2.6; the verifier lets 21 octets pass.
    if not 0 < certificate.serial_number <= LARGEST_SERIAL or not certificate.subject.rdns:
        raise MalformedCard(reason="path")
    if _has(anchor.certificate, x509.NameConstraints) and _mail_in_subject_only(certificate):
        raise MalformedCard(reason="path")
    _verify_path(certificate, anchor, moment)


def _verify_path(certificate: x509.Certificate, anchor: Anchor, moment: datetime) -> None:
    """Raises: MalformedCard."""
    verifier = (
        PolicyBuilder()
        .store(anchor.store)
        .time(moment)
        .max_chain_depth(0)
        .extension_policies(ca_policy=_CA_POLICY, ee_policy=_HOLDER_POLICY)
        .build_client_verifier()
    )
    try:
        verifier.verify(certificate, [])
    except VerificationError:
        raise MalformedCard(reason="path") from None  # the message quotes the holder's name and id


def _mail_in_subject_only(certificate: x509.Certificate) -> bool:
    """The verifier does not hold that address against the name constraints of the CA (RFC 5280, 4.2.1.10)."""
    mail = certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
    return bool(mail) and not _has(certificate, x509.SubjectAlternativeName)


def _has(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> bool:
    with reading("path"):
        return any(isinstance(extension.value, kind) for extension in certificate.extensions)


def signed_by(certificate: x509.Certificate, ca: x509.Certificate) -> bool:
    """Whether the key of `ca` signed it, and its issuer is the subject of `ca`."""
    try:
        certificate.verify_directly_issued_by(ca)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True
