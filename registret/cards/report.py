"""*Kontrollera ditt kort*: the same decision as `verify`, told together with everything that can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import NameOID

from registret.cards import path, profile
from registret.cards.presented import PresentedCertificate, fingerprint, parsed, serial_hex
from registret.cards.profile import CertificatePurpose
from registret.cards.revocation import Revocation, RevocationAnswer, ask
from registret.cards.trust import CardKind, Environment, Trust
from registret.cards.verify import verify
from registret.kernel.identifiers import HsaId, Malformed, PersonalNumber, mask_personal_numbers
from registret.kernel.refused import Refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReport:
    """What a certificate says, as far as it can be read; None where it cannot, or where nobody vouches for it.

    `believed`: a pinned CA signed it. If not, every text is only a claim, and `kind`, `level`, `environment` and
    `revocation` are None. `holder`: the HSA-id, or a masked id. No personal number stands in clear anywhere.
    `revocation_age`: how old the revocation answer's source was when it was asked.
    """

    refusal: Refused | None
    believed: bool = False
    kind: CardKind | None = None
    purpose: CertificatePurpose | None = None
    holder: str | None = None
    name: str | None = None
    organisation: str | None = None
    issuer: str | None = None
    level: int | None = None
    environment: Environment | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    serial: str | None = None
    fingerprint: str | None = None
    card_number: str | None = None
    revocation: RevocationAnswer | None = None
    revocation_age: timedelta | None = None


def describe(presented: PresentedCertificate, *, trust: Trust, revocation: Revocation, at: datetime) -> CardReport:
    """Never raises: what `verify` would refuse stands in `refusal`."""
    refusal = _refusal(presented, trust=trust, revocation=revocation, at=at)
    certificate = _tried(lambda: parsed(presented))
    if certificate is None:
        return CardReport(refusal=refusal)
    anchor = _tried(lambda: path.issuer_of(certificate, trust))
    answer = _tried(lambda: ask(revocation, certificate, anchor=anchor, at=at)) if anchor else None
    return CardReport(
        refusal=refusal,
        believed=anchor is not None,
        kind=anchor.kind if anchor else None,
        purpose=_tried(lambda: profile.purpose(certificate)),
        holder=_tried(lambda: masked_holder(profile.holder_id(certificate))),
        name=_tried(lambda: _name(certificate)),
        organisation=_tried(lambda: _text(certificate, NameOID.ORGANIZATION_NAME)),
        issuer=anchor.common_name if anchor else _tried(lambda: path.claimed_issuer(certificate)),
        level=anchor.level if anchor else None,
        environment=anchor.environment if anchor else None,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        serial=serial_hex(certificate),
        fingerprint=fingerprint(presented),
        card_number=_tried(lambda: profile.card_number(certificate)),
        revocation=answer,
        revocation_age=at - answer.as_of if answer and answer.as_of else None,
    )


def masked_holder(text: str) -> str:
    """An HSA-id as it is; everything else might be a personal number and shows its beginning only."""
    try:
        return PersonalNumber.parse(text).masked
    except Malformed:
        pass
    try:
        return str(HsaId.parse(text, allow_test=True))
    except Malformed:
        return text[:2] + "••••"


def _refusal(presented: PresentedCertificate, *, trust: Trust, revocation: Revocation, at: datetime) -> Refused | None:
    try:
        verify(presented, trust=trust, revocation=revocation, at=at)
    except Refused as refusal:
        return refusal
    return None


def _name(certificate: x509.Certificate) -> str | None:
    parts = (_text(certificate, oid) for oid in (NameOID.GIVEN_NAME, NameOID.SURNAME))
    return " ".join(part for part in parts if part) or _text(certificate, NameOID.COMMON_NAME)


def _text(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    return mask_personal_numbers(profile.text(certificate, oid)) or None


def _tried(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Refused:
        return None
