"""Seals as values: what is hashed, what is signed, what an operator keeps elsewhere. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registret.ledger.canonical import canonical

FIRST_PREVIOUS = "0" * 64
LEAF_BYTES = 40

_CHECKPOINT = re.compile(
    r"registret-ledger seal=(?P<number>[1-9][0-9]{0,17}) last=(?P<last>[0-9]{1,18}) hash=(?P<hash>[0-9a-f]{64})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedMonth:
    """The entries of one month (of `at`, in UTC) in a seal. `digest` is the SHA-256 of their leaves, by number."""

    month: str
    count: int
    digest: str

    @classmethod
    def of(cls, month: str, leaves: Sequence[bytes]) -> Self:
        return cls(month=month, count=len(leaves), digest=hashlib.sha256(b"".join(leaves)).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Says that exactly these entries had numbers above `after` and up to `last`, and which months were culled.

    `previous` is the hash of the seal before. `key` is the public key (Ed25519, hex) that signs.
    """

    number: int
    form: int
    previous: str
    after: int
    last: int
    sealed_at: datetime
    parts: tuple[SealedMonth, ...]
    culled: tuple[str, ...]
    key: str

    def line(self) -> bytes:
        """What is hashed and signed: canonical JSON."""
        return canonical(
            {
                "number": self.number,
                "form": self.form,
                "previous": self.previous,
                "after": self.after,
                "last": self.last,
                "sealed_at": self.sealed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "parts": [{"month": p.month, "count": p.count, "digest": p.digest} for p in self.parts],
                "culled": list(self.culled),
                "key": self.key,
            }
        )

    def hash(self) -> str:
        return hashlib.sha256(self.line()).hexdigest()


def leaves_by_month(entries: Mapping[str, Sequence[bytes]]) -> tuple[tuple[SealedMonth, ...], bytes]:
    """Parts in the order of their months, and all leaves in the order of the parts."""
    months = sorted(entries)
    return tuple(SealedMonth.of(m, entries[m]) for m in months), b"".join(leaf for m in months for leaf in entries[m])


@dataclass(frozen=True, slots=True)
class SealKey:
    """Signs seals. Its secret is a setting, so it is not in the database that the seals guard."""

    _private: Ed25519PrivateKey

    @classmethod
    def of(cls, secret: bytes) -> Self:
        seed = hashlib.sha256(b"registret.ledger.seal\0" + secret).digest()
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> str:
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, line: bytes) -> str:
        return self._private.sign(line).hex()


def signed_by(key: str, line: bytes, signature: str) -> bool:
    """Whether the owner of the public key signed the line. Malformed keys and signatures sign nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), line)
    except (ValueError, InvalidSignature):
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """One line that says how far the log had come, to be kept where anyone who can change the log cannot change it."""

    number: int
    last: int
    hash: str

    def __str__(self) -> str:
        return f"registret-ledger seal={self.number} last={self.last} hash={self.hash}"


def checkpoints_in(text: str) -> tuple[Checkpoint, ...]:
    """All checkpoints of a text, whatever stands around them: a file of theirs, or the program's messages."""
    found = _CHECKPOINT.finditer(text)
    return tuple(Checkpoint(number=int(m["number"]), last=int(m["last"]), hash=m["hash"]) for m in found)
