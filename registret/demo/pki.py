"""A certificate authority in a box, shaped like SITHS: made at run time, known by its names to be a demo.

Its anchors carry the environment "test", so no production setting lets its cards in. Nothing of it is shipped: keys
are born in the folder that the caller names (0700, keys 0600) and never leave it, except inside the .p12 of a card.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registret.demo.certificates import (
    Extensions,
    IssuedCertificate,
    KeyKind,
    PrivateKey,
    card_extensions,
    card_subject,
    key_id_of,
    key_pem,
    new_key,
    signed,
    usage,
)

LIFE = timedelta(days=3652)  # ten years: a demo must not die of old age
_A_DAY = timedelta(days=1)
_OWNER = "DEMO Registret"
_STATE, _REVOKED = "authority.json", "revoked.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One CA of the hierarchy. `kind` is None for those that issue no cards."""

    common_name: str
    kind: Literal["hsa", "person"] | None = None
    level: int = 0
    key: KeyKind = "ec"


_ROOT = _Plan(common_name="DEMO SITHS e-id Root CA v2")
_WEB = _Plan(common_name="DEMO Registret Web CA v1")
# By the stem of its files.
_ISSUING = {
    "hsa-3": _Plan(common_name="DEMO SITHS e-id Person HSA-id 3 CA v1", kind="hsa", level=3, key="rsa"),
    "hsa-2": _Plan(common_name="DEMO SITHS e-id Person HSA-id 2 CA v1", kind="hsa", level=2),
    "person-3": _Plan(common_name="DEMO SITHS e-id Person ID 3 CA v1", kind="person", level=3),
}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAuthority:
    """The whole hierarchy, stored in `folder`. Made by `build_authority`, found again by `load`."""

    folder: Path
    created: datetime
    root: CertificateAuthority
    web: CertificateAuthority
    issuing: dict[str, CertificateAuthority]
    site_host: str
    card_host: str

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises: FileNotFoundError (no authority was ever built there)."""
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        return cls(
            folder=folder,
            created=datetime.fromisoformat(state["created"]),
            root=_stored_ca(folder, "root"),
            web=_stored_ca(folder, "web"),
            issuing={slug: _stored_ca(folder, slug) for slug in _ISSUING},
            site_host=state["site_host"],
            card_host=state["card_host"],
        )

    @property
    def web_root(self) -> Path:
        """The CA certificate (PEM) that a browser has to trust to see the demo's pages."""
        return self.folder / "web.pem"

    @property
    def site_server(self) -> ServerFiles:
        """For the main site's host."""
        return ServerFiles(chain=self.folder / "site.chain.pem", key=self.folder / "site.key")

    @property
    def card_server(self) -> ServerFiles:
        """For every one-time host under the card host."""
        return ServerFiles(chain=self.folder / "card.chain.pem", key=self.folder / "card.key")

    def issuer(self, kind: Literal["hsa", "person"], level: int = 3) -> CertificateAuthority:
        """Raises: KeyError (no such CA)."""
        return self.issuing[f"{kind}-{level}"]

    def issue_card(
        self,
        *,
        given_name: str,
        surname: str,
        organisation: str,
        kind: Literal["hsa", "person"],
        hsa_id: str | None = None,
        personal_number: str | None = None,
        level: int = 3,
        key: KeyKind = "ec",
        purpose: Literal["auth", "sign"] = "auth",
        locality: str = "Norrvik",
        email: str | None = None,
        with_san: bool = True,
        card_number: str = "9752268900000000001",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> IssuedCertificate:
        """One certificate of a card. `kind` "hsa" names the holder by `hsa_id`, "person" by `personal_number`.

        Valid by default from a day before the authority was made until the authority ends.

        Raises:
            ValueError: the id that `kind` asks for is missing.
        """
        holder = hsa_id if kind == "hsa" else personal_number
        if not holder:
            raise ValueError(f"a certificate of kind {kind} needs its holder's id")
        ca, holder_key = self.issuer(kind, level), new_key(key)
        place = None if kind == "person" else (locality, organisation)
        principal = f"{holder}@demo.invalid" if with_san and kind == "hsa" else None
        certificate = ca.sign(
            subject=card_subject(given_name=given_name, surname=surname, place=place, holder=holder),
            public_key=holder_key.public_key(),
            extensions=card_extensions(
                ca.certificate, holder_key, purpose=purpose, card_number=card_number, principal=principal, email=email
            ),
            not_before=not_before or self.created - _A_DAY,
            not_after=not_after or ca.certificate.not_valid_after_utc,
        )
        what = ("HSA-id" if kind == "hsa" else "Person-id") + (", signering" if purpose == "sign" else "")
        return IssuedCertificate(
            certificate=certificate,
            key=holder_key,
            issuers=(ca.certificate, self.root.certificate),
            label=f"{given_name} {surname} ({what})",
        )

    def revoke(self, certificate: x509.Certificate, *, at: datetime | None = None) -> None:
        """Puts it on its CA's list; `write_trust` publishes the list. Twice is once."""
        revoked = self._revoked()
        slug = next(s for s, ca in self.issuing.items() if ca.certificate.subject == certificate.issuer)
        entries = revoked.setdefault(slug, {})
        entries.setdefault(str(certificate.serial_number), (at or self.created).isoformat())
        _write(self.folder / _REVOKED, json.dumps(revoked, indent=1).encode())

    def write_trust(
        self, folder: Path, *, this_update: datetime | None = None, next_update: datetime | None = None
    ) -> Path:
        """Writes what `cards.Trust.load` reads: `trust.toml`, the issuing CAs, a fresh list of each.

        The lists are valid for ten years by default. Files are replaced whole, so that a running door can read them.
        Returns `folder`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        revoked, tables = self._revoked(), []
        start = this_update or self.created - timedelta(hours=1)
        end = next_update or self.created + LIFE
        for slug, ca in self.issuing.items():
            entries = [(int(s), datetime.fromisoformat(m)) for s, m in revoked.get(slug, {}).items()]
            crl = ca.crl(entries, this_update=start, next_update=end, number=1 + len(entries))
            _write(folder / f"{slug}.pem", ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
            _write(folder / f"{slug}.crl", crl.public_bytes(Encoding.DER), mode=0o644)
            tables.append(_trust_table(slug))
        _write(folder / "trust.toml", "\n".join(tables).encode(), mode=0o644)
        return folder

    def foreign(self) -> DemoAuthority:
        """Another hierarchy with the very same names and other keys: what a forger would make."""
        folder = self.folder / "foreign"
        if (folder / _STATE).exists():
            return DemoAuthority.load(folder)
        return build_authority(folder, at=self.created, site_host=self.site_host, card_host=self.card_host)

    def _revoked(self) -> dict[str, dict[str, str]]:
        """By slug of the CA: serial number (decimal) → moment (ISO 8601)."""
        file = self.folder / _REVOKED
        found: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return found


def build_authority(
    folder: Path,
    *,
    at: datetime,
    site_host: str = "registret.localhost",
    card_host: str = "kort.registret.localhost",
) -> DemoAuthority:
    """Makes the hierarchy and the two servers' certificates and stores them in `folder`, over whatever was there."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    created = at.astimezone(UTC).replace(microsecond=0)
    root, web = _new_ca(_ROOT, created), _new_ca(_WEB, created, only_for=(site_host, card_host))
    authority = DemoAuthority(
        folder=folder,
        created=created,
        root=root,
        web=web,
        issuing={slug: _new_ca(plan, created, issuer=root) for slug, plan in _ISSUING.items()},
        site_host=site_host,
        card_host=card_host,
    )
    for slug, ca in {"root": root, "web": web, **authority.issuing}.items():
        _write(folder / f"{slug}.pem", ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
        _write(folder / f"{slug}.key", key_pem(ca.key))
    # The mail catcher shows the same certificate, to a worker that cannot look up names below localhost.
    loopback = x509.IPAddress(ip_address("127.0.0.1"))
    _new_server(web, authority.site_server, site_host, created, more=[loopback])
    # Without a label it is the card host of those who have no wildcard (CARD_HOST_FIXED).
    _new_server(web, authority.card_server, f"*.{card_host}", created, more=[x509.DNSName(card_host)])
    (folder / _REVOKED).unlink(missing_ok=True)
    # Written last: a folder without it is not an authority, however far the work got.
    state = {"created": created.isoformat(), "site_host": site_host, "card_host": card_host}
    _write(folder / _STATE, json.dumps(state, indent=1).encode())
    return authority


def _new_ca(
    plan: _Plan, at: datetime, *, issuer: CertificateAuthority | None = None, only_for: Sequence[str] = ()
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


def _new_server(
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
        not_before=at - _A_DAY,
        not_after=at + LIFE,
    )
    _write(files.key, key_pem(key))
    chain = certificate.public_bytes(Encoding.PEM) + web.certificate.public_bytes(Encoding.PEM)
    _write(files.chain, chain, mode=0o644)


def _ca_name(common_name: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "SE"), (NameOID.ORGANIZATION_NAME, _OWNER), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _trust_table(slug: str) -> str:
    plan = _ISSUING[slug]
    lines = {
        "name": plan.common_name,
        "certificate": f"{slug}.pem",
        "kind": str(plan.kind),
        "level": plan.level,
        "environment": "test",
        "crl": f"{slug}.crl",
    }
    return "[[anchor]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())


def _stored_ca(folder: Path, slug: str) -> CertificateAuthority:
    key = load_pem_private_key((folder / f"{slug}.key").read_bytes(), password=None)
    certificate = x509.load_pem_x509_certificate((folder / f"{slug}.pem").read_bytes())
    return CertificateAuthority(certificate=certificate, key=cast(PrivateKey, key))


def _write(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replaces the file in one step; nobody ever sees half of it, nor a key that others may read."""
    half = file.with_name(f".{file.name}.half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
    half.replace(file)
