"""What arrives at the door, and what it becomes when everything about it has been proven."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from registret.cards.refusals import MalformedCard, NoCard
from registret.cards.trust import Environment
from registret.kernel.identifiers import HsaId

MAX_BYTES = 16 * 1024  # real ones are 1.2 to 2.5 kB; the cap stands before the parser

# What the parser raises for bytes that are not what they should be; it parses name, key and extensions only when
# they are asked for. Found by the fuzz in tests/rooms/cards/test_fuzz.py.
UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    Warning,  # only where warnings are made errors (python -W error)
)


@dataclass(frozen=True, slots=True)
class PresentedCertificate:
    """The DER bytes that the door received in the handshake, not believed. None: no certificate came."""

    der: bytes | None = field(repr=False)  # may hold a personal number


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCard:
    """A card whose every step was proven at one moment. Only `registret.cards.verify` makes it.

    Texts are at most 256 printable characters. `given_name` may be empty (people with one name); `surname` is then
    the common name. `serial` and `fingerprint` (SHA-256 of the DER) are lower-case hex. `revocation_stale`: the
    revocation list is past its time but within grace; let in, and worth an alarm.
    """

    hsa_id: HsaId
    given_name: str
    surname: str
    organisation: str
    issuer: str
    level: int
    environment: Environment
    serial: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    card_number: str | None = None
    revocation_stale: bool = False

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}".strip()


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Around each first look into a part of a certificate.

    Raises:
        MalformedCard: the part cannot be parsed; the reason is `what`. The parser's own message quotes the
            certificate, so it is dropped.
    """
    try:
        yield
    except UNREADABLE:
        raise MalformedCard(reason=what) from None


def parsed(presented: PresentedCertificate) -> x509.Certificate:
    """The outer shape only: nothing in it is believed yet.

    Raises:
        NoCard, MalformedCard.
    """
    der = presented.der
    if not der:
        raise NoCard()
    if len(der) > MAX_BYTES:
        raise MalformedCard(reason="size")
    with reading("encoding"):
        return x509.load_der_x509_certificate(der)


def fingerprint(presented: PresentedCertificate) -> str:
    """SHA-256 of what was received, in lower-case hex; says which certificate it was without saying whose."""
    return hashlib.sha256(presented.der or b"").hexdigest()


def serial_hex(certificate: x509.Certificate) -> str:
    return format(certificate.serial_number, "x")
