"""The decision: `PresentedCertificate` → `VerifiedCard`, or one refusal."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509

from registret.cards import path, profile
from registret.cards.presented import PresentedCertificate, VerifiedCard, fingerprint, parsed, serial_hex
from registret.cards.refusals import CardRevoked, IssuedForTest, RevocationUnknown
from registret.cards.revocation import Revocation, RevocationAnswer, RevocationState, ask
from registret.cards.trust import Anchor, Trust


def verify(presented: PresentedCertificate, *, trust: Trust, revocation: Revocation, at: datetime) -> VerifiedCard:
    """The order is the order of trust: nothing is read before the step that makes it believable.

    1. Something came, of sane size, and is one DER certificate (`NoCard`, `CardNotPassedOn`, `MalformedCard`).
    2. It names a pinned CA, and that CA's key signed it with a strong algorithm (`UnknownIssuer`). From here on
       its text is the CA's word, so an expired card of another CA never gets as far as its dates.
    3. That CA is for real cards, or test cards are let in (`IssuedForTest`).
    4. The CA issues HSA-id and the holder's id has that shape (`PersonIdShown`, `MalformedCard`), and the key is for
       legitimering (`SigningCertificate`). Both before the dates: the remedy is another certificate of the same
       card, whatever the dates of this one are.
    5. It is valid now, with a strong key, by all rules of the path (`CardExpired`, `CardNotYetValid`).
    6. Names can be read.
    7. The CA has not revoked it (`CardRevoked`, `RevocationUnknown`): asked last, only about cards that would
       otherwise be let in.

    Raises: one of the refusals above; nothing else, whatever the bytes are.
    """
    certificate = parsed(presented)
    anchor = _anchor_of(certificate, trust)
    hsa_id = profile.hsa_id(certificate, anchor)
    profile.require_authentication(certificate)
    path.check(certificate, anchor, at=at)
    names, card_number = profile.names(certificate), profile.card_number(certificate)
    answer = ask(revocation, certificate, anchor=anchor, at=at)
    _require_good(answer, anchor.common_name)
    return VerifiedCard(
        hsa_id=hsa_id,
        given_name=names.given_name,
        surname=names.surname,
        organisation=names.organisation,
        issuer=anchor.common_name,
        level=anchor.level,
        environment=anchor.environment,
        serial=serial_hex(certificate),
        fingerprint=fingerprint(presented),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        card_number=card_number,
        revocation_stale=answer.stale,
    )


def _anchor_of(certificate: x509.Certificate, trust: Trust) -> Anchor:
    anchor = path.issuer_of(certificate, trust)
    if not trust.accepts(anchor):
        raise IssuedForTest(issuer=anchor.common_name)
    return anchor


def _require_good(answer: RevocationAnswer, issuer: str) -> None:
    if answer.state is RevocationState.REVOKED:
        raise CardRevoked(as_of=answer.as_of, issuer=issuer)
    if answer.state is not RevocationState.GOOD:
        raise RevocationUnknown(as_of=answer.as_of, issuer=issuer)
