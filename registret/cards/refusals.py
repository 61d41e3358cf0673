"""Every no of the card door: one class per row of the table in `docs/journeys` A.

Facts are plain and never hold a personal number, a holder's name or anything else out of a certificate that was
not believed at that step. The one exception says so in its name: `claimed_issuer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class NoCard(Refused):
    """No certificate came: no card, no reader, no middleware, or the person pressed Cancel."""

    code: ClassVar[str] = "card.none"


@dataclass(kw_only=True, eq=False)
class CardNotPassedOn(Refused):
    """A certificate came as far as a front, which could not hand it on: too large by far, or a mistake in its setup."""

    code: ClassVar[str] = "card.not_passed_on"


@dataclass(kw_only=True, eq=False)
class PersonIdShown(Refused):
    """The certificate names its holder by personal number; access must end with the employment."""

    code: ClassVar[str] = "card.person_id"


@dataclass(kw_only=True, eq=False)
class SigningCertificate(Refused):
    """The certificate is for signing (key usage nonRepudiation only), not for legitimering."""

    code: ClassVar[str] = "card.signing"


@dataclass(kw_only=True, eq=False)
class CardExpired(Refused):
    code: ClassVar[str] = "card.expired"
    not_after: datetime
    issuer: str


@dataclass(kw_only=True, eq=False)
class CardNotYetValid(Refused):
    code: ClassVar[str] = "card.not_yet_valid"
    not_before: datetime
    issuer: str


@dataclass(kw_only=True, eq=False)
class CardRevoked(Refused):
    """`as_of`: the age of the list or answer that says so."""

    code: ClassVar[str] = "card.revoked"
    as_of: datetime | None
    issuer: str


@dataclass(kw_only=True, eq=False)
class RevocationUnknown(Refused):
    """Nobody can say at present whether the card is revoked. `as_of`: the newest answer there is, too old to trust."""

    code: ClassVar[str] = "card.revocation_unknown"
    as_of: datetime | None
    issuer: str


@dataclass(kw_only=True, eq=False)
class UnknownIssuer(Refused):
    """Not issued by a pinned CA, whatever its text claims (or by one whose own time is over)."""

    code: ClassVar[str] = "card.unknown_issuer"
    claimed_issuer: str


@dataclass(kw_only=True, eq=False)
class IssuedForTest(Refused):
    """A genuine certificate of a test CA, where only real ones are let in."""

    code: ClassVar[str] = "card.test_issuer"
    issuer: str


@dataclass(kw_only=True, eq=False)
class MalformedCard(Refused):
    """The certificate is not what its issuer's profile promises. `reason` is a word for the support:

    `size`, `encoding`, `issuer` (a name that cannot be read), `signature` (algorithm too weak or unknown), `holder`
    (not exactly one serialNumber), `kind` (the holder's id is not of the kind that the CA issues), `hsa_id`,
    `names` (missing, twice, overlong or with control characters), `usage` (key usage or extended key usage),
    `key` (too short, or of an unsupported kind), `path` (everything else that forbids the certificate, for example a
    critical extension that nobody here understands).
    """

    code: ClassVar[str] = "card.malformed"
    reason: str
