"""The smart card as a library: `PresentedCertificate` → `VerifiedCard`, or one refusal.

No Django, no database, no clock, no network.
"""

from registret.cards.presented import PresentedCertificate, VerifiedCard, fingerprint
from registret.cards.profile import CertificatePurpose
from registret.cards.refusals import (
    CardExpired,
    CardNotPassedOn,
    CardNotYetValid,
    CardRevoked,
    IssuedForTest,
    MalformedCard,
    NoCard,
    PersonIdShown,
    RevocationUnknown,
    SigningCertificate,
    UnknownIssuer,
)
from registret.cards.report import CardReport, describe
from registret.cards.revocation import CrlFiles, Revocation, RevocationAnswer, RevocationState
from registret.cards.trust import Anchor, CardKind, Environment, Trust, TrustBroken
from registret.cards.verify import verify

__all__ = [
    "Anchor",
    "CardExpired",
    "CardKind",
    "CardNotPassedOn",
    "CardNotYetValid",
    "CardReport",
    "CardRevoked",
    "CertificatePurpose",
    "CrlFiles",
    "Environment",
    "IssuedForTest",
    "MalformedCard",
    "NoCard",
    "PersonIdShown",
    "PresentedCertificate",
    "Revocation",
    "RevocationAnswer",
    "RevocationState",
    "RevocationUnknown",
    "SigningCertificate",
    "Trust",
    "TrustBroken",
    "UnknownIssuer",
    "VerifiedCard",
    "describe",
    "fingerprint",
    "verify",
]
