"""Every no of the card door: one class per row of the table in `docs/journeys` A.

Facts are plain and never hold a personal number, a holder's name or anything else out of a certificate that was
not believed at that step. The one exception says so in its name: `claimed_issuer`.
"""

from __future__ import annotations

from datetime import datetime

from registret.kernel.refused import Refused


class NoCard(Refused, code="card.none"):
    """No certificate came: no card, no reader, no middleware, or the person pressed Cancel."""


class CardNotPassedOn(Refused, code="card.not_passed_on"):
    """A certificate came as far as a front, which could not hand it on: too large by far, or a mistake in its setup."""


class PersonIdShown(Refused, code="card.person_id"):
    """The certificate names its holder by personal number; access must end with the employment."""


class SigningCertificate(Refused, code="card.signing"):
    """The certificate is for signing (key usage nonRepudiation only), not for legitimering."""


class CardExpired(Refused, code="card.expired"):
    not_after: datetime
    issuer: str


class CardNotYetValid(Refused, code="card.not_yet_valid"):
    not_before: datetime
    issuer: str


class CardRevoked(Refused, code="card.revoked"):
    """`as_of`: the age of the list or answer that says so."""

    as_of: datetime | None
    issuer: str


class RevocationUnknown(Refused, code="card.revocation_unknown"):
    """Nobody can say at present whether the card is revoked. `as_of`: the newest answer there is, too old to trust."""

    as_of: datetime | None
    issuer: str


class UnknownIssuer(Refused, code="card.unknown_issuer"):
    """Not issued by a pinned CA, whatever its text claims (or by one whose own time is over)."""

    claimed_issuer: str


class IssuedForTest(Refused, code="card.test_issuer"):
    """A genuine certificate of a test CA, where only real ones are let in."""

    issuer: str


class MalformedCard(Refused, code="card.malformed"):
    """The certificate is not what its issuer's profile promises. `reason` is a word for the support:

    `size`, `encoding`, `issuer` (a name that cannot be read), `signature` (algorithm too weak or unknown), `holder`
    (not exactly one serialNumber), `kind` (the holder's id is not of the kind that the CA issues), `hsa_id`,
    `names` (missing, twice, overlong or with control characters), `usage` (key usage or extended key usage),
    `key` (too short, or of an unsupported kind), `path` (everything else that forbids the certificate, for example a
    critical extension that nobody here understands).
    """

    reason: str
