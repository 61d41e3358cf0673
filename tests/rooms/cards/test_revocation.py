"""Revoked or not, from the lists on disk: fresh, in grace, too old, missing, broken, replaced."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from registret.cards import (
    Anchor,
    CardRevoked,
    CrlFiles,
    RevocationAnswer,
    RevocationState,
    RevocationUnknown,
    Trust,
)
from registret.cards.revocation import CrlBroken, read_crl
from registret.demo.authorities import CertificateAuthority
from tests.pki import ANNAS_HSA_ID, DAY, SECOND, Pki, instead, tlv, usage

HOUR = timedelta(hours=1)
_A_PLACE = x509.UniformResourceIdentifier("http://crl.demo.invalid/part-1.crl")


class Door:
    """One anchor whose list the test writes itself."""

    def __init__(self, pki: Pki, folder: Path, *, grace: timedelta = timedelta(hours=24)) -> None:
        self.pki = pki
        self.file = folder / "own.crl"
        self.anchor = replace(pki.anchor(), crl=self.file, grace=grace)
        self.trust = Trust(anchors=(self.anchor,), accept_test=True)
        self.lists = CrlFiles(self.trust)
        self._writes = 0

    @property
    def ca(self) -> CertificateAuthority:
        return self.pki.authority.issuer("hsa")

    def write(self, content: bytes) -> None:
        self.file.write_bytes(content)
        # Two writes may fall within one tick of the file system's clock.
        self._writes += 1
        os.utime(self.file, ns=(self._writes, self._writes))

    def publish(self, *serials: int, this_update: datetime | None = None, next_update: datetime | None = None) -> None:
        now = self.pki.now
        this_update, next_update = this_update or now - HOUR, next_update or now + HOUR
        crl = self.ca.crl([(s, this_update) for s in serials], this_update=this_update, next_update=next_update)
        self.write(crl.public_bytes(Encoding.DER))

    def ask(self, serial: int, at: datetime | None = None) -> RevocationAnswer:
        return self.lists.answer(anchor=self.anchor, serial=serial, at=at or self.pki.now)


@pytest.fixture
def door(pki: Pki, tmp_path: Path) -> Door:
    return Door(pki, tmp_path)


def test_a_fresh_list_decides(door: Door) -> None:
    door.publish(7)
    as_of = door.pki.now - HOUR
    assert door.ask(6) == RevocationAnswer(state=RevocationState.GOOD, as_of=as_of)
    assert door.ask(7) == RevocationAnswer(state=RevocationState.REVOKED, as_of=as_of)


def test_a_list_may_be_pem(door: Door) -> None:
    crl = door.ca.crl([(7, door.pki.now)], this_update=door.pki.now, next_update=door.pki.now + HOUR)
    door.write(crl.public_bytes(Encoding.PEM))
    assert door.ask(7).state is RevocationState.REVOKED
    assert door.ask(6).state is RevocationState.GOOD


@pytest.mark.parametrize(
    ("after_next_update", "state", "stale"),
    [
        (-SECOND, RevocationState.GOOD, False),
        (0 * SECOND, RevocationState.GOOD, False),
        (SECOND, RevocationState.GOOD, True),
        (DAY, RevocationState.GOOD, True),
        (DAY + SECOND, RevocationState.UNKNOWN, False),
        (3650 * DAY, RevocationState.UNKNOWN, False),
    ],
)
def test_a_late_list_decides_for_another_day(
    door: Door, after_next_update: timedelta, state: RevocationState, stale: bool
) -> None:
    door.publish(7)
    at = door.pki.now + HOUR + after_next_update
    assert door.ask(6, at) == RevocationAnswer(state=state, as_of=door.pki.now - HOUR, stale=stale)
    # Revocation is not taken back, so an old list still knows whom it named.
    assert door.ask(7, at).state is RevocationState.REVOKED


def test_the_grace_can_be_set(pki: Pki, tmp_path: Path) -> None:
    door = Door(pki, tmp_path, grace=0 * SECOND)
    door.publish()
    assert door.ask(6, pki.now + HOUR).state is RevocationState.GOOD
    assert door.ask(6, pki.now + HOUR + SECOND).state is RevocationState.UNKNOWN


def test_a_list_from_the_future_does_not_decide_beyond_the_skew_of_clocks(door: Door) -> None:
    door.publish(this_update=door.pki.now + timedelta(minutes=5))
    assert door.ask(6).state is RevocationState.GOOD
    assert door.ask(6, door.pki.now - SECOND).state is RevocationState.UNKNOWN


def test_without_a_list_nobody_knows(door: Door) -> None:
    assert door.ask(6) == RevocationAnswer(state=RevocationState.UNKNOWN)
    nowhere = replace(door.anchor, crl=None)
    lists = CrlFiles(Trust(anchors=(nowhere,), accept_test=True))
    assert lists.answer(anchor=nowhere, serial=6, at=door.pki.now).state is RevocationState.UNKNOWN


def test_an_anchor_that_is_not_in_the_trust_is_unknown(door: Door) -> None:
    door.publish()
    answer = door.lists.answer(anchor=door.pki.anchor(level=2), serial=6, at=door.pki.now)
    assert answer.state is RevocationState.UNKNOWN


def test_a_list_that_appears_later_is_found(door: Door) -> None:
    assert door.ask(6).state is RevocationState.UNKNOWN
    door.publish()
    assert door.ask(6).state is RevocationState.GOOD


def test_a_replaced_list_is_read_at_the_next_question(door: Door) -> None:
    door.publish()
    assert door.ask(7).state is RevocationState.GOOD
    door.publish(7)
    assert door.ask(7).state is RevocationState.REVOKED


def test_a_list_that_vanishes_goes_on_and_ages(door: Door) -> None:
    door.publish(7)
    door.ask(7)
    door.file.unlink()
    assert door.ask(7).state is RevocationState.REVOKED
    assert door.ask(6).state is RevocationState.GOOD
    assert door.ask(6, door.pki.now + HOUR + DAY + SECOND).state is RevocationState.UNKNOWN


def broken_lists(door: Door) -> Iterable[tuple[str, bytes, str]]:
    """What is wrong with it, its content, and what the log has to say about it."""
    now, ca = door.pki.now, door.ca
    good = ca.crl([(7, now)], this_update=now, next_update=now + HOUR)
    der = good.public_bytes(Encoding.DER)
    foreign = door.pki.foreign.issuer("hsa").crl([], this_update=now, next_update=now + HOUR)
    other_ca = door.pki.authority.issuer("hsa", 2).crl([], this_update=now, next_update=now + HOUR)
    yield "empty", b"", "cannot be read"
    yield "rubbish", b"<html>404</html>", "cannot be read"
    yield "truncated", der[:-1], "cannot be read"
    yield "half", der[: len(der) // 2], "cannot be read"
    yield "followed by rubbish", der + b"\0", "cannot be read"
    yield "broken PEM", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "cannot be read"
    yield "a certificate", ca.certificate.public_bytes(Encoding.DER), "cannot be read"
    yield "signed by another key of the same name", foreign.public_bytes(Encoding.DER), "wrong signature"
    yield "issued by another CA", other_ca.public_bytes(Encoding.DER), "another CA"
    yield "changed by one bit", der[:-1] + bytes([der[-1] ^ 1]), "wrong signature"
    yield "a serial taken out", der.replace(b"\x02\x01\x07", b"\x02\x01\x08"), "wrong signature"
    yield "without end", _without_next_update(door), "when the next one comes"
    scopes: dict[str, dict[str, object]] = {
        "for CAs only": {"only_contains_ca_certs": True},
        "for attribute certificates only": {"only_contains_attribute_certs": True},
        "by reason": {"only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})},
        "of other CAs": {"indirect_crl": True},
    }
    for name, scope in scopes.items():
        yield name, _with(door, _scope(**scope), critical=True).public_bytes(Encoding.DER), "does not cover"
    yield "a delta", _with(door, x509.DeltaCRLIndicator(1), critical=True).public_bytes(Encoding.DER), "does not cover"
    newer = x509.FreshestCRL([x509.DistributionPoint([_A_PLACE], None, None, None)])
    yield "with newer deltas", _with(door, newer, critical=False).public_bytes(Encoding.DER), "does not cover"
    relative = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "part 1")])
    part = _with(door, _scope(relative_name=relative), critical=True).public_bytes(Encoding.DER)
    yield "for a part that is named relatively", part, "does not cover"
    yield "without number", _with(door, None, critical=False).public_bytes(Encoding.DER), "has no number"
    yield "with a critical number", _with(door, x509.CRLNumber(1), critical=True).public_bytes(Encoding.DER), "cover"
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.752.34.999"), b"\x05\x00")
    yield (
        "with an unknown critical extension",
        _with(door, unknown, critical=True).public_bytes(Encoding.DER),
        "does not cover",
    )


def test_a_broken_list_never_decides(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    for what, content, reason in broken_lists(door):
        fresh = CrlFiles(door.trust)
        door.write(content)
        caplog.clear()
        answer = fresh.answer(anchor=door.anchor, serial=6, at=door.pki.now)
        assert answer == RevocationAnswer(state=RevocationState.UNKNOWN), what
        assert len(caplog.records) == 1, what
        assert "own.crl" in caplog.text
        assert reason in caplog.text, what


def test_a_broken_list_does_not_take_the_good_ones_place(door: Door) -> None:
    for what, content, _ in broken_lists(door):
        door.publish(7)
        assert door.ask(7).state is RevocationState.REVOKED, what
        door.write(content)
        assert door.ask(7).state is RevocationState.REVOKED, what
        assert door.ask(6).state is RevocationState.GOOD, what
    door.publish()
    assert door.ask(7).state is RevocationState.GOOD


def test_a_list_never_goes_back(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Anyone who replays an old list wants a revocation forgotten."""

    def published(number: int, age: timedelta, *serials: int) -> None:
        this_update = door.pki.now - age
        revoked = [(serial, this_update) for serial in serials]
        crl = door.ca.crl(revoked, this_update=this_update, next_update=door.pki.now + HOUR, number=number)
        door.write(crl.public_bytes(Encoding.DER))

    published(5, HOUR, 7)
    assert door.ask(7).state is RevocationState.REVOKED
    for number, age in ((4, HOUR / 2), (6, 2 * HOUR), (4, 2 * HOUR)):
        published(number, age)
        assert door.ask(7).state is RevocationState.REVOKED
        assert "is older than the one before it" in caplog.text
        caplog.clear()
    published(6, HOUR / 2)
    assert door.ask(7).state is RevocationState.GOOD, "the CA has taken it back itself"


def test_a_number_longer_than_any_ca_may_use_is_none(door: Door) -> None:
    def crl(number: int) -> bytes:
        made = door.ca.crl([], this_update=door.pki.now, next_update=door.pki.now + HOUR, number=number)
        return made.public_bytes(Encoding.DER)

    assert read_crl(crl(2**159), door.anchor).number == 2**159
    with pytest.raises(CrlBroken) as broken:
        read_crl(crl(2**161), door.anchor)
    assert broken.value.reason == "has no number"


def test_a_broken_list_is_read_once_and_not_at_every_question(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.write(b"rubbish")
    for _ in range(3):
        door.ask(6)
    assert len(caplog.records) == 1


def test_a_list_of_peoples_certificates_is_enough(door: Door) -> None:
    users_only = _with(door, _scope(only_contains_user_certs=True), critical=True)
    door.write(users_only.public_bytes(Encoding.DER))
    assert door.ask(6).state is RevocationState.GOOD


def test_a_sha1_list_proves_nothing(door: Door) -> None:
    good = door.ca.crl([], this_update=door.pki.now, next_update=door.pki.now + HOUR)
    weak = good.public_bytes(Encoding.DER).replace(
        bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    )
    with pytest.raises(CrlBroken) as broken:
        read_crl(weak, door.anchor)
    assert broken.value.reason == "is signed with a weak algorithm"


def test_many_threads_get_right_answers_while_the_list_is_replaced(door: Door) -> None:
    door.publish(7)
    wrong: list[RevocationAnswer] = []

    def ask() -> None:
        for _ in range(200):
            wrong.extend(a for a in [door.ask(7)] if a.state is not RevocationState.REVOKED)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for serial in range(100, 110):
        door.publish(7, serial)
    for thread in threads:
        thread.join()
    assert wrong == []
    assert door.ask(109).state is RevocationState.REVOKED


def test_a_list_of_ten_thousand_is_read(door: Door) -> None:
    door.publish(*range(1, 10_001))
    assert door.ask(10_000).state is RevocationState.REVOKED
    assert door.ask(10_001).state is RevocationState.GOOD


def test_cards_are_refused_as_the_list_says(door: Door) -> None:
    pki = door.pki
    issued = pki.card()

    with pytest.raises(RevocationUnknown) as unknown:
        pki.decide(issued, trust=door.trust, revocation=door.lists)
    assert unknown.value.as_of is None

    door.publish()
    assert pki.decide(issued, trust=door.trust, revocation=door.lists).revocation_stale is False
    late = pki.now + 2 * HOUR
    assert pki.decide(issued, trust=door.trust, revocation=door.lists, at=late).revocation_stale is True
    with pytest.raises(RevocationUnknown) as too_old:
        pki.decide(issued, trust=door.trust, revocation=door.lists, at=pki.now + 2 * DAY)
    assert too_old.value.as_of == pki.now - HOUR

    door.publish(issued.certificate.serial_number)
    with pytest.raises(CardRevoked) as revoked:
        pki.decide(issued, trust=door.trust, revocation=door.lists)
    assert revoked.value.as_of == pki.now - HOUR
    assert pki.decide(pki.card(), trust=door.trust, revocation=door.lists).hsa_id.text == ANNAS_HSA_ID


def test_a_list_for_some_certificates_says_nothing_about_the_others(door: Door) -> None:
    """RFC 5280, 6.3.3 (b) (2) (i). Held against NIST PKITS 4.14.3, 4.14.6 and 4.14.9."""
    pki = door.pki
    elsewhere = x509.UniformResourceIdentifier("http://crl.demo.invalid/part-2.crl")
    door.write(_with(door, _scope(full_name=[_A_PLACE]), critical=True).public_bytes(Encoding.DER))

    def decided(*points: x509.DistributionPoint) -> str:
        certificate = pki.odd(extensions=instead((x509.CRLDistributionPoints(points), False)))
        return pki.decide(certificate, trust=door.trust, revocation=door.lists).hsa_id.text

    assert decided(_point(_A_PLACE)) == ANNAS_HSA_ID
    assert decided(_point(elsewhere), _point(elsewhere, _A_PLACE)) == ANNAS_HSA_ID
    for points in (
        [_point(elsewhere)],
        [x509.DistributionPoint([_A_PLACE], None, frozenset({x509.ReasonFlags.key_compromise}), None)],
        [x509.DistributionPoint([_A_PLACE], None, None, [x509.DirectoryName(pki.card().certificate.subject)])],
    ):
        with pytest.raises(RevocationUnknown):
            decided(*points)
    with pytest.raises(RevocationUnknown):
        pki.decide(pki.odd(), trust=door.trust, revocation=door.lists)


def test_a_list_named_like_its_ca_covers_certificates_that_name_no_list(door: Door) -> None:
    door.write(
        _with(
            door, _scope(full_name=[x509.DirectoryName(door.anchor.certificate.subject)]), critical=True
        ).public_bytes(Encoding.DER)
    )
    assert door.pki.decide(door.pki.odd(), trust=door.trust, revocation=door.lists).hsa_id.text == ANNAS_HSA_ID


def test_a_revoked_card_is_revoked_by_any_list_of_its_ca(door: Door) -> None:
    certificate = door.pki.odd()
    crl = _builder(door).add_extension(x509.CRLNumber(1), critical=False)
    entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(door.pki.now)
    crl = crl.add_revoked_certificate(entry.build()).add_extension(_scope(full_name=[_A_PLACE]), critical=True)
    door.write(crl.sign(door.ca.key, hashes.SHA256()).public_bytes(Encoding.DER))
    with pytest.raises(CardRevoked):
        door.pki.decide(certificate, trust=door.trust, revocation=door.lists)


def test_a_ca_that_may_not_sign_lists_has_none(door: Door) -> None:
    """PKITS 4.7.4 and 4.7.5, limbo crl::issuer-missing-crlsign."""
    door.publish()
    key = door.ca.key
    issuing = door.anchor.certificate
    for allowed, answers in ((usage("key_cert_sign"), False), (usage("key_cert_sign", "crl_sign"), True), (None, True)):
        builder = (
            x509.CertificateBuilder()
            .subject_name(issuing.subject)
            .issuer_name(issuing.issuer)
            .public_key(key.public_key())
            .serial_number(7)
            .not_valid_before(issuing.not_valid_before_utc)
            .not_valid_after(issuing.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier(b"root", None, None), critical=False)
        )
        if allowed:
            builder = builder.add_extension(allowed, critical=True)
        anchor = replace(door.anchor, certificate=builder.sign(key, hashes.SHA256()))
        if answers:
            assert read_crl(door.file.read_bytes(), anchor).serials == frozenset()
        else:
            with pytest.raises(CrlBroken) as broken:
                read_crl(door.file.read_bytes(), anchor)
            assert "cRLSign" in broken.value.reason


def test_a_list_of_one_ca_says_nothing_about_cards_of_another(pki: Pki, tmp_path: Path) -> None:
    door = Door(pki, tmp_path)
    second: Anchor = replace(pki.anchor(level=2), crl=tmp_path / "missing.crl")
    trust = Trust(anchors=(door.anchor, second), accept_test=True)
    door.publish()
    with pytest.raises(RevocationUnknown):
        pki.decide(pki.card(level=2), trust=trust, revocation=CrlFiles(trust))


def _scope(**difference: object) -> x509.IssuingDistributionPoint:
    usual: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**usual, **difference})  # type: ignore[arg-type]


def _point(*names: x509.GeneralName) -> x509.DistributionPoint:
    return x509.DistributionPoint(names, None, None, None)


def _builder(door: Door) -> x509.CertificateRevocationListBuilder:
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(door.anchor.certificate.subject)
        .last_update(door.pki.now)
        .next_update(door.pki.now + HOUR)
    )


def _with(door: Door, extension: x509.ExtensionType | None, *, critical: bool) -> x509.CertificateRevocationList:
    """An empty list with a number and this extension; None: without a number."""
    builder = _builder(door)
    if extension is not None and not isinstance(extension, x509.CRLNumber):
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
    if extension is not None:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(door.ca.key, hashes.SHA256())


def _without_next_update(door: Door) -> bytes:
    """The builder insists on nextUpdate, so it is cut out and the rest signed again."""
    crl = door.ca.crl([], this_update=door.pki.now, next_update=door.pki.now + HOUR)
    signed = crl.tbs_certlist_bytes
    fields = signed[3 if signed[1] == 0x81 else 4 :]  # without the header of the SEQUENCE
    assert tlv(0x30, fields) == signed
    moment = f"{door.pki.now + HOUR:%y%m%d%H%M%SZ}".encode()
    assert fields.count(moment) == 1
    return door.pki.resigned(tlv(0x30, fields.replace(tlv(0x17, moment), b"")))
