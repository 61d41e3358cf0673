"""Is it issued by a pinned CA, and good now? Whose card it is does not matter here."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from registret.cards import CardExpired, Environment, MalformedCard, Trust, UnknownIssuer, path
from registret.cards.presented import parsed
from registret.cards.strength import strong
from tests import der
from tests.pki import (
    ANNAS_HSA_ID,
    DAY,
    SECOND,
    Pki,
    instead,
    name_of,
    presented,
    self_signed,
    subject_with,
    usage,
    without,
)

UNKNOWN_OID = x509.ObjectIdentifier("1.2.752.34.999")


def malformed(pki: Pki, certificate: x509.Certificate) -> str:
    with pytest.raises(MalformedCard) as refusal:
        path.check(certificate, pki.anchor(), at=pki.now)
    return refusal.value.reason


def test_the_issuer_of_a_card_is_the_anchor_that_signed_it(pki: Pki) -> None:
    for level in (3, 2):
        assert path.issuer_of(pki.card(level=level).certificate, pki.trust).level == level


def test_the_issuer_of_a_person_id_is_known_too(pki: Pki) -> None:
    assert path.issuer_of(pki.card(kind="person").certificate, pki.trust).kind == "person"


def test_a_name_alone_makes_no_issuer(pki: Pki) -> None:
    for forged in (
        pki.forged().certificate,
        self_signed(pki, issuer=pki.anchor().certificate.subject),
    ):
        with pytest.raises(UnknownIssuer):
            path.issuer_of(forged, pki.trust)


def test_a_changed_byte_in_the_signed_part_makes_the_issuer_unknown(pki: Pki) -> None:
    card = pki.card().der
    for old, new in ((b"Anna", b"Ella"), (b"ANNA1", b"BERT1"), (b"Norrvik", b"Norrvit")):
        forged = parsed(presented(card.replace(old, new)))
        with pytest.raises(UnknownIssuer):
            path.issuer_of(forged, pki.trust)


def test_a_card_of_a_ca_that_is_not_pinned_is_unknown(pki: Pki) -> None:
    fewer = Trust(anchors=tuple(a for a in pki.trust.anchors if a.level == 2), accept_test=True)
    with pytest.raises(UnknownIssuer):
        path.issuer_of(pki.card().certificate, fewer)


def test_the_root_above_a_pinned_ca_is_not_trusted_itself(pki: Pki) -> None:
    for certificate in (pki.authority.root.certificate, pki.anchor().certificate):
        with pytest.raises(UnknownIssuer):
            path.issuer_of(certificate, pki.trust)


def test_a_person_that_issues_certificates_with_a_card_is_nobodys_ca(pki: Pki) -> None:
    anna = pki.card()
    below = self_signed(pki, issuer=anna.certificate.subject)
    with pytest.raises(UnknownIssuer):
        path.issuer_of(below, pki.trust)


def test_while_a_ca_changes_its_key_cards_of_both_keys_are_known(pki: Pki) -> None:
    renewed = replace(pki.anchor(), certificate=pki.foreign.issuer("hsa").certificate, name="renewed")
    both = Trust(anchors=(*pki.trust.anchors, renewed), accept_test=True)

    assert path.issuer_of(pki.card().certificate, both).name == pki.anchor().name
    assert path.issuer_of(pki.forged().certificate, both).name == "renewed"


@pytest.mark.filterwarnings("ignore:Attribute's length")
def test_a_claimed_issuer_is_shown_as_one_short_line_without_personal_numbers(pki: Pki) -> None:
    names = [
        name_of((NameOID.COMMON_NAME, "Anna 19121212-1212 \n\x1b[31m\u202e CA" + "x" * 200)),
        name_of((NameOID.SERIAL_NUMBER, "191212121212")),
        name_of((NameOID.COMMON_NAME, "x" * 68 + " 191212121212")),
        x509.Name([]),
    ]
    for name in names:
        with pytest.raises(UnknownIssuer) as refusal:
            path.issuer_of(self_signed(pki, issuer=name), pki.trust)
        claim = refusal.value.claimed_issuer
        assert claim.isprintable()
        assert len(claim) <= 80
        assert "1212-1212" not in claim
        assert "19121212121" not in claim


def test_a_sha1_signature_of_our_own_ca_proves_nothing(pki: Pki) -> None:
    tbs = pki.card().certificate.tbs_certificate_bytes
    assert pki.decide(pki.resigned(tbs)).hsa_id.text == ANNAS_HSA_ID
    with pytest.raises(MalformedCard) as refusal:
        path.issuer_of(parsed(presented(pki.resigned(tbs, sha1=True))), pki.trust)
    assert refusal.value.reason == "signature"


def test_a_signature_algorithm_that_the_signed_part_does_not_name_is_refused(pki: Pki) -> None:
    tbs = pki.card().certificate.tbs_certificate_bytes
    sha384 = tbs.replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d01010c"))
    with pytest.raises((UnknownIssuer, MalformedCard)):
        pki.decide(pki.resigned(sha384))


@pytest.mark.parametrize("size", [2048, 3072])
def test_rsa_keys_from_2048_bits_are_strong(size: int) -> None:
    assert strong(rsa.generate_private_key(65537, size).public_key())


def test_the_exponent_3_is_strong() -> None:
    assert strong(rsa.generate_private_key(3, 2048).public_key())


def test_short_and_exotic_keys_are_not_strong(pki: Pki) -> None:
    weak = (
        pki.weak_key,
        ec.generate_private_key(ec.SECP224R1()),
        ec.generate_private_key(ec.SECP256K1()),
        ec.generate_private_key(ec.BrainpoolP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    )
    assert not any(strong(key.public_key()) for key in weak)


def test_an_unknown_critical_extension_forbids_the_certificate(pki: Pki) -> None:
    def decided(*, critical: bool) -> str:
        extension = x509.UnrecognizedExtension(UNKNOWN_OID, b"\x05\x00")
        return pki.decide(pki.odd(extensions=instead((extension, critical)))).hsa_id.text

    assert decided(critical=False)
    # `instead` replaces by class, so the card number (unrecognised as well) is gone; the point is the flag.
    with pytest.raises(MalformedCard) as refusal:
        decided(critical=True)
    assert refusal.value.reason == "path"


def test_a_form_that_rfc_5280_forbids_is_refused(pki: Pki) -> None:
    """Held against limbo: rfc5280::aki, ::ski, ::serial::zero, ::nc::not-allowed-in-ee, ::ee-critical-aia-invalid,
    webpki::malformed-aia, ::san::san-critical-with-nonempty-subject."""
    ca = pki.anchor().certificate
    key_of_ca = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key())  # type: ignore[arg-type]
    own_key = x509.SubjectKeyIdentifier(b"own key")
    url = x509.UniformResourceIdentifier("http://ocsp.demo.invalid")
    responder = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url)])
    constraints = x509.NameConstraints(permitted_subtrees=[x509.DNSName("demo.invalid")], excluded_subtrees=None)
    nowhere = x509.UnrecognizedExtension(x509.AuthorityInformationAccess.oid, b"\x30\x00")
    names = x509.SubjectAlternativeName([x509.RFC822Name("anna@norrvik.example")])
    not_a_ca, a_ca = x509.BasicConstraints(ca=False, path_length=None), x509.BasicConstraints(ca=True, path_length=0)

    for right in (
        (key_of_ca, False),
        (own_key, False),
        (responder, False),
        (names, False),
        (not_a_ca, True),
        (not_a_ca, False),
    ):
        path.check(pki.odd(extensions=instead(right)), pki.anchor(), at=pki.now)
    for wrong in (
        (key_of_ca, True),
        (own_key, True),
        (responder, True),
        (nowhere, False),
        (names, True),
        (constraints, True),
        (constraints, False),
    ):
        assert malformed(pki, pki.odd(extensions=instead(wrong))) == "path"
    for odd in (
        pki.odd(extensions=without(x509.AuthorityKeyIdentifier)),
        pki.odd(extensions=instead((a_ca, True))),
        pki.odd(subject=x509.Name([])),
    ):
        assert malformed(pki, odd) == "path"


def test_a_mail_address_in_the_subject_does_not_slip_past_the_name_constraints_of_the_ca(pki: Pki) -> None:
    """RFC 5280, 4.2.1.10. Held against NIST PKITS 4.13.29."""
    ca = pki.authority.issuer("hsa")
    constraints = x509.NameConstraints(permitted_subtrees=[x509.RFC822Name("norrvik.example")], excluded_subtrees=None)
    constrained = pki.authority.root.sign(
        subject=ca.certificate.subject,
        public_key=ca.key.public_key(),
        extensions=[
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (x509.SubjectKeyIdentifier.from_public_key(ca.key.public_key()), False),
            (x509.AuthorityKeyIdentifier(b"root", None, None), False),
            (usage("key_cert_sign", "crl_sign"), True),
            (constraints, True),
        ],
        not_before=pki.now - DAY,
        not_after=pki.now + DAY,
    )
    anchor = replace(pki.anchor(), certificate=constrained)

    def checked(*, subject: str | None, alternative: str | None) -> None:
        mail = [(NameOID.EMAIL_ADDRESS, subject)] if subject else []
        names = x509.SubjectAlternativeName([x509.RFC822Name(alternative)]) if alternative else None
        extensions = instead((names, False)) if names else without(x509.SubjectAlternativeName)
        path.check(pki.odd(subject=subject_with(*mail), extensions=extensions), anchor, at=pki.now)

    checked(subject=None, alternative=None)
    checked(subject=None, alternative="anna@norrvik.example")
    checked(subject="anna@norrvik.example", alternative="anna@norrvik.example")
    for subject, alternative in (("anna@elsewhere.example", None), (None, "anna@elsewhere.example")):
        with pytest.raises(MalformedCard) as refusal:
            checked(subject=subject, alternative=alternative)
        assert refusal.value.reason == "path"


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_serial_number_is_positive(pki: Pki) -> None:
    seven = pki.authority.issuer("hsa").sign(
        subject=subject_with(),
        public_key=ec.generate_private_key(ec.SECP256R1()).public_key(),
        extensions=[(x509.AuthorityKeyIdentifier(b"x", None, None), False)],
        not_before=pki.now - DAY,
        not_after=pki.now + DAY,
        serial=7,
    )
    tbs = seven.tbs_certificate_bytes
    assert tbs.count(b"\x02\x01\x07") == 1
    path.check(seven, pki.anchor(), at=pki.now)
    for number in (b"\x00", b"\xff"):
        resigned = pki.resigned(tbs.replace(b"\x02\x01\x07", b"\x02\x01" + number))
        assert malformed(pki, parsed(presented(resigned))) == "path"


def test_a_serial_number_has_at_most_20_octets(pki: Pki) -> None:
    """RFC 5280, 4.1.2.2. The library that makes certificates refuses such numbers, so 20 octets become 21 by hand."""
    whole = der.parsed(pki.odd().tbs_certificate_bytes)
    for octets, right in ((20, True), (21, False)):
        whole.inside[1].content = b"\x7f" + b"\xff" * (octets - 1)
        certificate = parsed(presented(pki.resigned(whole.encoded())))
        if right:
            path.check(certificate, pki.anchor(), at=pki.now)
        else:
            assert malformed(pki, certificate) == "path"


def test_the_cas_own_time_bounds_that_of_its_cards(pki: Pki) -> None:
    end = pki.anchor().certificate.not_valid_after_utc
    outlives_its_ca = pki.odd(not_after=end + 30 * DAY)
    anchor = pki.anchor()

    path.check(outlives_its_ca, anchor, at=end)
    with pytest.raises(UnknownIssuer):
        path.check(outlives_its_ca, anchor, at=end + SECOND)
    with pytest.raises(CardExpired):
        path.check(pki.odd(not_after=end), anchor, at=end + SECOND)


def test_microseconds_do_not_shorten_the_last_second(pki: Pki) -> None:
    certificate = pki.odd(not_after=pki.now)
    path.check(certificate, pki.anchor(), at=pki.now + timedelta(microseconds=999_999))
    with pytest.raises(CardExpired):
        path.check(certificate, pki.anchor(), at=pki.now + SECOND)


def test_no_urls_in_a_certificate_are_visited(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    url = [x509.UniformResourceIdentifier("http://crl.demo.invalid/list.crl")]
    pointer = x509.CRLDistributionPoints([x509.DistributionPoint(url, None, None, None)])
    responder = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url[0])])
    certificate = pki.odd(extensions=instead((pointer, False), (responder, False)))
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    monkeypatch.setattr(socket.socket, "connect", forbidden)

    assert pki.decide(certificate).hsa_id.text == ANNAS_HSA_ID


def test_the_subject_does_not_matter_for_the_path(pki: Pki) -> None:
    nobody = pki.odd(subject=subject_with(serialNumber=None, surname=None))
    path.check(nobody, path.issuer_of(nobody, pki.trust), at=pki.now)


def test_the_same_ca_in_two_environments_is_two_anchors(pki: Pki) -> None:
    assert pki.production.anchors[0].environment is Environment.PRODUCTION
    assert path.issuer_of(pki.card().certificate, pki.production).environment is Environment.PRODUCTION
