"""*Kontrollera ditt kort*: everything that can be read, and never a personal number."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from registret.cards import CardKind, CardReport, CertificatePurpose, Environment, RevocationState, describe
from registret.cards.report import masked_holder
from tests.pki import (
    ANNAS_HSA_ID,
    ANNAS_TEST_HSA_ID,
    DAY,
    Pki,
    new_pki,
    presented,
    self_signed,
    subject_with,
)


def told(pki: Pki, certificate: object, **how: object) -> CardReport:
    trust = how.get("trust", pki.trust)
    return describe(presented(certificate), trust=trust, revocation=pki.revocation, at=pki.now)  # type: ignore[arg-type]


def test_a_good_card_is_told_in_full(pki: Pki) -> None:
    issued = pki.card()
    report = told(pki, issued)

    assert report.refusal is None
    assert report.believed is True
    assert (report.kind, report.purpose, report.level) == (CardKind.HSA, CertificatePurpose.AUTHENTICATION, 3)
    assert (report.holder, report.name, report.organisation) == (ANNAS_HSA_ID, "Anna Åström Öberg", "Region Norrvik")
    assert report.issuer == "DEMO SITHS e-id Person HSA-id 3 CA v1"
    assert report.environment is Environment.TEST
    assert report.not_after == issued.certificate.not_valid_after_utc
    assert report.revocation is not None
    assert report.revocation.state is RevocationState.GOOD
    assert report.revocation_age == timedelta(hours=1)


def test_the_report_and_the_decision_agree(pki: Pki) -> None:
    issued = pki.card()
    report, card = told(pki, issued), pki.decide(issued)
    for fact in ("name", "organisation", "issuer", "level", "serial", "fingerprint", "not_after", "card_number"):
        assert getattr(report, fact) == getattr(card, fact)


def test_a_person_id_is_told_with_its_number_masked(pki: Pki) -> None:
    report = told(pki, pki.card(kind="person"))

    assert report.refusal is not None
    assert report.refusal.code == "card.person_id"
    assert (report.kind, report.purpose) == (CardKind.PERSON, CertificatePurpose.AUTHENTICATION)
    assert report.holder == "19121212••••"
    assert report.name == "Anna Åström Öberg"
    assert report.revocation is not None


def test_nothing_is_told_when_no_certificate_came(pki: Pki) -> None:
    report = told(pki, None)
    assert report.refusal is not None
    assert report.refusal.code == "card.none"
    assert report == CardReport(refusal=report.refusal)


def test_rubbish_is_told_as_malformed(pki: Pki) -> None:
    report = told(pki, b"rubbish")
    assert report.refusal is not None
    assert report.refusal.code == "card.malformed"
    assert report == CardReport(refusal=report.refusal)


@pytest.mark.parametrize(
    ("difference", "code"),
    [
        ({"purpose": "sign"}, "card.signing"),
        ({"kind": "person", "purpose": "sign"}, "card.person_id"),
        ({"not_before": timedelta(-9), "not_after": timedelta(-1)}, "card.expired"),
        ({"not_before": timedelta(1)}, "card.not_yet_valid"),
        ({"hsa_id": "SE-nonsense"}, "card.malformed"),
    ],
)
def test_a_refused_card_is_told_with_its_refusal(pki: Pki, difference: dict[str, object], code: str) -> None:
    moved = {key: pki.now + v if isinstance(v, timedelta) else v for key, v in difference.items()}
    report = told(pki, pki.card(**moved))
    assert report.refusal is not None
    assert report.refusal.code == code
    assert report.believed is True
    assert report.not_after is not None
    assert report.issuer is not None


def test_a_revoked_card_is_told_as_revoked(tmp_path: Path) -> None:
    pki = new_pki(tmp_path)
    issued = pki.card()
    pki.authority.revoke(issued.certificate)
    pki.authority.write_trust(tmp_path / "trust")
    report = told(pki, issued)
    assert report.revocation is not None
    assert report.revocation.state is RevocationState.REVOKED
    assert report.refusal is not None
    assert report.refusal.code == "card.revoked"


def test_what_nobody_vouches_for_is_a_claim(pki: Pki) -> None:
    for certificate in (pki.forged(), self_signed(pki)):
        report = told(pki, certificate)
        assert report.refusal is not None
        assert report.refusal.code == "card.unknown_issuer"
        assert report.believed is False
        assert (report.kind, report.level, report.environment, report.revocation) == (None, None, None, None)
        assert report.name == "Anna Åström Öberg"


def test_a_test_card_in_production_is_told_as_one(pki: Pki) -> None:
    report = told(pki, pki.card(hsa_id=ANNAS_TEST_HSA_ID), trust=pki.production_only)
    assert report.refusal is not None
    assert report.refusal.code == "card.test_issuer"
    assert report.holder == ANNAS_TEST_HSA_ID


# Numbers of the Swedish tax agency's list for tests; the last four digits occur nowhere else.
SPELLINGS = [
    "189001019802",
    "9001019802",
    "18900101-9802",
    "900101-9802",
    "900101+9802",
    "189001019803",
    "18 90 01 01 98 02",
    "189001619809",
    "NTRSE-189001019802",
    "PNOSE-189001019802",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_personal_number_is_never_told_in_clear(pki: Pki, spelling: str) -> None:
    secret = spelling.replace(" ", "")[-4:]
    in_texts: dict[str, Any] = {
        "surname": f"Öberg {spelling}",
        "organisation": f"Anna {spelling}",
        "common_name": spelling,
    }
    certificates = [
        pki.odd(kind="person", subject=subject_with(serialNumber=spelling)),
        pki.odd(subject=subject_with(serialNumber=spelling)),
        pki.odd(subject=subject_with((NameOID.SERIAL_NUMBER, spelling))),
        self_signed(pki, serialNumber=spelling),
    ]
    if " " not in spelling:
        certificates += [pki.odd(subject=subject_with(**in_texts)), self_signed(pki, **in_texts)]
    for certificate in certificates:
        report = told(pki, certificate)
        texts = [report.holder, report.name, report.organisation, report.issuer, report.card_number]
        texts += [str(report.refusal.facts), repr(report.refusal)] if report.refusal else []
        for text in texts:
            assert secret not in (text or ""), text
        # The serial number, the fingerprint and the moments are no texts of the certificate and may hold any digits.
        assert spelling not in repr(report)


@given(st.text(max_size=40))
def test_the_holder_of_any_shape_is_an_hsa_id_or_masked(text: str) -> None:
    shown = masked_holder(text)
    assert shown == text or shown.endswith("••••")
    assert len(shown) <= max(len(text), 12)


def test_describing_never_raises_for_odd_names(pki: Pki) -> None:
    for difference in ({"surname": "An\0na"}, {"serialNumber": None}, {"organisation": None}, {"surname": "x" * 300}):
        report = told(pki, pki.odd(subject=subject_with(**difference)))
        assert report.refusal is not None
        assert report.refusal.code == "card.malformed"


def test_an_old_card_is_told_with_its_dates(pki: Pki) -> None:
    report = told(pki, pki.card(not_before=pki.now - 9 * DAY, not_after=pki.now - DAY))
    assert report.not_after == pki.now - DAY
    assert report.not_before == pki.now - 9 * DAY
