"""Certificates for tests: an authority born with the test run, cards of every shape, and forgeries.

Well-formed cards come from `registret.demo.pki`; this module adds the shapes that a demo must not be able to make.
Use the fixture `pki`, which a `conftest.py` imports from here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from registret.cards import (
    Anchor,
    CardKind,
    CrlFiles,
    Environment,
    PresentedCertificate,
    Revocation,
    Trust,
    VerifiedCard,
    verify,
)
from registret.demo.authorities import CertificateAuthority
from registret.demo.certificates import (
    Extensions,
    IssuedCertificate,
    card_extensions,
    card_subject,
    new_key,
    signed,
    usage,
)
from registret.demo.pki import DemoAuthority, build_authority
from registret.kernel.checkdigit import luhn_digit
from tests.der import tlv

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

# An invented organisation, and Tolvan Tolvansson, the example person of Swedish computing.
ORGANISATION_NUMBER = "239999000" + luhn_digit("239999000")
ANNAS_HSA_ID = f"SE{ORGANISATION_NUMBER}-ANNA1"
ANNAS_TEST_HSA_ID = f"TSTNMT{ORGANISATION_NUMBER}-1025"
ANNAS_PERSONAL_NUMBER = "191212121212"
WRONG_HSA_ID = f"SE{ORGANISATION_NUMBER[:-1]}{(int(ORGANISATION_NUMBER[-1]) + 1) % 10}-ANNA1"

ANNA: dict[str, Any] = {
    "given_name": "Anna",
    "surname": "Åström Öberg",
    "organisation": "Region Norrvik",
    "hsa_id": ANNAS_HSA_ID,
    "personal_number": ANNAS_PERSONAL_NUMBER,
}

_SHA256_RSA = bytes.fromhex("06092a864886f70d01010b0500")
_SHA1_RSA = bytes.fromhex("06092a864886f70d0101050500")


@dataclass(frozen=True, kw_only=True)
class Pki:
    """One country's cards and a door that trusts them. `now`: the moment at which everything well-formed is valid."""

    authority: DemoAuthority
    trust: Trust
    revocation: CrlFiles
    now: datetime
    weak_key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def foreign(self) -> DemoAuthority:
        """Another hierarchy with the same names."""
        return self.authority.foreign()

    @property
    def production(self) -> Trust:
        """The same CAs as if they were the real ones, at a door that lets no test cards in."""
        anchors = tuple(replace(anchor, environment=Environment.PRODUCTION) for anchor in self.trust.anchors)
        return Trust(anchors=anchors, accept_test=False)

    @property
    def production_only(self) -> Trust:
        """The test CAs at a door that lets no test cards in."""
        return Trust(anchors=self.trust.anchors, accept_test=False)

    def anchor(self, kind: CardKind = CardKind.HSA, level: int = 3) -> Anchor:
        return next(a for a in self.trust.anchors if (a.kind, a.level) == (kind, level))

    def card(self, **difference: Any) -> IssuedCertificate:
        """Anna's HSA-id certificate for legitimering, or what differs from it (see `Authority.issue_card`)."""
        return self.authority.issue_card(**{**ANNA, "kind": "hsa", **difference})

    def forged(self, **difference: Any) -> IssuedCertificate:
        """The same by the foreign hierarchy: every name is right, no key is."""
        return self.foreign.issue_card(**{**ANNA, "kind": "hsa", **difference})

    def odd(
        self,
        *,
        kind: str = "hsa",
        subject: x509.Name | None = None,
        extensions: Callable[[Extensions], Extensions] = lambda usual: usual,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> x509.Certificate:
        """A certificate signed by the real CA of `kind` that differs from Anna's card in the given parts."""
        ca = self.authority.issuing[f"{kind}-3"]
        holder_key = key or new_key("ec")
        return ca.sign(
            subject=subject_with() if subject is None else subject,
            public_key=holder_key.public_key(),
            extensions=extensions(card_extensions(ca.certificate, holder_key)),
            not_before=not_before or self.now - DAY,
            not_after=not_after or self.now + 30 * DAY,
        )

    def resigned(self, tbs: bytes, *, sha1: bool = False) -> bytes:
        """DER of a certificate or list with exactly these to-be-signed bytes, truly signed by the level 3 HSA-id CA."""
        key = self.authority.issuer("hsa").key
        assert isinstance(key, rsa.RSAPrivateKey)
        if sha1:
            tbs = tbs.replace(_SHA256_RSA, _SHA1_RSA)
        algorithm_used = hashes.SHA1() if sha1 else hashes.SHA256()  # noqa: S303 - weak on purpose
        signature = key.sign(tbs, padding.PKCS1v15(), algorithm_used)
        algorithm = tlv(0x30, _SHA1_RSA if sha1 else _SHA256_RSA)
        return tlv(0x30, tbs + algorithm + tlv(0x03, b"\0" + signature))

    def decide(
        self,
        certificate: IssuedCertificate | x509.Certificate | bytes | None,
        *,
        trust: Trust | None = None,
        revocation: Revocation | None = None,
        at: datetime | None = None,
    ) -> VerifiedCard:
        """`verify` at this door, now."""
        return verify(
            presented(certificate),
            trust=trust or self.trust,
            revocation=revocation or self.revocation,
            at=at or self.now,
        )


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return new_pki(tmp_path_factory.mktemp("pki"))


def new_pki(folder: Path) -> Pki:
    """For tests that change lists or trust and must not disturb others. Takes about 100 ms."""
    now = datetime.now(UTC).replace(microsecond=0)
    authority = build_authority(folder / "authority", at=now)
    trust = Trust.load(authority.write_trust(folder / "trust"), accept_test=True)
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - a weak key on purpose
    return Pki(authority=authority, trust=trust, revocation=CrlFiles(trust), now=now, weak_key=weak)


def presented(certificate: IssuedCertificate | x509.Certificate | bytes | None) -> PresentedCertificate:
    if isinstance(certificate, x509.Certificate):
        return PresentedCertificate(certificate.public_bytes(Encoding.DER))
    return PresentedCertificate(certificate.der if isinstance(certificate, IssuedCertificate) else certificate)


def subject_with(*extra: tuple[x509.ObjectIdentifier, str], **difference: str | None) -> x509.Name:
    """Anna's subject (but for C and L) with texts changed, left out (`surname=None`) or added at the end."""
    usual = card_subject(
        given_name=ANNA["given_name"],
        surname=ANNA["surname"],
        place=("Norrvik", ANNA["organisation"]),
        holder=ANNAS_HSA_ID,
    )
    kept = [(a.oid, difference.get(_WORDS.get(a.oid, ""), str(a.value))) for a in usual if a.oid in _WORDS]
    return name_of(*[(oid, text) for oid, text in kept if text is not None], *extra)


_WORDS = {
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.COMMON_NAME: "common_name",
    NameOID.SURNAME: "surname",
    NameOID.GIVEN_NAME: "given_name",
    NameOID.ORGANIZATION_NAME: "organisation",
}


def name_of(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """UTF8String throughout, as SITHS does, which unlike PrintableString can hold every character."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of these texts are overlong on purpose
        return x509.Name([x509.NameAttribute(oid, text, _ASN1Type.UTF8String, _validate=False) for oid, text in parts])


def without(*kinds: type[x509.ExtensionType]) -> Callable[[Extensions], Extensions]:
    """For `Pki.odd(extensions=…)`: the usual ones but for these."""
    return lambda usual: [(e, critical) for e, critical in usual if not isinstance(e, kinds)]


def instead(*own: tuple[x509.ExtensionType, bool]) -> Callable[[Extensions], Extensions]:
    """The usual ones, with those of the same classes replaced by `own`, or `own` added."""
    classes = tuple(type(e) for e, _ in own)
    return lambda usual: [*((e, c) for e, c in usual if type(e) not in classes), *own]


def self_signed(pki: Pki, *, issuer: x509.Name | None = None, **difference: str | None) -> x509.Certificate:
    """Anna's subject, signed by its own key; `issuer`: a name that it borrows."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = subject_with(**difference)
    extensions = card_extensions(pki.authority.issuer("hsa").certificate, key)
    return signed(subject, issuer or subject, key.public_key(), extensions, (pki.now - DAY, pki.now + DAY), by=key)


__all__ = [
    "ANNA",
    "ANNAS_HSA_ID",
    "ANNAS_PERSONAL_NUMBER",
    "ANNAS_TEST_HSA_ID",
    "DAY",
    "SECOND",
    "WRONG_HSA_ID",
    "CertificateAuthority",
    "Pki",
    "instead",
    "name_of",
    "new_pki",
    "pki",
    "presented",
    "self_signed",
    "subject_with",
    "tlv",
    "usage",
    "without",
]
