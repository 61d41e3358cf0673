"""A certificate authority in a box, shaped like SITHS: made at run time, known by its names to be a demo.

Its anchors carry the environment "test", so no production setting lets its cards in. Nothing of it is shipped: keys
are born in the folder that the caller names (0700, keys 0600) and never leave it, except inside the .p12 of a card.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from registret.demo.authorities import (
    A_DAY,
    LIFE,
    CertificateAuthority,
    Plan,
    ServerFiles,
    new_ca,
    new_server,
    stored_ca,
    write_file,
)
from registret.demo.card_orders import CardOrder
from registret.demo.certificates import (
    IssuedCertificate,
    key_pem,
    new_key,
)

_STATE, _REVOKED = "authority.json", "revoked.json"


_ROOT = Plan(common_name="DEMO SITHS e-id Root CA v2")
_WEB = Plan(common_name="DEMO Registret Web CA v1")
# By the stem of its files.
_ISSUING = {
    "hsa-3": Plan(common_name="DEMO SITHS e-id Person HSA-id 3 CA v1", kind="hsa", level=3, key="rsa"),
    "hsa-2": Plan(common_name="DEMO SITHS e-id Person HSA-id 2 CA v1", kind="hsa", level=2),
    "person-3": Plan(common_name="DEMO SITHS e-id Person ID 3 CA v1", kind="person", level=3),
}


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
            root=stored_ca(folder, "root"),
            web=stored_ca(folder, "web"),
            issuing={slug: stored_ca(folder, slug) for slug in _ISSUING},
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

    def issue_card(self, **order: Any) -> IssuedCertificate:
        """One certificate of a card, with what a `CardOrder` says. Valid by default from a day before the authority was
        made until the authority ends.

        Raises: ValueError: the holder's id is missing.
        """
        card = CardOrder(**order)
        ca, key = self.issuer(card.kind, card.level), new_key(card.key)
        certificate = ca.sign(
            subject=card.subject,
            public_key=key.public_key(),
            extensions=card.extensions(ca.certificate, key),
            not_before=card.not_before or self.created - A_DAY,
            not_after=card.not_after or ca.certificate.not_valid_after_utc,
        )
        issuers = (ca.certificate, self.root.certificate)
        return IssuedCertificate(certificate=certificate, key=key, issuers=issuers, label=card.label)

    def revoke(self, certificate: x509.Certificate, *, at: datetime | None = None) -> None:
        """Puts it on its CA's list; `write_trust` publishes the list. Twice is once."""
        revoked = self._revoked()
        slug = next(s for s, ca in self.issuing.items() if ca.certificate.subject == certificate.issuer)
        entries = revoked.setdefault(slug, {})
        entries.setdefault(str(certificate.serial_number), (at or self.created).isoformat())
        write_file(self.folder / _REVOKED, json.dumps(revoked, indent=1).encode())

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
            write_file(folder / f"{slug}.pem", ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
            write_file(folder / f"{slug}.crl", crl.public_bytes(Encoding.DER), mode=0o644)
            tables.append(_trust_table(slug))
        write_file(folder / "trust.toml", "\n".join(tables).encode(), mode=0o644)
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
    root, web = new_ca(_ROOT, created), new_ca(_WEB, created, only_for=(site_host, card_host))
    authority = DemoAuthority(
        folder=folder,
        created=created,
        root=root,
        web=web,
        issuing={slug: new_ca(plan, created, issuer=root) for slug, plan in _ISSUING.items()},
        site_host=site_host,
        card_host=card_host,
    )
    _write(authority)
    return authority


def _write(authority: DemoAuthority) -> None:
    _write_keys(authority)
    (authority.folder / _REVOKED).unlink(missing_ok=True)
    # Written last: a folder without it is not an authority, however far the work got.
    hosts = {"site_host": authority.site_host, "card_host": authority.card_host}
    state = {"created": authority.created.isoformat(), **hosts}
    write_file(authority.folder / _STATE, json.dumps(state, indent=1).encode())


def _write_keys(authority: DemoAuthority) -> None:
    folder, web = authority.folder, authority.web
    for slug, ca in {"root": authority.root, "web": web, **authority.issuing}.items():
        write_file(folder / f"{slug}.pem", ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
        write_file(folder / f"{slug}.key", key_pem(ca.key))
    # The mail catcher shows the same certificate, to a worker that cannot look up names below localhost.
    loopback = x509.IPAddress(ip_address("127.0.0.1"))
    new_server(web, authority.site_server, authority.site_host, authority.created, more=[loopback])
    card_host = authority.card_host
    # Without a label it is the card host of those who have no wildcard (CARD_HOST_FIXED).
    new_server(web, authority.card_server, f"*.{card_host}", authority.created, more=[x509.DNSName(card_host)])


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
