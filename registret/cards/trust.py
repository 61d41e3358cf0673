"""Whom the door believes: issuing CAs, pinned as configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Store

from registret.cards import issuer_form

TRUST_FILE = "trust.toml"
GRACE = timedelta(hours=24)
LONGEST_GRACE = timedelta(days=7)


class TrustBroken(Exception):
    """The trust configuration cannot be used; the message is one line for the operator."""


class CardKind(StrEnum):
    """How the certificates of a CA name their holders."""

    HSA = "hsa"
    PERSON = "person"


class Environment(StrEnum):
    PRODUCTION = "production"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One pinned issuing CA. `level`: its level of assurance (2 or 3).

    `crl`: the file with its revocation list. `crl_url`: where that list is fetched. `ocsp_url`: where its OCSP
    responder answers. Nothing else says where to look, certificates least of all. `grace`: how long after its time a
    list goes on deciding. `fingerprint`: SHA-256 of the certificate, lower-case hex.

    Raises:
        TrustBroken: the certificate is none that may be pinned (`issuer_form`).
    """

    name: str
    certificate: x509.Certificate
    kind: CardKind
    level: int
    environment: Environment
    crl: Path | None = None
    crl_url: str | None = None
    ocsp_url: str | None = None
    grace: timedelta = GRACE
    fingerprint: str = field(init=False, repr=False, compare=False)
    subject: bytes = field(init=False, repr=False, compare=False)
    store: Store = field(init=False, repr=False, compare=False)
    common_name: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problem = issuer_form.problem(self.certificate)
        if problem:
            raise TrustBroken(f"{self.name}: {problem}")
        object.__setattr__(self, "fingerprint", self.certificate.fingerprint(SHA256()).hex())
        object.__setattr__(self, "subject", self.certificate.subject.public_bytes())
        object.__setattr__(self, "store", Store([self.certificate]))
        object.__setattr__(self, "common_name", common_name(self.certificate.subject))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """All pinned CAs. Test anchors stay known even where they are not accepted: a test card is then named as such."""

    anchors: tuple[Anchor, ...]
    accept_test: bool
    _by_subject: Mapping[bytes, tuple[Anchor, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        subjects = dict.fromkeys(anchor.subject for anchor in self.anchors)
        index = {subject: tuple(a for a in self.anchors if a.subject == subject) for subject in subjects}
        object.__setattr__(self, "_by_subject", index)

    @classmethod
    def load(cls, folder: Path, *, accept_test: bool) -> Self:
        """Reads `trust.toml` in `folder`, one table per CA; files are named relative to the folder:

            [[anchor]]
            name = "SITHS e-id Person HSA-id 3 CA v1"
            certificate = "hsa-3.pem"
            kind = "hsa"                  # or "person": known, so that Person-id can be told apart, never accepted
            level = 3
            environment = "production"    # or "test"
            # Where its revocation list comes from; without any its cards are refused as card.revocation_unknown:
            crl_url = "http://crl.example.se/hsa-3.crl"
            crl = "hsa-3.crl"             # a file, beside the address or instead of it
            ocsp_url = "http://ocsp.example.se/"    # asked as well
            grace_hours = 24              # how long after its time a list goes on deciding; 0 to 168

        The CRL files need not exist yet; `CrlFiles` reads them when it is asked.

        Raises:
            TrustBroken: a file is missing or cannot be understood.
        """
        tables = _tables(folder / TRUST_FILE)
        if not tables:
            raise TrustBroken(f"{folder / TRUST_FILE}: no anchor stands in it")
        anchors = tuple(_anchor(folder, table, number) for number, table in enumerate(tables, start=1))
        if len({anchor.certificate for anchor in anchors}) < len(anchors):
            raise TrustBroken(f"{folder / TRUST_FILE}: the same certificate stands in two [[anchor]] tables")
        return cls(anchors=anchors, accept_test=accept_test)

    def accepted(self, kind: CardKind = CardKind.HSA) -> tuple[Anchor, ...]:
        """The CAs of this kind whose certificates are let in here."""
        return tuple(a for a in self.anchors if a.kind is kind and self.accepts(a))

    def accepts(self, anchor: Anchor) -> bool:
        return self.accept_test or anchor.environment is Environment.PRODUCTION

    def names(self, kind: CardKind = CardKind.HSA) -> list[bytes]:
        """DER subject names of the accepted CAs of this kind: what the TLS CertificateRequest names."""
        return list(dict.fromkeys(anchor.subject for anchor in self.accepted(kind)))

    def with_subject(self, subject: bytes) -> tuple[Anchor, ...]:
        """The anchors of exactly this DER name; several while a CA changes its key."""
        return self._by_subject.get(subject, ())


def common_name(name: x509.Name) -> str:
    """The CN, or the whole name if it has none."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _tables(file: Path) -> list[dict[str, Any]]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as e:
        raise TrustBroken(f"{file}: cannot be read ({e.strerror})") from None
    except ValueError as e:
        raise TrustBroken(f"{file}: {e}") from None
    tables = content.get("anchor")
    if set(content) != {"anchor"} or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise TrustBroken(f"{file}: expected [[anchor]] tables and nothing else")
    return tables


_KEYS = {"name": str, "certificate": str, "kind": str, "level": int, "environment": str}
_MAY_BE_LEFT_OUT = {"crl": str, "crl_url": str, "ocsp_url": str, "grace_hours": int}


def _anchor(folder: Path, table: dict[str, Any], number: int) -> Anchor:
    where = f"{folder / TRUST_FILE}, anchor {number}"
    crl, hours = table.get("crl"), table.get("grace_hours", GRACE // timedelta(hours=1))
    wrong = _wrong(table, hours)
    unknown = sorted(set(table) - set(_KEYS) - set(_MAY_BE_LEFT_OUT))
    if wrong or unknown:
        raise TrustBroken(f"{where}: missing or wrong: {', '.join(wrong) or '-'}; unknown: {', '.join(unknown) or '-'}")
    try:
        kind, environment = CardKind(table["kind"]), Environment(table["environment"])
    except ValueError as e:
        raise TrustBroken(f"{where}: {e}") from None
    return Anchor(
        name=table["name"],
        certificate=_certificate(folder / table["certificate"]),
        kind=kind,
        level=table["level"],
        environment=environment,
        crl=folder / crl if crl else None,
        crl_url=table.get("crl_url"),
        ocsp_url=table.get("ocsp_url"),
        grace=timedelta(hours=hours),
    )


def _wrong(table: dict[str, Any], hours: object) -> list[str]:
    """The keys whose values are missing or wrong, each once."""
    wrong = [key for key, kind in _KEYS.items() if type(table.get(key)) is not kind]
    wrong += [key for key, kind in _MAY_BE_LEFT_OUT.items() if key in table and type(table[key]) is not kind]
    wrong += [key for key in ("crl_url", "ocsp_url") if key in table and not _is_address(table[key])]
    wrong += [] if type(hours) is int and 0 <= hours <= LONGEST_GRACE // timedelta(hours=1) else ["grace_hours"]
    return list(dict.fromkeys(wrong))


def _is_address(value: object) -> bool:
    """Whether it is an http or https address with a host, and without anything that names a person or a fragment."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = not (parts.username or parts.password or parts.fragment)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port_is_good and is_plain


def _certificate(file: Path) -> x509.Certificate:
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except OSError as e:
        raise TrustBroken(f"{file}: cannot be read ({e.strerror})") from None
    except ValueError:
        raise TrustBroken(f"{file}: is not a certificate in PEM") from None
    if len(found) != 1:
        raise TrustBroken(f"{file}: holds {len(found)} certificates, expected the issuing CA alone")
    return found[0]
