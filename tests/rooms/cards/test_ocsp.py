"""An OCSP answer is believed only if it is about this certificate, of this moment, and signed by the CA or for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from registret.cards.ocsp import OcspAnswer, OcspBroken, OcspFlaw, question, read_ocsp
from registret.cards.revocation import RevocationState
from registret.demo.authorities import CertificateAuthority
from tests.ocsp import GOOD, REVOKED, UNKNOWN, Signer, answer, appointed, ca_itself, question_in
from tests.pki import Pki

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SERIAL, NONCE = 4711, bytes(range(16))


class Desk:
    """Asks about one certificate and reads what a signer answers."""

    def __init__(self, pki: Pki) -> None:
        self.pki = pki
        self.anchor = pki.anchor()
        self.ca: CertificateAuthority = pki.authority.issuer("hsa")
        self.listed: set[int] = set()

    def said(self, signer: Signer | None = None, **difference: Any) -> bytes:
        usual: dict[str, Any] = {
            "ca": self.anchor.certificate,
            "serial": SERIAL,
            "this_update": self.pki.now - MINUTE,
            "next_update": self.pki.now + HOUR,
            "nonce": NONCE,
        }
        return answer(signer or ca_itself(self.ca), **(usual | difference))

    def read(self, content: bytes, *, after: timedelta = timedelta(0)) -> OcspAnswer:
        return read_ocsp(
            content,
            anchor=self.anchor,
            serial=SERIAL,
            nonce=NONCE,
            at=self.pki.now + after,
            is_revoked=self.listed.__contains__,
        )

    def flaw(self, content: bytes, *, after: timedelta = timedelta(0)) -> OcspFlaw:
        with pytest.raises(OcspBroken) as broken:
            self.read(content, after=after)
        return broken.value.flaw


@pytest.fixture
def desk(pki: Pki) -> Desk:
    return Desk(pki)


# Believed


@pytest.mark.parametrize(("status", "state"), [(GOOD, "good"), (REVOKED, "revoked"), (UNKNOWN, "unknown")])
def test_what_the_ca_itself_says_is_believed(desk: Desk, status: ocsp.OCSPCertStatus, state: str) -> None:
    said = desk.read(desk.said(status=status))
    assert said == OcspAnswer(
        state=RevocationState(state), this_update=desk.pki.now - MINUTE, until=desk.pki.now + HOUR
    )


@pytest.mark.parametrize("encoding", list(ocsp.OCSPResponderEncoding))
def test_a_responder_that_the_ca_appointed_is_believed(desk: Desk, encoding: ocsp.OCSPResponderEncoding) -> None:
    said = desk.said(appointed(desk.ca, desk.pki), encoding=encoding)
    assert desk.read(said).state is RevocationState.GOOD


def test_a_ca_on_an_elliptic_curve_may_answer_and_name_itself_by_another_hash(desk: Desk) -> None:
    anchor, ca = desk.pki.anchor(level=2), desk.pki.authority.issuer("hsa", 2)
    desk.anchor, desk.ca = anchor, ca
    assert desk.read(desk.said(named_by=hashes.SHA256())).state is RevocationState.GOOD


def test_the_question_names_the_certificate_and_carries_a_nonce(desk: Desk) -> None:
    content = question(anchor=desk.anchor, serial=SERIAL, nonce=NONCE)
    assert question_in(content) == (SERIAL, NONCE)
    expected = ocsp.load_der_ocsp_response(desk.said())
    request = ocsp.load_der_ocsp_request(content)
    assert (request.issuer_name_hash, request.issuer_key_hash) == (
        expected.issuer_name_hash,
        expected.issuer_key_hash,
    )


def test_an_answer_that_was_signed_in_advance_has_no_nonce_and_is_believed(desk: Desk) -> None:
    assert desk.read(desk.said(nonce=None)).state is RevocationState.GOOD


# Not believed


def test_an_answer_about_another_certificate_is_none(desk: Desk) -> None:
    other = desk.pki.anchor(level=2).certificate
    assert desk.flaw(desk.said(serial=SERIAL + 1)) is OcspFlaw.OTHER_CERTIFICATE
    assert desk.flaw(desk.said(ca=other)) is OcspFlaw.OTHER_CERTIFICATE
    assert desk.flaw(desk.said(named_by=hashes.SHA512())) is OcspFlaw.OTHER_CERTIFICATE


def test_another_nonce_is_the_answer_to_another_question(desk: Desk) -> None:
    assert desk.flaw(desk.said(nonce=NONCE[:-1] + b"x")) is OcspFlaw.OTHER_NONCE
    assert desk.flaw(desk.said(nonce=b"x")) is OcspFlaw.OTHER_NONCE


def test_an_answer_counts_in_its_time_only(desk: Desk) -> None:
    for next_update, after, good in (
        (HOUR, HOUR + 5 * MINUTE, True),
        (HOUR, HOUR + 5 * MINUTE + MINUTE, False),
        (HOUR, -6 * MINUTE, True),
        (HOUR, -6 * MINUTE - MINUTE, False),
        # Without an end it is news of the moment, or nothing.
        (None, timedelta(0), True),
        (None, 4 * MINUTE, True),
        (None, 5 * MINUTE, False),
    ):
        said = desk.said(next_update=None if next_update is None else desk.pki.now + next_update)
        if good:
            assert desk.read(said, after=after).state is RevocationState.GOOD
        else:
            assert desk.flaw(said, after=after) is OcspFlaw.WRONG_TIME


def strangers(desk: Desk) -> dict[str, Callable[[], Signer]]:
    pki, foreign = desk.pki, desk.pki.foreign.issuer("hsa")
    card = pki.card()
    return {
        "a forger with the name of the CA": lambda: ca_itself(foreign),
        "a responder of another CA": lambda: appointed(pki.authority.issuer("hsa", 2), pki),
        "a responder of a forger with the name of the CA": lambda: appointed(foreign, pki),
        "a responder without the purpose": lambda: appointed(desk.ca, pki, purpose=None),
        "a responder with another purpose": lambda: appointed(desk.ca, pki, purpose=ExtendedKeyUsageOID.SERVER_AUTH),
        "a responder for any purpose": lambda: appointed(
            desk.ca, pki, purpose=ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
        ),
        "a responder that may not sign": lambda: appointed(desk.ca, pki, key_usage="key_encipherment"),
        "a responder whose time is over": lambda: appointed(desk.ca, pki, not_after=pki.now - MINUTE),
        "the holder of a card": lambda: Signer(certificate=card.certificate, key=card.key),
    }


@pytest.mark.parametrize("encoding", list(ocsp.OCSPResponderEncoding))
def test_what_a_stranger_signs_is_not_believed(desk: Desk, encoding: ocsp.OCSPResponderEncoding) -> None:
    for who, signer in strangers(desk).items():
        flaw = desk.flaw(desk.said(signer(), encoding=encoding))
        assert flaw in {OcspFlaw.STRANGER, OcspFlaw.WRONG_SIGNATURE}, who


def test_a_responder_whose_own_certificate_is_revoked_is_a_stranger(desk: Desk) -> None:
    responder = appointed(desk.ca, desk.pki)
    desk.listed.add(responder.certificate.serial_number)
    assert desk.flaw(desk.said(responder)) is OcspFlaw.STRANGER


def test_a_responder_that_does_not_show_its_certificate_is_a_stranger(desk: Desk) -> None:
    assert desk.flaw(desk.said(appointed(desk.ca, desk.pki), with_certificate=False)) is OcspFlaw.STRANGER


def test_a_changed_answer_is_not_believed(desk: Desk) -> None:
    good = desk.said(status=REVOKED, with_certificate=False)
    assert desk.flaw(good[:-1] + bytes([good[-1] ^ 1])) is OcspFlaw.WRONG_SIGNATURE
    with_ca_signature = desk.said(appointed(desk.ca, desk.pki))
    for place in range(0, len(with_ca_signature), 7):
        spoilt = bytearray(with_ca_signature)
        spoilt[place] ^= 4
        try:
            said = desk.read(bytes(spoilt))
        except OcspBroken:
            continue
        # The certificates lie outside of what is signed; their own signature holds them.
        assert said == desk.read(with_ca_signature)


def test_a_weak_signature_proves_nothing(desk: Desk) -> None:
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    good = desk.said(with_certificate=False)
    assert good.count(sha256) == 1
    assert desk.flaw(good.replace(sha256, sha1)) is OcspFlaw.WEAK


def test_an_unknown_critical_extension_is_not_passed_over(desk: Desk) -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.752.34.999"), b"\x05\x00")
    assert desk.flaw(desk.said(extensions=((unknown, True),))) is OcspFlaw.NOT_UNDERSTOOD
    assert desk.read(desk.said(extensions=((unknown, False),))).state is RevocationState.GOOD


@pytest.mark.parametrize("status", [s for s in ocsp.OCSPResponseStatus if s is not ocsp.OCSPResponseStatus.SUCCESSFUL])
def test_try_later_is_no_answer(desk: Desk, status: ocsp.OCSPResponseStatus) -> None:
    said = ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    assert desk.flaw(said) is OcspFlaw.NOT_ANSWERED


def test_bytes_that_are_no_answer_are_told_as_such(desk: Desk) -> None:
    good = desk.said()
    for content in (
        b"",
        b"<html>",
        b"\x30\x03\x0a\x01\x00",
        good + b"\0",
        desk.anchor.certificate.fingerprint(hashes.SHA256()),
    ):
        assert desk.flaw(content) is OcspFlaw.UNREADABLE
    for length in range(len(good)):
        assert desk.flaw(good[:length]) is OcspFlaw.UNREADABLE
