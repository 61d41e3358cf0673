"""The demo's authority: kept safe, found again, and readable by the programs that people have."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from registret.cards import CrlFiles, IssuedForTest, Trust, verify
from registret.demo.pki import DemoAuthority, build_authority
from tests.pki import ANNA, ANNAS_HSA_ID, Pki, new_pki, presented


def test_keys_are_for_their_owner_only(pki: Pki) -> None:
    folder = pki.authority.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    keys = sorted(folder.glob("*.key"))
    assert len(keys) == 7
    for file in [*keys, folder / "authority.json"]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_key_is_in_the_trust_folder(pki: Pki, tmp_path: Path) -> None:
    trust = pki.authority.write_trust(tmp_path / "trust")
    assert not any(b"PRIVATE" in file.read_bytes() for file in trust.iterdir())
    assert not [file for file in trust.iterdir() if file.name.startswith(".")]


def test_an_authority_is_found_again(pki: Pki) -> None:
    again = DemoAuthority.load(pki.authority.folder)
    assert again.created == pki.authority.created
    card = again.issue_card(**ANNA, kind="hsa")
    assert pki.decide(card).hsa_id.text == ANNAS_HSA_ID


def test_there_is_nothing_to_find_where_nothing_was_built(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        DemoAuthority.load(tmp_path)


def test_revocations_are_remembered_and_cumulate(tmp_path: Path) -> None:
    pki = new_pki(tmp_path)
    first, second = pki.card(), pki.card(level=2)
    pki.authority.revoke(first.certificate)
    pki.authority.revoke(first.certificate)
    DemoAuthority.load(pki.authority.folder).revoke(second.certificate)
    trust = Trust.load(pki.authority.write_trust(tmp_path / "again"), accept_test=True)
    lists = CrlFiles(trust)
    states = [
        lists.answer(anchor=trust.anchors[i], serial=card.certificate.serial_number, at=pki.now).state
        for i, card in ((0, first), (1, second), (0, second))
    ]
    assert states == ["revoked", "revoked", "good"]


def test_building_again_makes_a_new_authority_without_old_revocations(tmp_path: Path) -> None:
    pki = new_pki(tmp_path)
    pki.authority.revoke(pki.card().certificate)
    again = build_authority(pki.authority.folder, at=pki.now)
    assert again.root.certificate != pki.authority.root.certificate
    assert not (again.folder / "revoked.json").exists()
    assert DemoAuthority.load(again.folder).root.certificate == again.root.certificate


def test_the_foreign_authority_has_the_same_names_and_other_keys(pki: Pki) -> None:
    for slug, ca in pki.authority.issuing.items():
        forged = pki.foreign.issuing[slug]
        assert forged.certificate.subject == ca.certificate.subject
        assert forged.certificate.public_key() != ca.certificate.public_key()
    assert pki.foreign.root.certificate == pki.foreign.root.certificate


def test_everything_is_called_a_demo(pki: Pki) -> None:
    cas = [pki.authority.root, pki.authority.web, *pki.authority.issuing.values()]
    assert all("CN=DEMO " in ca.certificate.subject.rfc4514_string() for ca in cas)


def test_a_production_door_lets_no_demo_card_in(pki: Pki, tmp_path: Path) -> None:
    trust = Trust.load(pki.authority.write_trust(tmp_path / "trust"), accept_test=False)
    for difference in ({}, {"level": 2}, {"kind": "person"}):
        with pytest.raises(IssuedForTest):
            verify(presented(pki.card(**difference)), trust=trust, revocation=CrlFiles(trust), at=pki.now)
    assert trust.names() == []


def test_cards_have_the_profile_of_siths(pki: Pki) -> None:
    certificate = pki.card().certificate
    short = [a.rfc4514_attribute_name for a in certificate.subject]
    assert short == ["C", "L", "O", "CN", "2.5.4.4", "2.5.4.42", "2.5.4.5"]
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.content_commitment
    extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(extended) == [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SMARTCARD_LOGON]
    certificate.verify_directly_issued_by(pki.authority.issuer("hsa").certificate)


def test_keys_are_of_the_asked_kind(pki: Pki) -> None:
    assert isinstance(pki.card(key="ec").key, ec.EllipticCurvePrivateKey)
    for kind, exponent in (("rsa", 65537), ("rsa-e3", 3)):
        key = pki.card(key=kind).key
        assert isinstance(key, rsa.RSAPrivateKey)
        assert (key.key_size, key.public_key().public_numbers().e) == (2048, exponent)


def test_a_card_without_its_id_is_not_issued(pki: Pki) -> None:
    with pytest.raises(ValueError, match="id"):
        pki.card(hsa_id=None)
    with pytest.raises(ValueError, match="id"):
        pki.card(kind="person", personal_number=None)


def test_printing_a_card_shows_no_personal_number_and_no_key(pki: Pki) -> None:
    shown = repr(pki.card(kind="person"))
    assert ANNA["personal_number"] not in shown
    assert "key" not in shown


def test_a_p12_holds_card_key_and_issuing_ca(pki: Pki) -> None:
    card = pki.card(key="rsa")
    key, certificate, others = pkcs12.load_key_and_certificates(card.p12("hemligt"), b"hemligt")
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.private_numbers() == card.key.private_numbers()
    assert certificate == card.certificate
    assert others == [pki.authority.issuer("hsa").certificate]
    assert load_pem_private_key(card.key_pem, None).public_key() == card.certificate.public_key()


@pytest.mark.skipif(not shutil.which("pk12util"), reason="needs libnss3-tools")
@pytest.mark.parametrize("key", ["ec", "rsa", "rsa-e3"])
def test_a_browsers_store_takes_the_p12(pki: Pki, tmp_path: Path, key: str) -> None:
    (tmp_path / "card.p12").write_bytes(pki.card(key=key).p12("hemligt"))
    store = f"sql:{tmp_path}"
    subprocess.run(["certutil", "-N", "-d", store, "--empty-password"], check=True)
    subprocess.run(
        ["pk12util", "-i", str(tmp_path / "card.p12"), "-d", store, "-W", "hemligt"], check=True, capture_output=True
    )
    listed = subprocess.run(["certutil", "-L", "-d", store], check=True, capture_output=True, text=True).stdout
    assert "Anna Åström Öberg (HSA-id)" in listed
    assert "DEMO SITHS e-id Person HSA-id 3 CA v1" in listed


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_the_servers_certificates_fit_their_hosts_and_no_others(pki: Pki) -> None:
    def fits(files: object, host: str) -> bool:
        chain = getattr(files, "chain")  # noqa: B009
        command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(pki.authority.web_root)]
        return subprocess.run([*command, "-verify_hostname", host, str(chain)], capture_output=True).returncode == 0

    assert fits(pki.authority.site_server, "registret.localhost")
    assert not fits(pki.authority.site_server, "other.localhost")
    assert fits(pki.authority.card_server, "0123456789abcdef0123456789abcdef.kort.registret.localhost")
    assert fits(pki.authority.card_server, "p-0123456789abcdef0123456789abcdef.kort.registret.localhost")
    assert not fits(pki.authority.card_server, "a.b.kort.registret.localhost")
    assert not fits(pki.authority.card_server, "registret.localhost")


def test_the_web_ca_can_speak_for_the_demos_hosts_only(pki: Pki) -> None:
    limits = pki.authority.web.certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert limits.value.permitted_subtrees == [
        x509.DNSName("registret.localhost"),
        x509.DNSName("kort.registret.localhost"),
    ]
