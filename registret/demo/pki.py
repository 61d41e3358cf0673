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
from typing import Literal, Self, TypeAlias, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
KeyKind: TypeAlias = Literal["ec", "rsa", "rsa-e3"]
Extensions: TypeAlias = Sequence[tuple[x509.ExtensionType, bool]]  # (extension, critical)

LIFE = timedelta(days=3652)  # ten years: a demo must not die of old age
_A_DAY = timedelta(days=1)
_OWNER = "DEMO Registret"
_CARD_NUMBER = x509.ObjectIdentifier("1.2.752.34.2.1")
_USER_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_POLICY = x509.ObjectIdentifier("2.5.29.32.0")  # anyPolicy: a demo CA has none of its own
_STATE, _REVOKED = "authority.json", "revoked.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One CA of the hierarchy. `kind` is None for those that issue no cards."""

    slug: str
    common_name: str
    kind: Literal["hsa", "person"] | None = None
    level: int = 0
    key: KeyKind = "ec"


_ROOT = _Plan(slug="root", common_name="DEMO SITHS e-id Root CA v2")
_WEB = _Plan(slug="web", common_name="DEMO Registret Web CA v1")
_ISSUING = (
    _Plan(slug="hsa-3", common_name="DEMO SITHS e-id Person HSA-id 3 CA v1", kind="hsa", level=3, key="rsa"),
    _Plan(slug="hsa-2", common_name="DEMO SITHS e-id Person HSA-id 2 CA v1", kind="hsa", level=2),
    _Plan(slug="person-3", common_name="DEMO SITHS e-id Person ID 3 CA v1", kind="person", level=3),
)


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
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, hashes.SHA256())

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
            .add_extension(_key_of(self.certificate), critical=False)
        )
        return builder.sign(self.key, hashes.SHA256())


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
        return _key_pem(self.key)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFiles:
    """What a TLS listener reads: the server's certificate followed by its CA, and the key (PEM, 0600)."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
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
            root=_stored_ca(folder, _ROOT),
            web=_stored_ca(folder, _WEB),
            issuing={plan.slug: _stored_ca(folder, plan) for plan in _ISSUING},
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
                ca, holder_key, purpose=purpose, card_number=card_number, principal=principal, email=email
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
        for plan in _ISSUING:
            ca = self.issuing[plan.slug]
            entries = [(int(s), datetime.fromisoformat(m)) for s, m in revoked.get(plan.slug, {}).items()]
            crl = ca.crl(
                entries,
                this_update=start,
                next_update=next_update or self.created + LIFE,
                number=1 + len(entries),
            )
            _write(folder / f"{plan.slug}.pem", ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
            _write(folder / f"{plan.slug}.crl", crl.public_bytes(Encoding.DER), mode=0o644)
            tables.append(_trust_table(plan))
        _write(folder / "trust.toml", "\n".join(tables).encode(), mode=0o644)
        return folder

    def foreign(self) -> Authority:
        """Another hierarchy with the very same names and other keys: what a forger would make."""
        folder = self.folder / "foreign"
        if (folder / _STATE).exists():
            return Authority.load(folder)
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
) -> Authority:
    """Makes the hierarchy and the two servers' certificates and stores them in `folder`, over whatever was there."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    created = at.astimezone(UTC).replace(microsecond=0)
    root, web = _new_root(_ROOT, created), _new_root(_WEB, created, only_for=(site_host, card_host))
    authority = Authority(
        folder=folder,
        created=created,
        root=root,
        web=web,
        issuing={plan.slug: _new_issuing(plan, root, created) for plan in _ISSUING},
        site_host=site_host,
        card_host=card_host,
    )
    for slug, ca in {_ROOT.slug: root, _WEB.slug: web, **authority.issuing}.items():
        _write(folder / f"{slug}.pem", ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
        _write(folder / f"{slug}.key", _key_pem(ca.key))
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
    ca: CertificateAuthority,
    key: PrivateKey,
    *,
    purpose: Literal["auth", "sign"] = "auth",
    card_number: str = "9752268900000000001",
    principal: str | None = None,
    email: str | None = None,
) -> list[tuple[x509.ExtensionType, bool]]:
    """What the profile asks for: usage, card number, key ids, policy; a SAN only if there is something to say in it."""
    is_auth = purpose == "auth"
    alternative: list[x509.GeneralName] = [x509.RFC822Name(email)] if email else []
    if principal:
        utf8 = principal.encode()
        alternative.append(x509.OtherName(_USER_PRINCIPAL_NAME, bytes([0x0C, len(utf8)]) + utf8))
    number = card_number.encode("ascii")
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (_usage(digital_signature=is_auth, content_commitment=not is_auth), True),
        (x509.UnrecognizedExtension(_CARD_NUMBER, bytes([0x13, len(number)]) + number), False),
        (_key_of(ca.certificate), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.CertificatePolicies([x509.PolicyInformation(_POLICY, None)]), False),
    ]
    if is_auth:
        extensions.append(
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SMARTCARD_LOGON]), False)
        )
    if alternative:
        extensions.append((x509.SubjectAlternativeName(alternative), False))
    return extensions


def _new_root(plan: _Plan, at: datetime, *, only_for: Sequence[str] = ()) -> CertificateAuthority:
    """`only_for`: the only host names (and those below them) that it can vouch for. People put this CA into their
    browsers, and its key lies in a folder; it must not be able to speak for the rest of the web."""
    key = new_key(plan.key)
    extensions = _ca_extensions(key, path_length=0 if only_for else 1)
    if only_for:
        permitted = [x509.DNSName(host) for host in only_for]
        extensions.append((x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), True))
    return _new_ca(plan, key, extensions, at, issuer=None)


def _new_issuing(plan: _Plan, root: CertificateAuthority, at: datetime) -> CertificateAuthority:
    key = new_key(plan.key)
    extensions = [*_ca_extensions(key, path_length=0), (_key_of(root.certificate), False)]
    return _new_ca(plan, key, extensions, at, issuer=root)


def _new_ca(
    plan: _Plan, key: PrivateKey, extensions: Extensions, at: datetime, *, issuer: CertificateAuthority | None
) -> CertificateAuthority:
    subject = _ca_name(plan.common_name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Long before today: expired cards of the demo were once issued by a CA that was valid then.
        .not_valid_before(at - LIFE)
        .not_valid_after(at + LIFE)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return CertificateAuthority(certificate=builder.sign(issuer.key if issuer else key, hashes.SHA256()), key=key)


def _new_server(
    web: CertificateAuthority, files: ServerFiles, host: str, at: datetime, *, more: Sequence[x509.GeneralName] = ()
) -> None:
    key = new_key("ec")
    certificate = web.sign(
        subject=_ca_name(host),
        public_key=key.public_key(),
        extensions=[
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(digital_signature=True), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.SubjectAlternativeName([x509.DNSName(host), *more]), False),
            (_key_of(web.certificate), False),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        ],
        not_before=at - _A_DAY,
        not_after=at + LIFE,
    )
    _write(files.key, _key_pem(key))
    chain = certificate.public_bytes(Encoding.PEM) + web.certificate.public_bytes(Encoding.PEM)
    _write(files.chain, chain, mode=0o644)


def _ca_extensions(key: PrivateKey, *, path_length: int) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_usage(key_cert_sign=True, crl_sign=True), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]


def _ca_name(common_name: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "SE"), (NameOID.ORGANIZATION_NAME, _OWNER), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _key_of(ca: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _trust_table(plan: _Plan) -> str:
    lines = {
        "name": plan.common_name,
        "certificate": f"{plan.slug}.pem",
        "kind": str(plan.kind),
        "level": plan.level,
        "environment": "test",
        "crl": f"{plan.slug}.crl",
    }
    return "[[anchor]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())


def _stored_ca(folder: Path, plan: _Plan) -> CertificateAuthority:
    key = load_pem_private_key((folder / f"{plan.slug}.key").read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError(f"{plan.slug}.key is not a key of this authority")
    certificate = x509.load_pem_x509_certificate((folder / f"{plan.slug}.pem").read_bytes())
    return CertificateAuthority(certificate=certificate, key=key)


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replaces the file in one step; nobody ever sees half of it, nor a key that others may read."""
    half = file.with_name(f".{file.name}.half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
    half.replace(file)
