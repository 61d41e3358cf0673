"""A CA of these tests' own, small and careless: it signs what a real one never would."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from OpenSSL import crypto

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)
NOW = datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate, possibly an impossible one (so it is kept as bytes), and its key."""

    der: bytes
    key: Key

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)

    @property
    def subject(self) -> bytes:
        return self.certificate.subject.public_bytes()

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_text(ssl.DER_cert_to_PEM_cert(self.der))
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, key


def named(common_name: str, *more: tuple[ObjectIdentifier, str]) -> x509.Name:
    pairs = [(NameOID.COUNTRY_NAME, "SE"), (NameOID.ORGANIZATION_NAME, "Åre"), (NameOID.COMMON_NAME, common_name)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in [*pairs, *more]])


def issue(
    subject: x509.Name,
    *,
    by: Pair | None = None,
    key: Key | None = None,
    start: datetime = NOW - DAY,
    end: datetime = NOW + 30 * DAY,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    bent: Callable[[bytes], bytes] = lambda der: der,
) -> Pair:
    """A certificate signed by `by` (or by itself); `bent` spoils the finished DER."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    good = builder.sign(by.key if by else key, hashes.SHA256()).public_bytes(Encoding.DER)
    return Pair(der=bent(good), key=key)


def usage(*, digital_signature: bool = False, content_commitment: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(digital_signature, content_commitment, *[False] * 7)


@cache
def hsa_ca() -> Pair:
    return issue(named("TEST HSA-id 3 CA v1"), extensions=((x509.BasicConstraints(True, 0), True),))


@cache
def hsa_rsa_ca() -> Pair:
    key = rsa.generate_private_key(65537, 2048)
    return issue(named("TEST HSA-id 2 CA v1"), key=key, extensions=((x509.BasicConstraints(True, 0), True),))


def issuers() -> list[Pair]:
    """The CAs that the door names."""
    return [hsa_ca(), hsa_rsa_ca()]


@cache
def foreign_ca() -> Pair:
    return issue(named("Somebody else's CA"), extensions=((x509.BasicConstraints(True, 0), True),))


@cache
def server() -> Pair:
    names = x509.SubjectAlternativeName(
        [x509.DNSName("registret.localhost"), x509.DNSName("*.kort.registret.localhost")]
    )
    return issue(named("registret.localhost"), extensions=((names, False),))


ANNA = named("Anna Ek", (NameOID.SERIAL_NUMBER, "TSTNMT2321000156-1025"))


@cache
def certificates() -> dict[str, Pair]:
    """Everything a browser may come with, from the ordinary to the impossible, by what is the matter with it."""
    auth = ((usage(digital_signature=True), True), (_purposes(ExtendedKeyUsageOID.CLIENT_AUTH), False))
    until = (NOW + 30 * DAY).strftime("%y%m%d%H%M%SZ").encode()
    unknown = ObjectIdentifier("1.2.752.34.2.9")
    garbage = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.15"), b"\xff\xff")
    return {
        "an EC key": issue(ANNA, by=hsa_ca(), extensions=auth),
        "an RSA key": issue(ANNA, by=hsa_rsa_ca(), key=rsa.generate_private_key(65537, 2048), extensions=auth),
        "public exponent 3": issue(ANNA, by=hsa_rsa_ca(), key=rsa.generate_private_key(3, 2048), extensions=auth),
        "RSA-1024": issue(ANNA, by=hsa_ca(), key=rsa.generate_private_key(65537, 1024), extensions=auth),  # noqa: S505
        "a P-384 key": issue(ANNA, by=hsa_ca(), key=ec.generate_private_key(ec.SECP384R1()), extensions=auth),
        "expired": issue(ANNA, by=hsa_ca(), start=NOW - 9 * DAY, end=NOW - DAY, extensions=auth),
        "not yet valid": issue(ANNA, by=hsa_ca(), start=NOW + DAY, end=NOW + 9 * DAY, extensions=auth),
        "for signing only": issue(ANNA, by=hsa_ca(), extensions=((usage(content_commitment=True), True),)),
        "for servers only": issue(ANNA, by=hsa_ca(), extensions=((_purposes(ExtendedKeyUsageOID.SERVER_AUTH), True),)),
        "foreign": issue(ANNA, by=foreign_ca(), extensions=auth),
        "self-signed": issue(ANNA, extensions=auth),
        "a CA": foreign_ca(),
        "a broken signature": issue(ANNA, by=hsa_ca(), bent=lambda der: der[:-1] + bytes([der[-1] ^ 1])),
        "signed with SHA-1": _signed_with_sha1(),
        "no extensions": issue(ANNA, by=hsa_ca()),
        "an unknown critical extension": issue(
            ANNA, by=hsa_ca(), extensions=((x509.UnrecognizedExtension(unknown, b"\x05\x00"), True),)
        ),
        "an unreadable key usage": issue(ANNA, by=hsa_ca(), extensions=((garbage, True),)),
        "two serialNumbers": issue(named("Anna Ek", *[(NameOID.SERIAL_NUMBER, f"SE-{n}") for n in "12"]), by=hsa_ca()),
        "a NUL in its name": issue(named("Anna-Ek"), by=hsa_ca(), bent=lambda der: der.replace(b"Anna-", b"Anna\0")),
        "unreadable dates": issue(ANNA, by=hsa_ca(), bent=lambda der: der.replace(until, b"99XX99999999Z")),
        "an impossible version": issue(
            ANNA, by=hsa_ca(), bent=lambda der: der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09")
        ),
        "60,000 bytes": issue(
            ANNA, by=hsa_ca(), extensions=((x509.UnrecognizedExtension(unknown, b"\0" * 60_000), False),)
        ),
    }


def _purposes(*oids: ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(oids)


def _signed_with_sha1() -> Pair:
    pair = issue(ANNA, by=hsa_ca())
    # cryptography no longer makes such signatures.
    with warnings.catch_warnings(action="ignore"):
        certificate = crypto.X509.from_cryptography(pair.certificate)
        certificate.sign(crypto.PKey.from_cryptography_key(hsa_ca().key), "sha1")
        return Pair(der=crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate), key=pair.key)
