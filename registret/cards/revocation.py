"""Is a certificate revoked? Answered from lists that its CA has signed; nothing is fetched here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Protocol

from cryptography import x509

from registret.cards.presented import UNREADABLE, reading
from registret.cards.strength import STRONG_HASHES
from registret.cards.trust import GRACE, Anchor, Trust

CLOCK_SKEW = timedelta(minutes=5)
_PEM = b"-----BEGIN"
_LONGEST_NUMBER = 160  # bits; RFC 5280, 5.2.3
_log = logging.getLogger(__name__)


class RevocationState(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationAnswer:
    """`as_of`: when the source was issued. `by_ocsp`: the source is an answer about this one certificate, not a list.
    `stale`: its time is over, but within grace. `only_for`: it speaks for certificates of these distribution points
    only; None: for all of the CA."""

    state: RevocationState
    as_of: datetime | None = None
    by_ocsp: bool = False
    stale: bool = False
    only_for: frozenset[x509.GeneralName] | None = None


_NOBODY_KNOWS = RevocationAnswer(state=RevocationState.UNKNOWN)


class Revocation(Protocol):
    """A source of answers."""

    def answer(self, *, anchor: Anchor, serial: int, at: datetime) -> RevocationAnswer: ...


def ask(source: Revocation, certificate: x509.Certificate, *, anchor: Anchor, at: datetime) -> RevocationAnswer:
    """What `source` knows about `certificate`: UNKNOWN if its GOOD speaks for other certificates (RFC 5280, 6.3.3 b 2).

    Raises:
        MalformedCard ("path").
    """
    answer = source.answer(anchor=anchor, serial=certificate.serial_number, at=at)
    if answer.state is not RevocationState.GOOD or answer.only_for is None:
        return answer
    if answer.only_for.isdisjoint(_distribution_points(certificate)):
        return RevocationAnswer(state=RevocationState.UNKNOWN, as_of=answer.as_of)
    return answer


def _distribution_points(certificate: x509.Certificate) -> frozenset[x509.GeneralName]:
    """Where the certificate says that its CA lists it for all reasons, or the CA's name if it does not say."""
    with reading("path"):
        found = [e.value for e in certificate.extensions if isinstance(e.value, x509.CRLDistributionPoints)]
    if not found:
        return frozenset({x509.DirectoryName(certificate.issuer)})
    points = [point for point in found[0] if not point.reasons and not point.crl_issuer]
    return frozenset(name for point in points for name in point.full_name or ())


class CrlFlaw(StrEnum):
    """What is wrong with a list."""

    UNREADABLE = "unreadable"
    OTHER_ISSUER = "other_issuer"
    WEAK = "weak"
    MAY_NOT_SIGN = "may_not_sign"
    WRONG_SIGNATURE = "wrong_signature"
    INCOMPLETE = "incomplete"
    NO_NUMBER = "no_number"
    NO_END = "no_end"
    GOES_BACK = "goes_back"


_REASONS = {
    CrlFlaw.UNREADABLE: "cannot be read",
    CrlFlaw.OTHER_ISSUER: "was issued by another CA",
    CrlFlaw.WEAK: "is signed with a weak algorithm",
    CrlFlaw.MAY_NOT_SIGN: "is of a CA whose certificate does not allow it to sign lists (cRLSign)",
    CrlFlaw.WRONG_SIGNATURE: "has a wrong signature",
    CrlFlaw.INCOMPLETE: "does not cover all certificates of the CA",
    CrlFlaw.NO_NUMBER: "has no number",  # RFC 5280, 5.2.3: without one an older list looks like a newer
    CrlFlaw.NO_END: "does not say when the next one comes",
    CrlFlaw.GOES_BACK: "is older than the one before it",
}


@dataclass(kw_only=True, eq=False)
class CrlBroken(Exception):
    flaw: CrlFlaw

    @property
    def reason(self) -> str:
        return _REASONS[self.flaw]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """A list that its CA signed and that is complete for the CA's certificates of people, or for those that name one
    of the distribution points in `only_for`: anyone who answers from it passes that on."""

    number: int
    this_update: datetime
    next_update: datetime
    serials: frozenset[int]
    only_for: frozenset[x509.GeneralName] | None = None

    def answer(self, *, serial: int, at: datetime, grace: timedelta) -> RevocationAnswer:
        """Fresh: decides. Past nextUpdate by at most `grace`: decides, marked `stale`. Older or not yet begun: UNKNOWN.

        A serial on the list is REVOKED however old the list is: revocation is not taken back.
        """
        if serial in self.serials:
            return RevocationAnswer(state=RevocationState.REVOKED, as_of=self.this_update)
        if not self.has_begun(at) or at > self.next_update + grace:
            return RevocationAnswer(state=RevocationState.UNKNOWN, as_of=self.this_update)
        return RevocationAnswer(
            state=RevocationState.GOOD,
            as_of=self.this_update,
            stale=at > self.next_update,
            only_for=self.only_for,
        )

    def has_begun(self, at: datetime) -> bool:
        return at >= self.this_update - CLOCK_SKEW

    def must_follow(self, *, number: int, this_update: datetime) -> None:
        """Number and moment of the list before it. Anyone who replays an old one wants a revocation forgotten.

        Raises: CrlBroken (GOES_BACK).
        """
        if self.number < number or self.this_update < this_update:
            raise CrlBroken(flaw=CrlFlaw.GOES_BACK)


def answer_of(
    lists: Sequence[RevocationList], *, serial: int, at: datetime, grace: timedelta = GRACE
) -> RevocationAnswer:
    """What lists of the same CA say together: revoked if any says so, otherwise what the one says that counts."""
    for one in lists:
        if serial in one.serials:
            return one.answer(serial=serial, at=at, grace=grace)
    counts = that_counts(lists, at=at)
    return counts.answer(serial=serial, at=at, grace=grace) if counts else _NOBODY_KNOWS


def that_counts(lists: Sequence[RevocationList], *, at: datetime) -> RevocationList | None:
    """The list that was issued last, of those whose time has begun if there is one."""
    return max(lists, key=lambda one: (one.has_begun(at), one.this_update), default=None)


class CrlFiles:
    """Answers from the file `anchor.crl` (DER or PEM) of each anchor in `trust`; safe to share between threads.

    A changed file is read at the next question; if it is broken or older than the one before it, the last good list
    stays (and ages).
    """

    def __init__(self, trust: Trust) -> None:
        self._files = {anchor.certificate: _CrlFile(anchor) for anchor in trust.anchors}

    def answer(self, *, anchor: Anchor, serial: int, at: datetime) -> RevocationAnswer:
        return answer_of(self.lists(anchor), serial=serial, at=at, grace=anchor.grace)

    def lists(self, anchor: Anchor) -> tuple[RevocationList, ...]:
        """The list in the anchor's file; none if there is no good one."""
        file = self._files.get(anchor.certificate)
        found = file.current() if file else None
        return (found,) if found else ()


def read_crl(content: bytes, anchor: Anchor) -> RevocationList:
    """Raises: CrlBroken."""
    try:
        load = x509.load_pem_x509_crl if content.startswith(_PEM) else x509.load_der_x509_crl
        crl = load(content)
        _require_signed(crl, anchor)
        if not all(_understood(extension) for extension in crl.extensions):
            raise CrlBroken(flaw=CrlFlaw.INCOMPLETE)
        number = _number(crl)
        if crl.next_update_utc is None:
            raise CrlBroken(flaw=CrlFlaw.NO_END)
        return RevocationList(
            number=number,
            this_update=crl.last_update_utc,
            next_update=crl.next_update_utc,
            serials=frozenset(entry.serial_number for entry in crl),
            only_for=_scope(crl),
        )
    except UNREADABLE:
        raise CrlBroken(flaw=CrlFlaw.UNREADABLE) from None


def _require_signed(crl: x509.CertificateRevocationList, anchor: Anchor) -> None:
    """Raises: CrlBroken."""
    if crl.issuer.public_bytes() != anchor.subject:
        raise CrlBroken(flaw=CrlFlaw.OTHER_ISSUER)
    algorithm = crl.signature_hash_algorithm
    if algorithm is None or algorithm.name not in STRONG_HASHES:
        raise CrlBroken(flaw=CrlFlaw.WEAK)
    if not _may_sign_lists(anchor.certificate):
        raise CrlBroken(flaw=CrlFlaw.MAY_NOT_SIGN)
    if not crl.is_signature_valid(anchor.certificate.public_key()):  # type: ignore[arg-type]  # checked inside
        raise CrlBroken(flaw=CrlFlaw.WRONG_SIGNATURE)


def _number(crl: x509.CertificateRevocationList) -> int:
    found = [extension.value for extension in crl.extensions if isinstance(extension.value, x509.CRLNumber)]
    if not found or found[0].crl_number.bit_length() > _LONGEST_NUMBER:
        raise CrlBroken(flaw=CrlFlaw.NO_NUMBER)
    return found[0].crl_number


def _understood(extension: x509.Extension[x509.ExtensionType]) -> bool:
    """Delta lists, lists of other CAs' certificates and lists by reason would answer GOOD for what they leave out. So
    would a list that points to a newer delta list, which is not read here."""
    scope = extension.value
    if isinstance(scope, x509.FreshestCRL):
        return False
    if isinstance(scope, x509.IssuingDistributionPoint):
        return not (
            scope.indirect_crl
            or scope.only_contains_ca_certs
            or scope.only_contains_attribute_certs
            or scope.only_some_reasons
            or scope.relative_name
        )
    return not extension.critical


def _scope(crl: x509.CertificateRevocationList) -> frozenset[x509.GeneralName] | None:
    points = [e.value.full_name for e in crl.extensions if isinstance(e.value, x509.IssuingDistributionPoint)]
    return frozenset(points[0]) if points and points[0] else None


def _may_sign_lists(ca: x509.Certificate) -> bool:
    usage = [e.value for e in ca.extensions if isinstance(e.value, x509.KeyUsage)]
    return not usage or usage[0].crl_sign


class _CrlFile:
    """One anchor's list, read again when the file is another one than last time."""

    def __init__(self, anchor: Anchor) -> None:
        self._anchor = anchor
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._good: RevocationList | None = None

    def current(self) -> RevocationList | None:
        file = self._anchor.crl
        stamp = _stamp(file) if file else None
        if file is None or stamp is None or stamp == self._seen:
            return self._good
        # One thread reads; the others go on with the list they have, and wait only if there is none.
        if self._lock.acquire(blocking=self._good is None):
            try:
                if stamp != self._seen:
                    self._read(file)
                    self._seen = stamp
            finally:
                self._lock.release()
        return self._good

    def _read(self, file: Path) -> None:
        try:
            found = read_crl(file.read_bytes(), self._anchor)
            if self._good:
                found.must_follow(number=self._good.number, this_update=self._good.this_update)
            self._good = found
        except (CrlBroken, OSError) as e:
            reason = e.reason if isinstance(e, CrlBroken) else e.strerror
            _log.warning("revocation list of %s (%s) %s; the last good one stays", self._anchor.name, file, reason)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
