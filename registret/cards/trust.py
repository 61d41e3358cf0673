"""Whom the door believes: issuing CAs, pinned as configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Store

from registret.cards import issuer_form

TRUST_FILE = "trust.toml"


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
    """One pinned issuing CA. `level`: its level of assurance (2 or 3). `crl`: the file with its revocation list.

    Raises:
        TrustBroken: the certificate is none that may be pinned (`issuer_form`).
    """

    name: str
    certificate: x509.Certificate
    kind: CardKind
    level: int
    environment: Environment
    crl: Path | None = None
    subject: bytes = field(init=False, repr=False, compare=False)
    store: Store = field(init=False, repr=False, compare=False)
    common_name: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problem = issuer_form.problem(self.certificate)
        if problem:
            raise TrustBroken(f"{self.name}: {problem}")
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
            crl = "hsa-3.crl"             # without one its cards are refused as card.revocation_unknown

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


def _anchor(folder: Path, table: dict[str, Any], number: int) -> Anchor:
    where = f"{folder / TRUST_FILE}, anchor {number}"
    crl = table.get("crl")
    wrong = [key for key, kind in _KEYS.items() if type(table.get(key)) is not kind]
    wrong += [] if crl is None or isinstance(crl, str) else ["crl"]
    unknown = sorted(set(table) - set(_KEYS) - {"crl"})
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
    )


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
