"""Certificates as SITHS shapes them: keys, names and extensions of a card, the card as a file, and the one place where
a certificate is signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self, TypeAlias, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
KeyKind: TypeAlias = Literal["ec", "rsa", "rsa-e3"]
Extensions: TypeAlias = Sequence[tuple[x509.ExtensionType, bool]]  # (extension, critical)

_CARD_NUMBER = x509.ObjectIdentifier("1.2.752.34.2.1")
_FOR_AUTHENTICATION = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SMARTCARD_LOGON]
_USER_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_POLICY = x509.ObjectIdentifier("2.5.29.32.0")  # anyPolicy: a demo CA has none of its own
_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCertificate:
    """A card: certificate, key and the certificates of its issuers (issuing CA first, root last)."""

    certificate: x509.Certificate = field(repr=False)  # may name its holder by personal number
    key: PrivateKey = field(repr=False)
    issuers: tuple[x509.Certificate, ...] = field(repr=False)
    label: str

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return key_pem(self.key)

    @classmethod
    def of_p12(cls, content: bytes, password: str) -> Self:
        """The card in a file that `p12` made. Raises: ValueError (another password, or no card in it)."""
        found = pkcs12.load_pkcs12(content, password.encode())
        if found.cert is None or found.cert.friendly_name is None:
            raise ValueError("no card with a name")
        return cls(
            certificate=found.cert.certificate,
            key=cast(PrivateKey, found.key),
            issuers=tuple(more.certificate for more in found.additional_certs),
            label=found.cert.friendly_name.decode(),
        )

    def p12(self, password: str) -> bytes:
        """PKCS #12 with key, certificate and issuing CA, for browsers' certificate stores.

        Triple DES with SHA-1, because every store reads it: Windows before 10/2019, macOS and NSS take nothing newer
        in common. It protects the keys of a demo, under a password that everybody knows: few rounds are enough.
        """
        how = (
            PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(2_048)
            .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
            .hmac_hash(hashes.SHA1())  # noqa: S303
            .build(password.encode())
        )
        return pkcs12.serialize_key_and_certificates(
            self.label.encode(), self.key, self.certificate, list(self.issuers[:1]), how
        )


def signed(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    extensions: Extensions,
    valid: tuple[datetime, datetime],
    *,
    by: PrivateKey,
    serial: int | None = None,
) -> x509.Certificate:
    """A certificate with exactly these parts, and a random serial number unless one is given."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by, hashes.SHA256())


def new_key(kind: KeyKind) -> PrivateKey:
    """ "ec": P-256 (instant); "rsa": RSA-2048 (some 50 ms); "rsa-e3": the same with the exponent 3 of old cards."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(3 if kind == "rsa-e3" else 65537, 2048)


def card_subject(*, given_name: str, surname: str, place: tuple[str, str] | None, holder: str) -> x509.Name:
    """C, L, O, CN, SN, GN, serialNumber. `place`: (locality, organisation); a Person-id has none."""
    where = [(NameOID.LOCALITY_NAME, place[0]), (NameOID.ORGANIZATION_NAME, place[1])] if place else []
    parts = [
        (NameOID.COUNTRY_NAME, "SE"),
        *where,
        (NameOID.COMMON_NAME, f"{given_name} {surname}"),
        (NameOID.SURNAME, surname),
        (NameOID.GIVEN_NAME, given_name),
        (NameOID.SERIAL_NUMBER, holder),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def card_extensions(
    issuer: x509.Certificate,
    key: PrivateKey,
    *,
    purpose: Literal["auth", "sign"] = "auth",
    card_number: str = "9752268900000000001",
    principal: str | None = None,
    email: str | None = None,
) -> list[tuple[x509.ExtensionType, bool]]:
    """What the profile asks for: usage, card number, key ids, policy; a SAN only if there is something to say in it."""
    alternative: list[x509.GeneralName] = [x509.RFC822Name(email)] if email else []
    if principal:
        alternative.append(x509.OtherName(_USER_PRINCIPAL_NAME, _der(0x0C, principal)))
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (usage("digital_signature" if purpose == "auth" else "content_commitment"), True),
        (x509.UnrecognizedExtension(_CARD_NUMBER, _der(0x13, card_number)), False),
        (key_id_of(issuer), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.CertificatePolicies([x509.PolicyInformation(_POLICY, None)]), False),
    ]
    if purpose == "auth":
        extensions.append((x509.ExtendedKeyUsage(_FOR_AUTHENTICATION), False))
    if alternative:
        extensions.append((x509.SubjectAlternativeName(alternative), False))
    return extensions


def usage(*allowed: str) -> x509.KeyUsage:
    """Key usage with exactly these bits."""
    if unknown := set(allowed) - set(_USAGES):
        raise ValueError(f"no bits of key usage: {unknown}")
    return x509.KeyUsage(**{bit: bit in allowed for bit in _USAGES})


def key_id_of(ca: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _der(tag: int, text: str) -> bytes:
    """A string of fewer than 128 bytes."""
    content = text.encode()
    return bytes([tag, len(content)]) + content


def key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
