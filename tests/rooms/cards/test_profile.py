"""What the certificate says about its holder and its use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registret.cards import CardKind, CertificatePurpose, MalformedCard, PersonIdShown, SigningCertificate, profile
from tests.pki import (
    ANNAS_HSA_ID,
    ANNAS_PERSONAL_NUMBER,
    WRONG_HSA_ID,
    Pki,
    instead,
    name_of,
    subject_with,
    usage,
    without,
)

CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


def malformed(pki: Pki, certificate: x509.Certificate) -> str:
    with pytest.raises(MalformedCard) as refusal:
        pki.decide(certificate)
    return refusal.value.reason


# The holder ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        ANNAS_HSA_ID,
        ANNAS_HSA_ID.lower(),
        ANNAS_HSA_ID.replace("SE", "SE16"),
        ANNAS_HSA_ID.split("-")[0] + "-" + "A" * 18,
    ],
)
def test_an_hsa_id_is_kept_as_issued(pki: Pki, text: str) -> None:
    assert pki.decide(pki.odd(subject=subject_with(serialNumber=text))).hsa_id.text == text


@pytest.mark.parametrize(
    "text",
    [
        WRONG_HSA_ID,
        ANNAS_HSA_ID + "A" * 32,
        ANNAS_HSA_ID + " ",
        " " + ANNAS_HSA_ID,
        ANNAS_HSA_ID.replace("-", ""),
        ANNAS_HSA_ID.replace("A", "Å"),
        ANNAS_HSA_ID.replace("2", "٢", 1),
        ANNAS_HSA_ID.replace("S", "Ѕ", 1),
        "SE",
        "nobody",
        "191212121213",
        "1212121212",
    ],
)
def test_what_is_no_hsa_id_is_malformed(pki: Pki, text: str) -> None:
    assert malformed(pki, pki.odd(subject=subject_with(serialNumber=text))) == "hsa_id"


def test_a_holder_has_exactly_one_id(pki: Pki) -> None:
    twice = subject_with((NameOID.SERIAL_NUMBER, ANNAS_HSA_ID))
    other = subject_with((NameOID.SERIAL_NUMBER, ANNAS_HSA_ID.replace("ANNA1", "BERT1")))
    with_person = subject_with((NameOID.SERIAL_NUMBER, ANNAS_PERSONAL_NUMBER))
    none = subject_with(serialNumber=None)
    for subject in (twice, other, with_person, none):
        assert malformed(pki, pki.odd(subject=subject)) == "holder"


def test_two_ids_in_one_multi_valued_part_of_the_name_are_two_ids(pki: Pki) -> None:
    pair = x509.RelativeDistinguishedName(
        [
            x509.NameAttribute(NameOID.SERIAL_NUMBER, ANNAS_HSA_ID),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, ANNAS_HSA_ID.replace("ANNA1", "BERT1")),
        ]
    )
    subject = x509.Name([*subject_with(serialNumber=None).rdns, pair])
    assert malformed(pki, pki.odd(subject=subject)) == "holder"


def test_an_id_elsewhere_in_the_certificate_is_not_the_holders(pki: Pki) -> None:
    alternative = x509.SubjectAlternativeName(
        [x509.DirectoryName(name_of((NameOID.SERIAL_NUMBER, ANNAS_HSA_ID.replace("ANNA1", "BERT1"))))]
    )
    card = pki.decide(pki.odd(extensions=instead((alternative, False))))
    assert card.hsa_id.text == ANNAS_HSA_ID


def test_the_ca_decides_the_kind_and_the_id_must_agree(pki: Pki) -> None:
    person_under_hsa = pki.odd(subject=subject_with(serialNumber=ANNAS_PERSONAL_NUMBER))
    hsa_under_person = pki.odd(kind="person")
    neither = pki.odd(kind="person", subject=subject_with(serialNumber="191212121213"))
    for certificate in (person_under_hsa, hsa_under_person, neither):
        assert malformed(pki, certificate) == "kind"


def test_a_person_id_with_two_ids_is_malformed_and_not_explained_as_person_id(pki: Pki) -> None:
    subject = subject_with((NameOID.SERIAL_NUMBER, ANNAS_HSA_ID), serialNumber=ANNAS_PERSONAL_NUMBER)
    assert malformed(pki, pki.odd(kind="person", subject=subject)) == "holder"


def test_the_profile_can_be_asked_by_itself(pki: Pki) -> None:
    certificate = pki.card().certificate
    assert profile.hsa_id(certificate, pki.anchor()).text == ANNAS_HSA_ID
    with pytest.raises(PersonIdShown):
        profile.hsa_id(pki.card(kind="person").certificate, pki.anchor(CardKind.PERSON))


# Names --------------------------------------------------------------------------------------------------------------


def test_the_order_of_attributes_does_not_matter(pki: Pki) -> None:
    backwards = x509.Name(list(reversed(list(subject_with()))))
    card = pki.decide(pki.odd(subject=backwards))
    assert (card.hsa_id.text, card.name) == (ANNAS_HSA_ID, "Anna Åström Öberg")


@pytest.mark.parametrize("name", ["Åsa Ängström-Örn", "Zoë", "O’Brien", "Łukasz", "علي", "D'Arcy", "李"])
def test_names_of_all_peoples_are_kept(pki: Pki, name: str) -> None:
    assert pki.decide(pki.odd(subject=subject_with(surname=name))).surname == name


@pytest.mark.parametrize("where", ["given_name", "surname", "common_name", "organisation", "serialNumber"])
@pytest.mark.parametrize("what", ["\0", "\n", "\r\n", "\x1b", "\x7f", "\u202e", "\u200b", "\ufeff", "\u2028"])
def test_invisible_characters_in_names_are_malformed(pki: Pki, where: str, what: str) -> None:
    assert malformed(pki, pki.odd(subject=subject_with(**{where: f"An{what}na"}))) in {"names"}


def test_a_nul_that_cuts_an_hsa_id_short_is_malformed(pki: Pki) -> None:
    assert malformed(pki, pki.odd(subject=subject_with(serialNumber=f"{ANNAS_HSA_ID}\0-evil"))) == "names"


@pytest.mark.filterwarnings("ignore:Attribute's length")
@pytest.mark.parametrize("where", ["given_name", "surname", "common_name", "organisation"])
def test_overlong_names_are_malformed(pki: Pki, where: str) -> None:
    assert pki.decide(pki.odd(subject=subject_with(**{where: "x" * 256}))).hsa_id.text == ANNAS_HSA_ID
    assert malformed(pki, pki.odd(subject=subject_with(**{where: "x" * 257}))) == "names"


@pytest.mark.parametrize("oid", [NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME])
def test_a_name_that_stands_twice_is_malformed(pki: Pki, oid: x509.ObjectIdentifier) -> None:
    assert malformed(pki, pki.odd(subject=subject_with((oid, "Bertil")))) == "names"


def test_other_attributes_may_repeat(pki: Pki) -> None:
    units = [(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in ("Medicin", "Infektion")]
    assert pki.decide(pki.odd(subject=subject_with(*units))).organisation == "Region Norrvik"


def test_people_with_one_name_are_let_in(pki: Pki) -> None:
    card = pki.decide(pki.odd(subject=subject_with(given_name=None, surname=None, common_name="Suharto")))
    assert (card.given_name, card.surname, card.name) == ("", "Suharto", "Suharto")

    card = pki.decide(pki.odd(subject=subject_with(given_name=None)))
    assert card.name == "Åström Öberg"


def test_a_card_without_any_name_or_organisation_is_malformed(pki: Pki) -> None:
    nameless = subject_with(given_name=None, surname=None, common_name=None)
    blank = subject_with(surname=" ", common_name=" ")
    for subject in (nameless, blank, subject_with(organisation=None), subject_with(organisation="")):
        assert malformed(pki, pki.odd(subject=subject)) in {"names"}


# Usage --------------------------------------------------------------------------------------------------------------

USAGES: list[tuple[str, Any, type[Exception] | None]] = [
    ("the usual", instead(), None),
    ("older cards", instead((usage("digital_signature", "key_encipherment"), True)), None),
    ("both bits, for clients", instead((usage("digital_signature", "content_commitment"), True)), None),
    ("usage not critical", instead((usage("digital_signature"), False)), None),
    ("for clients alone", instead((x509.ExtendedKeyUsage([CLIENT]), False)), None),
    ("critical for clients", instead((x509.ExtendedKeyUsage([CLIENT]), True)), None),
    ("signing only", instead((usage("content_commitment"), True)), SigningCertificate),
    ("no key usage", without(x509.KeyUsage), MalformedCard),
    ("no extended key usage", without(x509.ExtendedKeyUsage), MalformedCard),
    ("neither", without(x509.KeyUsage, x509.ExtendedKeyUsage), MalformedCard),
    ("enciphering only", instead((usage("key_encipherment"), True)), MalformedCard),
    ("a server's", instead((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)), MalformedCard),
    ("any usage", instead((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), False)), MalformedCard),
    ("card logon alone", instead((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SMARTCARD_LOGON]), False)), MalformedCard),
    ("a CA's", instead((x509.BasicConstraints(ca=True, path_length=None), True)), MalformedCard),
    ("signs certificates", instead((usage("digital_signature", "key_cert_sign"), True)), MalformedCard),
    ("no extensions at all", lambda usual: [], MalformedCard),
]


@pytest.mark.parametrize(("what", "extensions", "refusal"), USAGES, ids=[row[0] for row in USAGES])
def test_only_certificates_for_legitimering_are_let_in(
    pki: Pki, what: str, extensions: Callable[[Any], Any], refusal: type[Exception] | None
) -> None:
    certificate = pki.odd(extensions=extensions)
    if refusal is None:
        assert pki.decide(certificate).hsa_id.text == ANNAS_HSA_ID
        return
    with pytest.raises(refusal) as raised:
        pki.decide(certificate)
    if isinstance(raised.value, MalformedCard):
        assert raised.value.reason == "usage"


def test_an_end_entity_may_say_that_it_is_one(pki: Pki) -> None:
    certificate = pki.odd(extensions=instead((x509.BasicConstraints(ca=False, path_length=None), True)))
    assert pki.decide(certificate).hsa_id.text == ANNAS_HSA_ID


def test_an_extension_that_stands_twice_is_malformed(pki: Pki) -> None:
    double = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.38"), b"\x30\x00")
    tbs = pki.odd(extensions=instead((double, False))).tbs_certificate_bytes
    # 2.5.29.38 becomes 2.5.29.37: a second, empty extended key usage.
    assert (
        malformed(pki, _parsed(pki.resigned(tbs.replace(b"\x06\x03\x55\x1d\x26", b"\x06\x03\x55\x1d\x25")))) == "usage"
    )


def test_an_extension_that_cannot_be_read_is_malformed(pki: Pki) -> None:
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.38"), b"\xff\xff")
    tbs = pki.odd(extensions=lambda usual: [*without(x509.ExtendedKeyUsage)(usual), (broken, False)])
    spliced = tbs.tbs_certificate_bytes.replace(b"\x06\x03\x55\x1d\x26", b"\x06\x03\x55\x1d\x25")
    assert malformed(pki, _parsed(pki.resigned(spliced))) == "usage"


def test_the_purpose_can_be_asked_by_itself(pki: Pki) -> None:
    assert profile.purpose(pki.card().certificate) is CertificatePurpose.AUTHENTICATION
    assert profile.purpose(pki.card(purpose="sign").certificate) is CertificatePurpose.SIGNING
    assert profile.purpose(pki.odd(extensions=without(x509.KeyUsage))) is CertificatePurpose.OTHER


# The card's number --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (b"\x13\x0497AB", "97AB"),
        (b"\x0c\x0497AB", "97AB"),
        (b"\x13\x0597AB", None),
        (b"\x13\x00", None),
        (b"\x13", None),
        (b"", None),
        (b"\x30\x0497AB", None),
        (b"\x0c\x04\xff\xfe\x00\x01", None),
        (b"\x13\x0497\n1", None),
        (b"\x13\x8197AB", None),
    ],
)
def test_a_card_number_that_cannot_be_read_is_left_out(pki: Pki, raw: bytes, number: str | None) -> None:
    own = x509.UnrecognizedExtension(profile.CARD_NUMBER, raw)
    assert pki.decide(pki.odd(extensions=instead((own, False)))).card_number == number


def test_a_card_without_a_number_is_let_in(pki: Pki) -> None:
    assert pki.decide(pki.odd(extensions=without(x509.UnrecognizedExtension))).card_number is None


def _parsed(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)
