"""The trust folder: what is read, and the one clear line for what cannot be."""

from __future__ import annotations

import shutil
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from registret.cards import Anchor, CardKind, Environment, Trust, TrustBroken
from tests.pki import Pki

TABLE = """
[[anchor]]
name = "One"
certificate = "hsa-3.pem"
kind = "hsa"
level = 3
environment = "production"
crl = "hsa-3.crl"
"""


@pytest.fixture
def folder(pki: Pki, tmp_path: Path) -> Path:
    return pki.authority.write_trust(tmp_path / "trust")


def broken(folder: Path, toml: str) -> str:
    (folder / "trust.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(TrustBroken) as raised:
        Trust.load(folder, accept_test=True)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_a_folder_becomes_anchors(folder: Path) -> None:
    trust = Trust.load(folder, accept_test=True)
    assert [(a.name, a.kind, a.level, a.environment) for a in trust.anchors] == [
        ("DEMO SITHS e-id Person HSA-id 3 CA v1", CardKind.HSA, 3, Environment.TEST),
        ("DEMO SITHS e-id Person HSA-id 2 CA v1", CardKind.HSA, 2, Environment.TEST),
        ("DEMO SITHS e-id Person ID 3 CA v1", CardKind.PERSON, 3, Environment.TEST),
    ]
    assert [a.crl for a in trust.anchors] == [folder / f"{name}.crl" for name in ("hsa-3", "hsa-2", "person-3")]


def test_the_door_names_only_issuing_cas_of_hsa_ids(pki: Pki) -> None:
    names = [x509.Name.from_bytes(der) if hasattr(x509.Name, "from_bytes") else der for der in pki.trust.names()]
    expected = [pki.authority.issuer("hsa", level).certificate.subject for level in (3, 2)]
    assert pki.trust.names() == [name.public_bytes() for name in expected]
    assert len(names) == 2
    assert pki.trust.names(CardKind.PERSON) == [pki.authority.issuer("person").certificate.subject.public_bytes()]


def test_where_test_cards_are_refused_their_cas_are_not_named(pki: Pki) -> None:
    assert pki.production_only.names() == []
    assert pki.production_only.accepted() == ()
    assert len(pki.production.names()) == 2


def test_a_ca_with_two_keys_is_named_once(pki: Pki) -> None:
    anchor = pki.anchor()
    renewed = Anchor(
        name="renewed",
        certificate=pki.foreign.issuer("hsa").certificate,
        kind=anchor.kind,
        level=anchor.level,
        environment=anchor.environment,
    )
    assert Trust(anchors=(anchor, renewed), accept_test=True).names() == [anchor.subject]


def test_the_list_may_be_left_out_or_come_later(folder: Path) -> None:
    (folder / "trust.toml").write_text(TABLE.replace('crl = "hsa-3.crl"\n', ""), encoding="utf-8")
    assert Trust.load(folder, accept_test=True).anchors[0].crl is None

    (folder / "trust.toml").write_text(TABLE.replace("hsa-3.crl", "later.crl"), encoding="utf-8")
    assert Trust.load(folder, accept_test=True).anchors[0].crl == folder / "later.crl"


def test_addresses_and_grace_are_read_and_may_be_left_out(folder: Path) -> None:
    (folder / "trust.toml").write_text(TABLE, encoding="utf-8")
    (plain,) = Trust.load(folder, accept_test=True).anchors
    assert (plain.crl_url, plain.ocsp_url, plain.grace) == (None, None, timedelta(hours=24))
    more = 'crl_url = "http://crl.example.se/3.crl?a=b"\nocsp_url = "https://ocsp.example.se:8443"\ngrace_hours = 0\n'
    (folder / "trust.toml").write_text(TABLE + more, encoding="utf-8")
    (anchor,) = Trust.load(folder, accept_test=True).anchors
    assert anchor.crl_url == "http://crl.example.se/3.crl?a=b"
    assert anchor.ocsp_url == "https://ocsp.example.se:8443"
    assert anchor.grace == timedelta(0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: "", "expected [[anchor]] tables"),
        (lambda t: "anchor = 3", "expected [[anchor]] tables"),
        (lambda t: "anchor = []", "no anchor"),
        (lambda t: t + "[other]\nx = 1\n", "expected [[anchor]] tables"),
        (lambda t: "[[anchor", "trust.toml"),
        (lambda t: t.replace('"hsa"', '"doctor"'), "doctor"),
        (lambda t: t.replace('"production"', '"prod"'), "prod"),
        (lambda t: t.replace("level = 3", 'level = "3"'), "level"),
        (lambda t: t.replace("level = 3", "level = true"), "level"),
        (lambda t: t.replace('name = "One"', ""), "name"),
        (lambda t: t.replace("crl =", "crls ="), "crls"),
        (lambda t: t.replace('"hsa-3.crl"', "3"), "crl"),
        (lambda t: t + "crl_url = 3\n", "crl_url"),
        (lambda t: t + 'crl_url = ""\n', "crl_url"),
        (lambda t: t + 'crl_url = "crl.example.se/list.crl"\n', "crl_url"),
        (lambda t: t + 'crl_url = "ldap://crl.example.se/list"\n', "crl_url"),
        (lambda t: t + 'crl_url = "file:///etc/list.crl"\n', "crl_url"),
        (lambda t: t + 'crl_url = "http:///list.crl"\n', "crl_url"),
        (lambda t: t + 'crl_url = "http://user@crl.example.se/"\n', "crl_url"),
        (lambda t: t + 'crl_url = "http://crl.example.se:99999/"\n', "crl_url"),
        (lambda t: t + 'crl_url = "http://crl.example.se/#part"\n', "crl_url"),
        (lambda t: t + 'crl_url = "http://crl.example.se/a b"\n', "crl_url"),
        (lambda t: t + 'crl_url = "http://crl.example.se/\\r\\nX: y"\n', "crl_url"),
        (lambda t: t + 'ocsp_url = "ocsp.example.se"\n', "ocsp_url"),
        (lambda t: t + "grace_hours = -1\n", "grace_hours"),
        (lambda t: t + "grace_hours = 169\n", "grace_hours"),
        (lambda t: t + "grace_hours = 1.5\n", "grace_hours"),
        (lambda t: t + "grace_hours = true\n", "grace_hours"),
        (lambda t: t.replace("hsa-3.pem", "missing.pem"), "missing.pem"),
        (lambda t: t.replace("hsa-3.pem", "trust.toml"), "not a certificate"),
        (lambda t: t.replace("hsa-3.pem", "hsa-3.crl"), "not a certificate"),
        (lambda t: t + t, "two [[anchor]] tables"),
        (lambda t: t.replace("hsa-3.pem", "card.pem"), "not a CA"),
        (lambda t: t.replace("hsa-3.pem", "both.pem"), "2 certificates"),
    ],
)
def test_a_trust_that_cannot_be_used_says_why_in_one_line(pki: Pki, folder: Path, change: object, says: str) -> None:
    assert callable(change)
    (folder / "card.pem").write_bytes(pki.card().pem)
    (folder / "both.pem").write_bytes((folder / "hsa-3.pem").read_bytes() + (folder / "hsa-2.pem").read_bytes())
    assert says in broken(folder, change(TABLE))


def test_a_missing_folder_is_broken_trust(tmp_path: Path) -> None:
    with pytest.raises(TrustBroken, match=r"trust\.toml: cannot be read"):
        Trust.load(tmp_path / "nowhere", accept_test=True)


def test_a_file_that_is_not_text_is_broken_trust(folder: Path) -> None:
    (folder / "trust.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TrustBroken):
        Trust.load(folder, accept_test=True)


def test_der_is_not_pem(folder: Path, pki: Pki) -> None:
    (folder / "hsa-3.pem").write_bytes(pki.anchor().certificate.public_bytes(Encoding.DER))
    with pytest.raises(TrustBroken, match="not a certificate in PEM"):
        Trust.load(folder, accept_test=True)


def test_a_folder_can_be_moved(folder: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(folder, tmp_path / "moved")
    assert len(Trust.load(moved, accept_test=True).anchors) == 3


def test_a_certificate_of_a_person_can_be_no_anchor(pki: Pki) -> None:
    with pytest.raises(TrustBroken, match="not a CA"):
        Anchor(
            name="Anna",
            certificate=pki.card().certificate,
            kind=CardKind.HSA,
            level=3,
            environment=Environment.TEST,
        )


def test_a_ca_whose_name_constraints_cannot_be_read_is_broken_trust(pki: Pki) -> None:
    """Limbo rfc5280::nc::invalid-ipv4-address: the parser raises a TypeError."""
    net = x509.NameConstraints(
        permitted_subtrees=[x509.IPAddress(ip_network("10.0.0.0/8"))], excluded_subtrees=None
    ).public_bytes()
    odd_net = net.replace(b"\x87\x08\x0a\0\0\0\xff\0\0\0", b"\x87\x05\x0a\0\0\0\xff")
    odd_net = odd_net.replace(net[:6], bytes([net[0], net[1] - 3, net[2], net[3] - 3, net[4], net[5] - 3]))
    issuing = pki.authority.root.sign(
        subject=pki.anchor().certificate.subject,
        public_key=pki.authority.issuer("hsa").key.public_key(),
        extensions=[
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (x509.UnrecognizedExtension(x509.NameConstraints.oid, odd_net), True),
        ],
        not_before=pki.now,
        not_after=pki.now,
    )
    with pytest.raises(TrustBroken, match="cannot be read"):
        Anchor(name="odd", certificate=issuing, kind=CardKind.HSA, level=3, environment=Environment.TEST)
