"""Which certificates may be pinned: one wrong thing at a time, each in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registret.cards import Anchor, CardKind, Environment, TrustBroken
from registret.cards.issuer_form import problem
from registret.demo.certificates import Extensions
from tests.pki import DAY, Pki, instead, name_of, usage, without

_KEY = ec.generate_private_key(ec.SECP256R1())
_OWN = x509.SubjectKeyIdentifier.from_public_key(_KEY.public_key())
_ISSUERS = x509.AuthorityKeyIdentifier(b"key of the root", None, None)
_CONSTRAINTS = x509.NameConstraints(permitted_subtrees=[x509.DNSName("demo.invalid")], excluded_subtrees=None)
_USUAL: Extensions = [
    (x509.BasicConstraints(ca=True, path_length=0), True),
    (usage("key_cert_sign", "crl_sign"), True),
    (_OWN, False),
    (_ISSUERS, False),
]


def named(pki: Pki, extensions: Extensions, *, key: CertificatePublicKeyTypes | None = None) -> str | None:
    """The problem of an issuing CA that the root has signed."""
    certificate = pki.authority.root.sign(
        subject=pki.anchor().certificate.subject,
        public_key=key or _KEY.public_key(),  # type: ignore[arg-type]  # kinds that no CA of ours has
        extensions=extensions,
        not_before=pki.now - DAY,
        not_after=pki.now + DAY,
    )
    return problem(certificate)


def named_root(extra: Extensions) -> str | None:
    """The problem of a root: the usual extensions without the issuer's key, and `extra`."""
    name = name_of((NameOID.COMMON_NAME, "Root"))
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_KEY.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
    )
    for extension, critical in [*without(x509.AuthorityKeyIdentifier)(_USUAL), *extra]:
        builder = builder.add_extension(extension, critical=critical)
    return problem(builder.sign(_KEY, hashes.SHA256()))


def test_the_usual_ca_may_be_pinned(pki: Pki) -> None:
    assert named(pki, _USUAL) is None
    for anchor in pki.trust.anchors:
        assert problem(anchor.certificate) is None
    assert problem(pki.authority.root.certificate) is None


@pytest.mark.parametrize(
    "allowed",
    [
        without(x509.KeyUsage),
        instead((_CONSTRAINTS, True)),
        instead((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)),
        instead((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), False)),
    ],
)
def test_what_rfc_5280_leaves_open_is_left_open(pki: Pki, allowed: object) -> None:
    assert callable(allowed)
    assert named(pki, allowed(_USUAL)) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without(x509.BasicConstraints), "not a CA"),
        (instead((x509.BasicConstraints(ca=False, path_length=None), True)), "not a CA"),
        (instead((usage("crl_sign"), True)), "not a CA"),
        (instead((x509.BasicConstraints(ca=True, path_length=0), False)), "basic constraints that are not critical"),
        (without(x509.SubjectKeyIdentifier), "no subject key identifier"),
        (instead((_OWN, True)), "a critical one"),
        (without(x509.AuthorityKeyIdentifier), "no authority key identifier"),
        (instead((_ISSUERS, True)), "critical authority key identifier"),
        (instead((_CONSTRAINTS, False)), "name constraints that are not critical"),
        (instead((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)), "client authentication"),
    ],
)
def test_a_ca_that_breaks_a_rule_is_named_with_the_rule(pki: Pki, change: object, says: str) -> None:
    """Limbo rfc5280::aki, ::ski, ::nc, ::root-*; NIST PKITS 4.6.1 to 4.6.3 and 4.7.1, 4.7.2."""
    assert callable(change)
    found = named(pki, change(_USUAL))
    assert found is not None
    assert says in found


@pytest.mark.parametrize("key", [ec.SECP224R1(), ec.SECP256K1()])
def test_a_ca_of_a_weak_curve_is_not_pinned(pki: Pki, key: ec.EllipticCurve) -> None:
    assert named(pki, _USUAL, key=ec.generate_private_key(key).public_key()) == (
        "has a weak key, or one of a kind that is not accepted here"
    )


def test_a_ca_with_a_weak_rsa_key_is_not_pinned(pki: Pki) -> None:
    odd_length = rsa.RSAPublicNumbers(65537, (1 << 2051) + 1).public_key()
    for key in (pki.weak_key.public_key(), odd_length):
        assert named(pki, _USUAL, key=key) == "has a weak key, or one of a kind that is not accepted here"


def test_a_root_names_its_own_key_alone_or_none() -> None:
    """What limbo's webpki::aki and webpki::eku::root-has-eku ask of roots."""
    own = _OWN.digest
    assert named_root([]) is None
    assert named_root([(x509.AuthorityKeyIdentifier(own, None, None), False)]) is None

    somebody = [x509.DirectoryName(name_of((NameOID.COMMON_NAME, "Root")))]
    for wrong in (x509.AuthorityKeyIdentifier(b"another", None, None), x509.AuthorityKeyIdentifier(own, somebody, 7)):
        assert named_root([(wrong, False)]) == "is a root whose authority key identifier is not its own key alone"
    extended = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    assert named_root([(extended, False)]) == "is a root with an extended key usage"


def test_a_ca_that_signed_its_new_key_with_the_old_is_no_root(pki: Pki) -> None:
    """NIST PKITS 4.5.3: same name above and below, another key."""
    old = pki.authority.issuer("hsa")
    certificate = old.sign(
        subject=old.certificate.subject,
        public_key=_KEY.public_key(),
        extensions=_USUAL,
        not_before=pki.now - DAY,
        not_after=pki.now + DAY,
    )
    assert certificate.issuer == certificate.subject
    assert problem(certificate) is None


def test_an_anchor_with_a_problem_is_broken_trust_with_its_name(pki: Pki) -> None:
    with pytest.raises(TrustBroken, match=r"^Anna: is not a CA certificate$"):
        Anchor(
            name="Anna",
            certificate=pki.card().certificate,
            kind=CardKind.HSA,
            level=3,
            environment=Environment.TEST,
        )
