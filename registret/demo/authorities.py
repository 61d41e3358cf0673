"""One certificate authority of the demo, and what it signs, as files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registret.demo.certificates import Extensions, KeyKind, PrivateKey, key_id_of, key_pem, new_key, signed, usage

LIFE = timedelta(days=3652)  # ten years: a demo must not die of old age
A_DAY = timedelta(days=1)
_OWNER = "DEMO Registret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One CA of the hierarchy. `kind` is None for those that issue no cards."""

    common_name: str
    kind: Literal["hsa", "person"] | None = None
    level: int = 0
    key: KeyKind = "ec"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAuthority:
    """A CA certificate and its key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    def sign(
        self,
        *,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        extensions: Extensions,
        not_before: datetime,
        not_after: datetime,
        serial: int | None = None,
    ) -> x509.Certificate:
        """A certificate with exactly these parts."""
        names = (subject, self.certificate.subject)
        return signed(*names, public_key, extensions, (not_before, not_after), by=self.key, serial=serial)

    def crl(
        self, revoked: Iterable[tuple[int, datetime]], *, this_update: datetime, next_update: datetime, number: int = 1
    ) -> x509.CertificateRevocationList:
        """`revoked`: pairs of serial number and moment."""
        entries = [
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment).build()
            for serial, moment in revoked
        ]
        # All at once: the builder's own method copies what it has at each entry, which takes a minute for 100,000.
        builder = (
            x509.CertificateRevocationListBuilder(revoked_certificates=entries)
            .issuer_name(self.certificate.subject)
            .last_update(this_update)
            .next_update(next_update)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(key_id_of(self.certificate), critical=False)
        )
        return builder.sign(self.key, hashes.SHA256())


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFiles:
    """What a TLS listener reads: the server's certificate followed by its CA, and the key (PEM, 0600)."""

    chain: Path
    key: Path


def new_ca(
    plan: Plan, at: datetime, *, issuer: CertificateAuthority | None = None, only_for: Sequence[str] = ()
) -> CertificateAuthority:
    """Signed by itself without an `issuer`. `only_for`: the only host names (and those below them) that it can vouch
    for. People put this CA into their browsers, and its key lies in a folder; it must not be able to speak for the
    rest of the web."""
    key, subject = new_key(plan.key), _ca_name(plan.common_name)
    last = only_for or issuer
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=0 if last else 1), True),
        (usage("key_cert_sign", "crl_sign"), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]
    if issuer:
        extensions.append((key_id_of(issuer.certificate), False))
    if only_for:
        permitted = [x509.DNSName(host) for host in only_for]
        extensions.append((x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), True))
    names = (subject, issuer.certificate.subject if issuer else subject)
    # Long before today: expired cards of the demo were once issued by a CA that was valid then.
    life = (at - LIFE, at + LIFE)
    certificate = signed(*names, key.public_key(), extensions, life, by=issuer.key if issuer else key)
    return CertificateAuthority(certificate=certificate, key=key)


def new_server(
    web: CertificateAuthority, files: ServerFiles, host: str, at: datetime, *, more: Sequence[x509.GeneralName] = ()
) -> None:
    key = new_key("ec")
    certificate = web.sign(
        subject=_ca_name(host),
        public_key=key.public_key(),
        extensions=[
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.SubjectAlternativeName([x509.DNSName(host), *more]), False),
            (key_id_of(web.certificate), False),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        ],
        not_before=at - A_DAY,
        not_after=at + LIFE,
    )
    write_file(files.key, key_pem(key))
    chain = certificate.public_bytes(Encoding.PEM) + web.certificate.public_bytes(Encoding.PEM)
    write_file(files.chain, chain, mode=0o644)


def _ca_name(common_name: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "SE"), (NameOID.ORGANIZATION_NAME, _OWNER), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def stored_ca(folder: Path, slug: str) -> CertificateAuthority:
    key = load_pem_private_key((folder / f"{slug}.key").read_bytes(), password=None)
    certificate = x509.load_pem_x509_certificate((folder / f"{slug}.pem").read_bytes())
    return CertificateAuthority(certificate=certificate, key=cast(PrivateKey, key))


def write_file(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replaces the file in one step; nobody ever sees half of it, nor a key that others may read."""
    half = file.with_name(f".{file.name}.half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
    half.replace(file)
