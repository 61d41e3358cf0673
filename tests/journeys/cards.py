"""Cards by what is the matter with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from registret.demo.certificates import IssuedCertificate
from tests.journeys.running import House

PERSONAL_NUMBER = "189912319812"


def card_that_is(house: House, name: str) -> IssuedCertificate | None:
    """The last part of the refusal's code says which (`none`: no card); `good`: nothing is the matter with it."""
    now, a = datetime.now(UTC), house.authority
    facts: dict[str, Any] = {"given_name": "Test", "surname": "Kort", "organisation": "Region Norrvik", "kind": "hsa"}
    hsa_id = "SE2321009991-E09999"
    match name:
        case "none":
            return None
        case "good":
            return a.issue_card(**facts, hsa_id=hsa_id)
        case "person_id":
            return a.issue_card(**facts | {"kind": "person"}, personal_number=PERSONAL_NUMBER)
        case "signing":
            return a.issue_card(**facts, hsa_id=hsa_id, purpose="sign")
        case "expired":
            return a.issue_card(**facts, hsa_id=hsa_id, not_before=now - timedelta(9), not_after=now - timedelta(1))
        case "not_yet_valid":
            return a.issue_card(**facts, hsa_id=hsa_id, not_before=now + timedelta(1), not_after=now + timedelta(9))
        case "unknown_issuer":
            return a.foreign().issue_card(**facts, hsa_id=hsa_id)
        case "self_signed":
            return _by_itself(a.issue_card(**facts, hsa_id=hsa_id))
        case "malformed":
            return a.issue_card(**facts, hsa_id="SE2321009990-E09999")
        case "revoked":
            card = a.issue_card(**facts, hsa_id=hsa_id)
            a.revoke(card.certificate)
            a.write_trust(house.folder / "trust")
            return card
    raise KeyError(name)


def of_size(house: House, size: int) -> IssuedCertificate:
    """A right card with `size` bytes more in it than others have."""
    good = house.authority.issue_card(
        given_name="Test", surname="Kort", organisation="Region Norrvik", kind="hsa", hsa_id="SE2321009991-E09999"
    )
    ca = house.authority.issuer("hsa")
    filling = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.752.34.2.9"), b"\0" * size)
    return replace(
        good,
        certificate=ca.sign(
            subject=good.certificate.subject,
            public_key=good.key.public_key(),
            extensions=[*((e.value, e.critical) for e in good.certificate.extensions), (filling, False)],
            not_before=good.certificate.not_valid_before_utc,
            not_after=good.certificate.not_valid_after_utc,
        ),
    )


def _by_itself(card: IssuedCertificate) -> IssuedCertificate:
    """The same texts, signed by the card's own key."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(card.certificate.subject)
        .issuer_name(card.certificate.subject)
        .public_key(card.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(card.certificate.not_valid_before_utc)
        .not_valid_after(card.certificate.not_valid_after_utc)
    )
    for extension in card.certificate.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    return replace(card, certificate=builder.sign(card.key, hashes.SHA256()))
