"""From presented to verified: every row of the table in journeys A, and the order of trust."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from registret import cards
from registret.cards import (
    CardExpired,
    CardNotPassedOn,
    CardNotYetValid,
    CardRevoked,
    Environment,
    IssuedForTest,
    MalformedCard,
    NoCard,
    PersonIdShown,
    PresentedCertificate,
    SigningCertificate,
    UnknownIssuer,
    verify,
)
from registret.cards.presented import MAX_BYTES
from registret.kernel.refused import Refused, every_refusal, restored
from tests.pki import ANNAS_HSA_ID, ANNAS_TEST_HSA_ID, DAY, SECOND, Pki, new_pki, presented, self_signed

CODES_OF_THE_JOURNEYS = {
    "card.none",
    "card.not_passed_on",
    "card.person_id",
    "card.signing",
    "card.expired",
    "card.not_yet_valid",
    "card.revoked",
    "card.revocation_unknown",
    "card.unknown_issuer",
    "card.test_issuer",
    "card.malformed",
}


def test_annas_card_becomes_a_verified_card(pki: Pki) -> None:
    issued = pki.card()

    card = pki.decide(issued)

    assert card.hsa_id.text == ANNAS_HSA_ID
    assert (card.given_name, card.surname, card.name) == ("Anna", "Åström Öberg", "Anna Åström Öberg")
    assert card.organisation == "Region Norrvik"
    assert card.issuer == "DEMO SITHS e-id Person HSA-id 3 CA v1"
    assert (card.level, card.environment) == (3, Environment.TEST)
    assert int(card.serial, 16) == issued.certificate.serial_number
    assert re.fullmatch(r"[0-9a-f]{64}", card.fingerprint)
    assert card.not_before == issued.certificate.not_valid_before_utc
    assert card.not_after == issued.certificate.not_valid_after_utc
    assert card.not_after.tzinfo is UTC
    assert card.card_number == "9752268900000000001"
    assert card.revocation_stale is False


@pytest.mark.parametrize("key", ["ec", "rsa", "rsa-e3"])
@pytest.mark.parametrize("level", [3, 2])
@pytest.mark.parametrize("with_san", [True, False])
def test_ordinary_and_reserve_cards_of_every_key_are_let_in(pki: Pki, key: str, level: int, with_san: bool) -> None:
    card = pki.decide(
        pki.card(key=key, level=level, with_san=with_san, email="anna@norrvik.example" if with_san else None)
    )

    assert card.level == level
    assert card.hsa_id.text == ANNAS_HSA_ID


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1()])
def test_larger_curves_are_let_in(pki: Pki, curve: ec.EllipticCurve) -> None:
    assert pki.decide(pki.odd(key=ec.generate_private_key(curve))).hsa_id.text == ANNAS_HSA_ID


def test_a_renewed_card_is_the_same_person_with_another_fingerprint(pki: Pki) -> None:
    old, new = pki.decide(pki.card()), pki.decide(pki.card())

    assert old.hsa_id == new.hsa_id
    assert old.fingerprint != new.fingerprint
    assert old.serial != new.serial


def test_a_verified_card_cannot_be_changed(pki: Pki) -> None:
    card = pki.decide(pki.card())
    with pytest.raises(FrozenInstanceError):
        card.level = 4  # type: ignore[misc]


def test_no_certificate_is_no_card(pki: Pki) -> None:
    for nothing in (None, b""):
        with pytest.raises(NoCard):
            pki.decide(nothing)


def test_a_person_id_is_refused_as_person_id(pki: Pki) -> None:
    with pytest.raises(PersonIdShown) as refusal:
        pki.decide(pki.card(kind="person"))
    assert refusal.value.facts == {}


def test_the_person_id_of_somebody_with_a_coordination_number_is_refused_as_person_id(pki: Pki) -> None:
    with pytest.raises(PersonIdShown):
        pki.decide(pki.card(kind="person", personal_number="191212721219"))


def test_a_signing_certificate_is_refused_as_signing(pki: Pki) -> None:
    with pytest.raises(SigningCertificate):
        pki.decide(pki.card(purpose="sign"))


def test_a_card_is_valid_from_its_first_to_its_last_second(pki: Pki) -> None:
    issued = pki.card(not_before=pki.now, not_after=pki.now + DAY)

    for inside in (pki.now, pki.now + DAY, pki.now + DAY + 0.9 * SECOND):
        assert pki.decide(issued, at=inside).hsa_id.text == ANNAS_HSA_ID
    with pytest.raises(CardNotYetValid) as early:
        pki.decide(issued, at=pki.now - SECOND)
    with pytest.raises(CardExpired) as late:
        pki.decide(issued, at=pki.now + DAY + SECOND)
    assert early.value.not_before == pki.now
    assert late.value.not_after == pki.now + DAY
    assert late.value.issuer == "DEMO SITHS e-id Person HSA-id 3 CA v1"


def test_the_moment_may_be_told_in_any_time_zone(pki: Pki) -> None:
    issued = pki.card(not_before=pki.now - DAY, not_after=pki.now)
    stockholm = pki.now.astimezone(ZoneInfo("Europe/Stockholm"))

    assert pki.decide(issued, at=stockholm).hsa_id.text == ANNAS_HSA_ID
    with pytest.raises(CardExpired):
        pki.decide(issued, at=stockholm + SECOND)


def test_a_revoked_card_is_refused_as_revoked(tmp_path: Path) -> None:
    pki = new_pki(tmp_path)
    issued, other = pki.card(), pki.card()
    pki.authority.revoke(issued.certificate)
    pki.authority.write_trust(tmp_path / "trust")

    with pytest.raises(CardRevoked) as refusal:
        pki.decide(issued)

    assert refusal.value.as_of is not None
    assert pki.decide(other).hsa_id.text == ANNAS_HSA_ID


def test_a_foreign_ca_with_the_same_names_is_unknown(pki: Pki) -> None:
    forged = pki.forged()
    assert forged.certificate.issuer == pki.card().certificate.issuer

    with pytest.raises(UnknownIssuer) as refusal:
        pki.decide(forged)
    assert refusal.value.claimed_issuer == "DEMO SITHS e-id Person HSA-id 3 CA v1"


def test_a_test_card_in_production_is_refused_as_a_test_card(pki: Pki) -> None:
    with pytest.raises(IssuedForTest) as refusal:
        pki.decide(pki.card(hsa_id=ANNAS_TEST_HSA_ID), trust=pki.production_only)
    assert refusal.value.issuer == "DEMO SITHS e-id Person HSA-id 3 CA v1"


def test_a_test_id_is_let_in_under_test_anchors_only(pki: Pki) -> None:
    issued = pki.card(hsa_id=ANNAS_TEST_HSA_ID)

    assert pki.decide(issued).hsa_id.text == ANNAS_TEST_HSA_ID
    with pytest.raises(MalformedCard) as refusal:
        pki.decide(issued, trust=pki.production)
    assert refusal.value.reason == "hsa_id"


def test_a_production_card_is_let_in_in_production(pki: Pki) -> None:
    assert pki.decide(pki.card(), trust=pki.production).environment is Environment.PRODUCTION


@pytest.mark.parametrize(
    ("what", "spoil", "reason"),
    [
        ("rubbish", lambda der: b"not a certificate at all", "encoding"),
        ("one byte", lambda der: b"\x30", "encoding"),
        ("truncated in the middle", lambda der: der[: len(der) // 2], "encoding"),
        ("truncated by one byte", lambda der: der[:-1], "encoding"),
        ("followed by rubbish", lambda der: der + b"\0", "encoding"),
        ("two certificates", lambda der: der + der, "encoding"),
        ("as PEM", lambda der: b"-----BEGIN CERTIFICATE-----\n", "encoding"),
        ("indefinite length", lambda der: b"\x30\x80" + der[4:] + b"\0\0", "encoding"),
        ("a length of four gigabytes", lambda der: b"\x30\x84\xff\xff\xff\xff" + der[4:], "encoding"),
        ("nested without end", lambda der: b"\x30\x80" * 8000, "encoding"),
        ("huge", lambda der: der + b"\0" * MAX_BYTES, "size"),
    ],
)
def test_bytes_that_are_no_certificate_are_malformed(pki: Pki, what: str, spoil: Any, reason: str) -> None:
    with pytest.raises(MalformedCard) as refusal:
        pki.decide(spoil(pki.card().der))
    assert refusal.value.reason == reason, what


# The order of trust -------------------------------------------------------------------------------------------------


def test_an_expired_card_of_ours_is_expired_and_an_expired_foreign_one_is_unknown(pki: Pki) -> None:
    with pytest.raises(CardExpired):
        pki.decide(pki.card(not_before=pki.now - 9 * DAY, not_after=pki.now - DAY))
    with pytest.raises(UnknownIssuer):
        pki.decide(pki.forged(not_before=pki.now - 9 * DAY, not_after=pki.now - DAY))
    with pytest.raises(UnknownIssuer):
        pki.decide(self_signed(pki))


def test_a_foreign_person_id_or_signing_certificate_is_unknown(pki: Pki) -> None:
    for shape in ({"kind": "person"}, {"purpose": "sign"}):
        with pytest.raises(UnknownIssuer):
            pki.decide(pki.forged(**shape))


def test_a_person_id_stays_one_whatever_else_is_wrong_with_it(tmp_path: Path) -> None:
    pki = new_pki(tmp_path)
    revoked = pki.card(kind="person")
    pki.authority.revoke(revoked.certificate)
    pki.authority.write_trust(tmp_path / "trust")
    expired = pki.card(kind="person", not_before=pki.now - 9 * DAY, not_after=pki.now - DAY)

    for certificate in (revoked, expired, pki.card(kind="person", purpose="sign")):
        with pytest.raises(PersonIdShown):
            pki.decide(certificate)


def test_an_expired_signing_certificate_is_a_signing_certificate(pki: Pki) -> None:
    with pytest.raises(SigningCertificate):
        pki.decide(pki.card(purpose="sign", not_before=pki.now - 9 * DAY, not_after=pki.now - DAY))


def test_an_expired_test_card_in_production_is_a_test_card(pki: Pki) -> None:
    past = pki.card(not_before=pki.now - 9 * DAY, not_after=pki.now - DAY)
    with pytest.raises(IssuedForTest):
        pki.decide(past, trust=pki.production_only)


def test_revocation_is_not_asked_about_cards_that_are_refused_anyway(pki: Pki) -> None:
    class Asked(Exception):
        pass

    class Source:
        def answer(self, **question: object) -> cards.RevocationAnswer:
            raise Asked

    for refused in (None, pki.card(kind="person"), pki.card(purpose="sign"), self_signed(pki)):
        with pytest.raises(Refused):
            pki.decide(refused, revocation=Source())
    with pytest.raises(Asked):
        pki.decide(pki.card(), revocation=Source())


# The refusals -------------------------------------------------------------------------------------------------------


def test_there_is_one_refusal_class_for_each_code_of_the_journeys() -> None:
    of_cards = {code for code in every_refusal() if code.startswith("card.")}
    assert of_cards == CODES_OF_THE_JOURNEYS


def test_a_certificate_that_a_front_could_not_hand_on_is_no_missing_card(pki: Pki) -> None:
    with pytest.raises(CardNotPassedOn):
        verify(PresentedCertificate(None, not_passed_on=True), trust=pki.trust, revocation=pki.revocation, at=pki.now)


def test_every_refusal_can_be_stored_and_restored() -> None:
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for refusal in (
        NoCard(),
        CardExpired(not_after=moment, issuer="CA"),
        CardNotYetValid(not_before=moment, issuer="CA"),
        CardRevoked(as_of=moment, issuer="CA"),
        cards.RevocationUnknown(as_of=None, issuer="CA"),
        UnknownIssuer(claimed_issuer="CA"),
        MalformedCard(reason="key"),
    ):
        back = restored(refusal.code, refusal.facts)
        assert type(back) is type(refusal)
        assert back.facts == refusal.facts


def test_what_was_presented_is_not_printed(pki: Pki) -> None:
    assert repr(presented(pki.card(kind="person"))) == "PresentedCertificate(not_passed_on=False)"


def test_a_weak_key_is_malformed(pki: Pki) -> None:
    for key in (pki.weak_key, ec.generate_private_key(ec.SECP256K1()), ec.generate_private_key(ec.SECP224R1())):
        with pytest.raises(MalformedCard) as refusal:
            pki.decide(pki.odd(key=key))
        assert refusal.value.reason == "key"
    assert isinstance(pki.weak_key, rsa.RSAPrivateKey)
