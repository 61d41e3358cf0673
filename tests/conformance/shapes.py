"""Cards of every shape, each decided as at the door: `registret.cards.verify`, path and profile together.

The certificates are made anew in each run; what is expected of each stands in `shapes.csv`. The holders' keys lie in
`data/keys` (public halves only: the private ones were thrown away), because making them takes longer than all the rest.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from registret.cards import Anchor, CardKind, CrlFiles, Environment, PresentedCertificate, Trust, verify
from registret.cards.presented import MAX_BYTES
from registret.demo.authorities import CertificateAuthority
from registret.demo.certificates import Extensions, PrivateKey, card_extensions
from registret.kernel.refused import Refused
from tests.conformance.bench import ACCEPTED, Case, said
from tests.pki import (
    ANNAS_HSA_ID,
    ANNAS_PERSONAL_NUMBER,
    ANNAS_TEST_HSA_ID,
    DAY,
    ORGANISATION_NUMBER,
    SECOND,
    WRONG_HSA_ID,
    Pki,
    instead,
    name_of,
    new_pki,
    self_signed,
    subject_with,
    tlv,
    usage,
    without,
)

Sha2 = hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512
KEYS = Path(__file__).parent / "data" / "keys"
HOUR = timedelta(hours=1)
GRACE = timedelta(hours=24)
_UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.2.752.34.999"), b"\x05\x00")
_CLIENT, _SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
_ANY, _LOGON = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, ExtendedKeyUsageOID.SMARTCARD_LOGON


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is shown, to which door, when."""

    der: bytes | None
    trust: Trust
    at: datetime

    def decision(self) -> str:
        try:
            verify(PresentedCertificate(self.der), trust=self.trust, revocation=CrlFiles(self.trust), at=self.at)
        except Refused as refusal:
            return said(refusal)
        return ACCEPTED


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A country with two more CAs: one of the generation before (level 2) and one of the sister
    system, on P-384."""

    pki: Pki
    folder: Path
    legacy: CertificateAuthority
    efos: CertificateAuthority
    trust: Trust

    def shape(
        self,
        certificate: x509.Certificate | bytes | None,
        *,
        at: datetime | None = None,
        trust: Trust | None = None,
    ) -> Shape:
        der = certificate.public_bytes(Encoding.DER) if isinstance(certificate, x509.Certificate) else certificate
        return Shape(der=der, trust=trust or self.trust, at=at or self.pki.now)

    def odd(
        self,
        *difference: tuple[x509.ExtensionType, bool],
        missing: Sequence[type[x509.ExtensionType]] = (),
        subject: x509.Name | None = None,
        at: datetime | None = None,
    ) -> Shape:
        """Anna's card with other extensions or another subject."""

        def changed(usual: Extensions) -> Extensions:
            return instead(*difference)(without(*missing)(usual))

        return self.shape(self.pki.odd(extensions=changed, subject=subject), at=at)

    def signed(
        self,
        *,
        ca: CertificateAuthority | None = None,
        key: CertificatePublicKeyTypes | None = None,
        algorithm: Sha2 | None = None,
        pss: bool = False,
        subject: x509.Name | None = None,
        extensions: Extensions | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        serial: int | None = None,
    ) -> x509.Certificate:
        """Anna's card with a key of any kind, by any CA, signed in any way."""
        ca = ca or self.pki.authority.issuer("hsa")
        usual = card_extensions(ca.certificate, ec.generate_private_key(ec.SECP256R1()))
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject or subject_with())
            .issuer_name(ca.certificate.subject)
            .public_key(key or ec.generate_private_key(ec.SECP256R1()).public_key())
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(not_before or self.pki.now - DAY)
            .not_valid_after(not_after or self.pki.now + DAY)
        )
        for extension, critical in usual if extensions is None else extensions:
            builder = builder.add_extension(extension, critical=critical)
        how = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH) if pss else None
        return builder.sign(ca.key, algorithm or hashes.SHA256(), rsa_padding=how)

    def with_list(self, name: str, content: bytes | None) -> Trust:
        """A door that knows one CA, with this as its list."""
        file = self.folder / f"{name}.crl"
        if content is not None:
            file.write_bytes(content)
        return Trust(anchors=(replace(self.pki.anchor(), crl=file),), accept_test=True)


def cases(folder: Path, expected: dict[str, bool]) -> Iterator[Case]:
    """`expected`: by name, from the table. A shape that is not in it is expected to be refused."""
    for name, shape in shapes(folder):
        yield Case(name=name, valid=expected.get(name, False), decide=shape.decision)


def shapes(folder: Path) -> Iterator[tuple[str, Shape]]:
    bench = new_bench(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of them are odd on purpose
        for group in (
            journeys,
            keys,
            signatures,
            holders,
            names,
            families,
            others,
            extensions,
            usages,
            dates,
            lists,
            forms,
        ):
            yield from group(bench)


def new_bench(folder: Path) -> Bench:
    folder.mkdir(parents=True, exist_ok=True)
    pki = new_pki(folder)
    legacy = _issuing(pki, rsa.generate_private_key(65537, 2048), "Inera AB", "DEMO SITHS Type 1 CA v1")
    efos = _issuing(
        pki, ec.generate_private_key(ec.SECP384R1()), "Försäkringskassan", "DEMO Swedish Public Sector Person CA v1"
    )
    anchors = [
        _anchor(legacy, level=2, crl=_published(legacy, folder / "legacy.crl", pki.now)),
        _anchor(efos, level=3, crl=_published(efos, folder / "efos.crl", pki.now)),
    ]
    trust = Trust(anchors=(*pki.trust.anchors, *anchors), accept_test=True)
    return Bench(pki=pki, folder=folder, legacy=legacy, efos=efos, trust=trust)


# The rows of journeys A that are about cards; those about attempts are tried in tests/rooms/web/door.


def journeys(b: Bench) -> Iterator[tuple[str, Shape]]:
    pki = b.pki
    yield "HSA-id, legitimering", b.shape(pki.card().der)
    yield "HSA-id, legitimering, reserve card (level 2)", b.shape(pki.card(level=2).der)
    yield "no certificate", b.shape(None)
    yield "Person-id", b.shape(pki.card(kind="person").der)
    yield "Person-id, signing", b.shape(pki.card(kind="person", purpose="sign").der)
    yield "HSA-id, signing", b.shape(pki.card(purpose="sign").der)
    yield "HSA-id, expired", b.shape(pki.card(not_before=pki.now - 2 * DAY, not_after=pki.now - DAY).der)
    yield "HSA-id, not yet valid", b.shape(pki.card(not_before=pki.now + DAY).der)
    revoked = pki.card()
    crl = pki.authority.issuer("hsa").crl(
        [(revoked.certificate.serial_number, pki.now)], this_update=pki.now, next_update=pki.now + DAY
    )
    yield "HSA-id, revoked", b.shape(revoked.der, trust=b.with_list("revoked", crl.public_bytes(Encoding.DER)))
    yield "HSA-id, no list to ask", b.shape(pki.card().der, trust=b.with_list("none", None))
    yield "HSA-id, of a CA that is not known here", b.shape(pki.forged().der)
    yield "HSA-id, test card where only real ones are let in", b.shape(pki.card().der, trust=pki.production_only)
    yield "HSA-id, real card where only real ones are let in", b.shape(pki.card().der, trust=pki.production)
    yield "HSA-id that is impossible", b.odd(subject=subject_with(serialNumber=WRONG_HSA_ID))
    yield "two serialNumbers", b.odd(subject=subject_with((NameOID.SERIAL_NUMBER, ANNAS_HSA_ID)))
    yield "HSA-id and personal number", b.odd(subject=subject_with((NameOID.SERIAL_NUMBER, ANNAS_PERSONAL_NUMBER)))


def keys(b: Bench) -> Iterator[tuple[str, Shape]]:
    for bits in (2048, 3072, 4096):
        for exponent in (3, 65537):
            yield f"RSA {bits}, e={exponent}", b.shape(b.signed(key=_public(f"rsa-{bits}-e{exponent}")))
    for name, curve in {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}.items():
        yield name, b.shape(b.signed(key=ec.generate_private_key(curve).public_key()))
    for name, weak in {"P-192": ec.SECP192R1(), "P-224": ec.SECP224R1(), "secp256k1": ec.SECP256K1()}.items():
        yield name, b.shape(b.signed(key=ec.generate_private_key(weak).public_key()))
    yield "brainpoolP256r1", b.shape(b.signed(key=ec.generate_private_key(ec.BrainpoolP256R1()).public_key()))
    yield "RSA 1024, e=65537", b.shape(b.signed(key=_public("rsa-1024-e65537")))
    yield "RSA 2052, e=65537", b.shape(b.signed(key=_public("rsa-2052-e65537")))
    yield "DSA 2048", b.shape(b.signed(key=_public("dsa-2048")))
    yield "Ed25519", b.shape(b.signed(key=ed25519.Ed25519PrivateKey.generate().public_key()))
    tbs = b.pki.odd(key=None).tbs_certificate_bytes
    curve_oid, exotic = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d03017f")
    yield "a curve that nobody knows", b.shape(b.pki.resigned(_swapped(tbs, curve_oid, exotic)))
    point = tbs.index(b"\x03\x42\x00\x04") + 4
    off = tbs[:point] + b"\x01" * 64 + tbs[point + 64 :]
    yield "a point that is not on its curve", b.shape(b.pki.resigned(off))


def signatures(b: Bench) -> Iterator[tuple[str, Shape]]:
    tbs = b.pki.card().certificate.tbs_certificate_bytes
    others: dict[str, Sha2] = {"SHA-384": hashes.SHA384(), "SHA-512": hashes.SHA512(), "SHA-224": hashes.SHA224()}
    for name, algorithm in others.items():
        yield f"signed with RSA and {name}", b.shape(b.signed(algorithm=algorithm))
    yield "signed with RSA-PSS and SHA-256", b.shape(b.signed(pss=True))
    yield "signed with RSA and SHA-1", b.shape(b.pki.resigned(tbs, sha1=True))
    yield "signed with P-256 and SHA-256", b.shape(b.pki.card(level=2).der)
    yield "signed with P-384 and SHA-384", b.shape(b.signed(ca=b.efos, algorithm=hashes.SHA384()))
    yield "signed with P-384 and SHA-1", b.shape(_ecdsa_sha1(b))
    named = _swapped(tbs, bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d01010c"))
    yield "two names for the algorithm of one signature", b.shape(b.pki.resigned(named))
    yield "a signature with one bit changed", b.shape(_flipped(b.pki.card().der, -1))
    der = b.pki.card().der
    yield "a signed part with one bit changed", b.shape(_flipped(der, der.index(b"Anna")))


def holders(b: Bench) -> Iterator[tuple[str, Shape]]:
    def named(text: str | None) -> Shape:
        return b.odd(subject=subject_with(serialNumber=text))

    yield "HSA-id with 16 before the organisation number", named(f"SE16{ORGANISATION_NUMBER}-ANNA1")
    yield "HSA-id in small letters", named(ANNAS_HSA_ID.lower())
    yield "HSA-id of 31 characters", named(f"SE{ORGANISATION_NUMBER}-{'A' * 18}")
    yield "HSA-id of 32 characters", named(f"SE{ORGANISATION_NUMBER}-{'A' * 19}")
    yield "HSA-id with a space behind", named(ANNAS_HSA_ID + " ")
    yield "HSA-id with a NUL in it", named(ANNAS_HSA_ID + "\0-X")
    yield "HSA-id with a Cyrillic letter", named(ANNAS_HSA_ID.replace("S", "Ѕ", 1))
    yield "HSA-id of a test environment, test CA", named(ANNAS_TEST_HSA_ID)
    test_id = b.pki.odd(subject=subject_with(serialNumber=ANNAS_TEST_HSA_ID))
    yield "HSA-id of a test environment, real CA", b.shape(test_id, trust=b.pki.production)
    yield "no serialNumber", named(None)
    yield "an empty serialNumber", named("")
    yield "a personal number from a CA of HSA-id", named(ANNAS_PERSONAL_NUMBER)
    yield "an HSA-id from a CA of Person-id", b.shape(b.pki.odd(kind="person"))
    pair = [x509.NameAttribute(NameOID.SERIAL_NUMBER, text) for text in (ANNAS_HSA_ID, WRONG_HSA_ID)]
    together = x509.Name([*subject_with(serialNumber=None).rdns, x509.RelativeDistinguishedName(pair)])
    yield "two serialNumbers in one part of the name", b.odd(subject=together)
    elsewhere = x509.SubjectAlternativeName([x509.DirectoryName(name_of((NameOID.SERIAL_NUMBER, "SE2-OTHER")))])
    yield "another id in the SAN", b.odd((elsewhere, False))


def names(b: Bench) -> Iterator[tuple[str, Shape]]:
    yield "UTF-8: å ä ö", b.odd(subject=subject_with(given_name="Åsa", surname="Ängström-Örn"))
    yield "UTF-8: other scripts", b.odd(subject=subject_with(given_name="علي", surname="Łukasz 李"))
    yield "UTF-8: decomposed", b.odd(subject=subject_with(given_name="A\u030asa"))
    yield "attributes in another order", b.odd(subject=x509.Name(list(reversed(list(subject_with())))))
    for tag in (_ASN1Type.PrintableString, _ASN1Type.BMPString, _ASN1Type.UniversalString, _ASN1Type.T61String):
        attributes = [*subject_with(given_name=None), x509.NameAttribute(NameOID.GIVEN_NAME, "Anna", tag)]
        yield f"a given name as {tag.name}", b.odd(subject=x509.Name(attributes))
    yield "one name only", b.odd(subject=subject_with(given_name=None, surname=None, common_name="Suharto"))
    yield "no name", b.odd(subject=subject_with(given_name=None, surname=None, common_name=None))
    yield "no organisation", b.odd(subject=subject_with(organisation=None))
    yield "two surnames", b.odd(subject=subject_with((NameOID.SURNAME, "Berg")))
    yield "a name of 256 characters", b.odd(subject=subject_with(surname="x" * 256))
    yield "a name of 257 characters", b.odd(subject=subject_with(surname="x" * 257))
    yield "a name with a line break", b.odd(subject=subject_with(surname="Berg\nAdmin"))
    yield "a name that turns the text around", b.odd(subject=subject_with(surname="\u202egreB"))
    broken = b.pki.odd().tbs_certificate_bytes.replace("Åström".encode(), b"\xff\xfestr\xc3\xb6m")
    yield "a name that is not UTF-8", b.shape(b.pki.resigned(broken))
    yield "no subject", b.odd(subject=x509.Name([]))
    mail = x509.SubjectAlternativeName([x509.RFC822Name("anna@norrvik.example")])
    both = x509.SubjectAlternativeName([*mail, _principal("anna@norrvik.example")])
    yield "no SAN", b.odd(missing=[x509.SubjectAlternativeName])
    yield "a SAN with a mail address", b.odd((mail, False))
    yield "a SAN with a mail address and a UPN", b.odd((both, False))
    yield (
        "a SAN with host and address",
        b.odd((x509.SubjectAlternativeName([x509.DNSName("a.invalid"), x509.IPAddress(ip_address("::1"))]), False)),
    )
    yield "a critical SAN", b.odd((mail, True))
    san, other = bytes.fromhex("0603551d11"), bytes.fromhex("0603551d7e")
    second = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.126"), mail.public_bytes())
    two = b.pki.odd(extensions=lambda usual: [*instead((mail, False))(usual), (second, False)]).tbs_certificate_bytes
    yield "two SANs", b.shape(b.pki.resigned(_swapped(two, other, san)))
    torn = b.pki.odd(extensions=lambda usual: [*usual, (x509.UnrecognizedExtension(second.oid, b"\x30\x05"), False)])
    yield "a SAN that cannot be read", b.shape(b.pki.resigned(_swapped(torn.tbs_certificate_bytes, other, san)))


def families(b: Bench) -> Iterator[tuple[str, Shape]]:
    """Cards of the systems before and beside SITHS e-id."""
    hcc = subject_with((NameOID.ORGANIZATIONAL_UNIT_NAME, "Infektion"), (NameOID.TITLE, "Sjuksköterska"))
    mail = x509.SubjectAlternativeName([x509.RFC822Name("anna@norrvik.example"), _principal("anna@norrvik.example")])
    older = instead(
        (usage("digital_signature", "key_encipherment"), True),
        (x509.ExtendedKeyUsage([_CLIENT, _LOGON, ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
        (mail, False),
    )
    own = card_extensions(b.legacy.certificate, ec.generate_private_key(ec.SECP256R1()))
    for key in ("rsa-2048-e65537", "rsa-2048-e3"):
        card = b.signed(ca=b.legacy, key=_public(key), subject=hcc, extensions=older(own))
        yield f"legacy HCC, {key}", b.shape(card)
    signing = instead((usage("content_commitment"), True))(without(x509.ExtendedKeyUsage)(own))
    yield "legacy HCC, signing", b.shape(b.signed(ca=b.legacy, subject=hcc, extensions=signing))
    efos_id = f"SE16{ORGANISATION_NUMBER}-EFOS1"
    efos = partial(
        b.signed, ca=b.efos, algorithm=hashes.SHA384(), key=ec.generate_private_key(ec.SECP384R1()).public_key()
    )
    yield "EFOS-like", b.shape(efos(subject=subject_with(serialNumber=efos_id)))
    yield "EFOS-like, with a personal number", b.shape(efos(subject=subject_with(serialNumber=ANNAS_PERSONAL_NUMBER)))


def others(b: Bench) -> Iterator[tuple[str, Shape]]:
    """Who issued it, and whose it might be."""
    pki = b.pki
    here = pki.card().certificate
    yield "the same subject from another pinned CA", b.shape(b.signed(ca=b.legacy, subject=here.subject))
    stranger = replace(pki.foreign.issuer("hsa"), certificate=pki.foreign.root.certificate)
    yield "the same subject from a CA of another name", b.shape(b.signed(ca=stranger, subject=here.subject))
    same = b.signed(ca=pki.foreign.issuer("hsa"), subject=here.subject, serial=here.serial_number)
    yield "the same subject, serial and issuer's name with another key", b.shape(same)
    only_two = Trust(anchors=tuple(a for a in pki.trust.anchors if a.level == 2), accept_test=True)
    yield "of a CA that is no longer pinned", b.shape(here, trust=only_two)
    both_keys = Trust(
        anchors=(replace(pki.anchor(), certificate=pki.foreign.issuer("hsa").certificate), *pki.trust.anchors),
        accept_test=True,
    )
    yield "of the second key of a CA", b.shape(here, trust=both_keys)
    yield "issued by the root itself", b.shape(b.signed(ca=pki.authority.root))
    yield "self-signed", b.shape(self_signed(pki))
    yield "self-signed under the CA's name", b.shape(self_signed(pki, issuer=pki.anchor().certificate.subject))
    anna = pki.card()
    below = CertificateAuthority(certificate=anna.certificate, key=anna.key)
    yield "issued with a card", b.shape(b.signed(ca=below))
    yield "the CA's own certificate", b.shape(pki.anchor().certificate)
    yield "the root", b.shape(pki.authority.root.certificate)


def extensions(b: Bench) -> Iterator[tuple[str, Shape]]:
    ca = b.pki.anchor().certificate
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key())  # type: ignore[arg-type]
    place = x509.UniformResourceIdentifier("http://ocsp.demo.invalid")
    yield "an unknown extension", b.odd((_UNKNOWN, False))
    yield "an unknown critical extension", b.odd((_UNKNOWN, True))
    policies = x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier("1.2.752.74.6.1"), None)])
    yield "critical policies", b.odd((policies, True))
    yield "a critical extended key usage", b.odd((x509.ExtendedKeyUsage([_CLIENT]), True))
    yield "a key usage that is not critical", b.odd((usage("digital_signature"), False))
    yield "a critical key identifier of the CA", b.odd((identifier, True))
    yield "no key identifier of the CA", b.odd(missing=[x509.AuthorityKeyIdentifier])
    yield "a critical key identifier of its own", b.odd((x509.SubjectKeyIdentifier(b"own"), True))
    yield "no key identifier of its own", b.odd(missing=[x509.SubjectKeyIdentifier])
    yield "says that it is no CA", b.odd((x509.BasicConstraints(ca=False, path_length=None), True))
    yield "says that it is a CA", b.odd((x509.BasicConstraints(ca=True, path_length=None), True))
    yield "name constraints", b.odd((x509.NameConstraints([x509.DNSName("a.invalid")], None), True))
    responder = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)])
    yield "a responder", b.odd((responder, False))
    yield "a critical responder", b.odd((responder, True))
    points = x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])
    yield "distribution points", b.odd((points, False))
    yield "no card number", b.odd(missing=[x509.UnrecognizedExtension])
    yield "an extension that stands twice", b.shape(_doubled(b))
    yield "no extensions", b.shape(b.pki.odd(extensions=lambda usual: []))


def usages(b: Bench) -> Iterator[tuple[str, Shape]]:
    for allowed in (
        ["digital_signature"],
        ["digital_signature", "key_encipherment"],
        ["digital_signature", "content_commitment"],
        ["digital_signature", "key_agreement"],
        ["digital_signature", "key_cert_sign"],
        ["content_commitment"],
        ["content_commitment", "key_encipherment"],
        ["key_encipherment"],
        ["crl_sign"],
    ):
        yield f"key usage {' '.join(allowed)}", b.odd((usage(*allowed), True))
    yield "no key usage", b.odd(missing=[x509.KeyUsage])
    for name, purposes in {
        "client": [_CLIENT],
        "client and card logon": [_CLIENT, _LOGON],
        "client and server": [_CLIENT, _SERVER],
        "client and any": [_CLIENT, _ANY],
        "any": [_ANY],
        "server": [_SERVER],
        "card logon": [_LOGON],
    }.items():
        yield f"extended key usage {name}", b.odd((x509.ExtendedKeyUsage(purposes), False))
    yield "no extended key usage", b.odd(missing=[x509.ExtendedKeyUsage])


def dates(b: Bench) -> Iterator[tuple[str, Shape]]:
    now = b.pki.now
    card = b.signed(not_before=now, not_after=now + DAY)
    yield "a second before the first", b.shape(card, at=now - SECOND)
    yield "in the first second", b.shape(card, at=now)
    yield "in the last second", b.shape(card, at=now + DAY)
    yield "late in the last second", b.shape(card, at=now + DAY + timedelta(microseconds=999_999))
    yield "a second after the last", b.shape(card, at=now + DAY + SECOND)
    yield "valid for one second", b.shape(b.signed(not_before=now, not_after=now))
    ca = _issuing(b.pki, ec.generate_private_key(ec.SECP256R1()), "Inera AB", "DEMO short", now - HOUR, now + HOUR)
    crl = _published(ca, b.folder / "short.crl", now)
    door = Trust(anchors=(_anchor(ca, level=3, crl=crl),), accept_test=True)
    outlives = b.signed(ca=ca, not_before=now - DAY, not_after=now + DAY)
    yield "a second before its CA's first", b.shape(outlives, trust=door, at=now - HOUR - SECOND)
    yield "in its CA's first second", b.shape(outlives, trust=door, at=now - HOUR)
    yield "in its CA's last second", b.shape(outlives, trust=door, at=now + HOUR)
    yield "a second after its CA's last", b.shape(outlives, trust=door, at=now + HOUR + SECOND)


def lists(b: Bench) -> Iterator[tuple[str, Shape]]:
    pki = b.pki
    now, card, ca = pki.now, pki.card(), pki.authority.issuer("hsa")
    revoked = pki.card()

    def listed(name: str, this_update: datetime, next_update: datetime) -> Trust:
        entries = [(revoked.certificate.serial_number, this_update)]
        crl = ca.crl(entries, this_update=this_update, next_update=next_update)
        return b.with_list(name, crl.public_bytes(Encoding.DER))

    end = now + HOUR
    timely = listed("timely", now - HOUR, end)
    for name, issued in {"good": card, "revoked": revoked}.items():
        yield f"{name}: in the list's last second", b.shape(issued.der, trust=timely, at=end)
        yield f"{name}: a second after the list's last", b.shape(issued.der, trust=timely, at=end + SECOND)
        yield f"{name}: in the last second of grace", b.shape(issued.der, trust=timely, at=end + GRACE)
        yield f"{name}: a second after grace", b.shape(issued.der, trust=timely, at=end + GRACE + SECOND)
    skewed = listed("skewed", now + timedelta(minutes=5), end)
    yield "good: a list that is five minutes early", b.shape(card.der, trust=skewed)
    yield "good: a list that is five minutes and a second early", b.shape(card.der, trust=skewed, at=now - SECOND)
    foreign = pki.foreign.issuer("hsa").crl([], this_update=now, next_update=end)
    yield (
        "good: a list of another key",
        b.shape(card.der, trust=b.with_list("foreign", foreign.public_bytes(Encoding.DER))),
    )
    other = pki.authority.issuer("hsa", 2).crl([], this_update=now, next_update=end)
    yield "good: a list of another CA", b.shape(card.der, trust=b.with_list("other", other.public_bytes(Encoding.DER)))
    yield "good: a list that is no list", b.shape(card.der, trust=b.with_list("rubbish", b"<html>404</html>"))
    weak = ca.crl([], this_update=now, next_update=end).tbs_certlist_bytes
    yield "good: a list signed with SHA-1", b.shape(card.der, trust=b.with_list("sha1", pki.resigned(weak, sha1=True)))


def forms(b: Bench) -> Iterator[tuple[str, Shape]]:
    der = b.pki.card().der
    pem = b.pki.card().pem
    yield "nothing but zeros", b.shape(bytes(100))
    yield "the text of a page", b.shape(b"<html>400 Bad Request</html>")
    yield "PEM", b.shape(pem)
    yield "cut short", b.shape(der[:-1])
    yield "followed by a byte", b.shape(der + b"\0")
    yield "twice", b.shape(der + der)
    yield "as large as may be", b.shape(_padded(b, MAX_BYTES))
    yield "a byte larger than may be", b.shape(_padded(b, MAX_BYTES) + b"\0")
    yield "of indefinite length", b.shape(b"\x30\x80" + der[4:] + b"\0\0")
    yield "nested 4,000 deep", b.shape(_nested(4000))
    yield "version 1", b.shape(b.pki.resigned(_version_1(b)))
    yield "serial zero", b.shape(b.pki.resigned(_serial(b, b"\0")))
    yield "a negative serial", b.shape(b.pki.resigned(_serial(b, b"\xff")))
    yield "a serial of 20 octets", b.shape(b.pki.resigned(_serial(b, b"\x7f" + b"\xff" * 19)))
    yield "a serial of 21 octets", b.shape(b.pki.resigned(_serial(b, b"\x7f" + b"\xff" * 20)))
    short = b.signed(not_after=b.pki.now + DAY)
    moment = f"{b.pki.now + DAY:%y%m%d%H%M%SZ}".encode()
    fields = _fields(short.tbs_certificate_bytes)
    general = tlv(0x18, b"20" + moment)
    yield "GeneralizedTime before 2050", b.shape(b.pki.resigned(tlv(0x30, _rebuilt_validity(fields, moment, general))))


# Parts --------------------------------------------------------------------------------------------------------------


def _issuing(
    pki: Pki,
    key: PrivateKey,
    owner: str,
    common_name: str,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> CertificateAuthority:
    certificate = pki.authority.root.sign(
        subject=name_of(
            (NameOID.COUNTRY_NAME, "SE"), (NameOID.ORGANIZATION_NAME, owner), (NameOID.COMMON_NAME, common_name)
        ),
        public_key=key.public_key(),
        extensions=[
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (usage("key_cert_sign", "crl_sign"), True),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
            (x509.AuthorityKeyIdentifier(b"root", None, None), False),
        ],
        not_before=not_before or pki.now - 3650 * DAY,
        not_after=not_after or pki.now + 3650 * DAY,
    )
    return CertificateAuthority(certificate=certificate, key=key)


def _anchor(ca: CertificateAuthority, *, level: int, crl: Path) -> Anchor:
    name = str(ca.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    return Anchor(
        name=name, certificate=ca.certificate, kind=CardKind.HSA, level=level, environment=Environment.TEST, crl=crl
    )


def _published(ca: CertificateAuthority, file: Path, now: datetime) -> Path:
    crl = ca.crl([], this_update=now - DAY, next_update=now + DAY)
    file.write_bytes(crl.public_bytes(Encoding.DER))
    return file


def _public(name: str) -> CertificatePublicKeyTypes:
    key: CertificatePublicKeyTypes = load_pem_public_key((KEYS / f"{name}.pem").read_bytes())  # type: ignore[assignment]
    return key


def _principal(text: str) -> x509.OtherName:
    return x509.OtherName(ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), tlv(0x0C, text.encode()))


def _swapped(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    assert len(old) == len(new)
    return content.replace(old, new)


def _flipped(der: bytes, place: int) -> bytes:
    changed = bytearray(der)
    changed[place] ^= 1
    return bytes(changed)


def _fields(sequence: bytes) -> bytes:
    """What stands in a SEQUENCE of 256 to 65,535 bytes."""
    assert sequence[:2] == b"\x30\x82"
    return sequence[4:]


def _ecdsa_sha1(b: Bench) -> bytes:
    sha384, sha1 = tlv(0x30, bytes.fromhex("06082a8648ce3d040303")), tlv(0x30, bytes.fromhex("06072a8648ce3d0401"))
    card = b.signed(ca=b.efos, algorithm=hashes.SHA384())
    fields = _fields(card.tbs_certificate_bytes)
    assert sha384 in fields
    tbs = tlv(0x30, fields.replace(sha384, sha1))
    assert isinstance(b.efos.key, ec.EllipticCurvePrivateKey)
    signature = b.efos.key.sign(tbs, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - weak on purpose
    return tlv(0x30, tbs + sha1 + tlv(0x03, b"\0" + signature))


def _doubled(b: Bench) -> bytes:
    again = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.126"), x509.ExtendedKeyUsage([_CLIENT]).public_bytes())
    tbs = b.pki.odd(extensions=lambda usual: [*usual, (again, False)]).tbs_certificate_bytes
    return b.pki.resigned(_swapped(tbs, bytes.fromhex("0603551d7e"), bytes.fromhex("0603551d25")))


def _padded(b: Bench, size: int) -> bytes:
    """A good card of exactly `size` bytes, by an extension that nobody reads."""

    def card(filling: int) -> bytes:
        extension = x509.UnrecognizedExtension(_UNKNOWN.oid, tlv(0x04, bytes(filling)))
        return b.pki.odd(extensions=instead((extension, False))).public_bytes(Encoding.DER)

    filling = size - len(card(size // 2)) + size // 2
    # The serial number and the key's identifier are random, and a leading zero is left out now and then.
    return next(der for der in (card(filling) for _ in range(1000)) if len(der) == size)


def _nested(depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        content = tlv(0x30, content)
    return content


def _version_1(b: Bench) -> bytes:
    fields = _fields(b.signed(key=_public("rsa-2048-e65537"), extensions=[]).tbs_certificate_bytes)
    version = bytes.fromhex("a003020102")
    assert fields.startswith(version)
    return tlv(0x30, fields.removeprefix(version))


def _serial(b: Bench, number: bytes) -> bytes:
    fields = _fields(b.signed(serial=7).tbs_certificate_bytes)
    assert fields[5:8] == b"\x02\x01\x07"
    return tlv(0x30, fields[:5] + tlv(0x02, number) + fields[8:])


def _rebuilt_validity(fields: bytes, moment: bytes, general: bytes) -> bytes:
    utc = tlv(0x17, moment)
    start = fields.index(b"\x30\x1e\x17\x0d")
    validity = fields[start : start + 32]
    assert validity.endswith(utc)
    return fields[:start] + tlv(0x30, validity[2:17] + general) + fields[start + 32 :]


__all__ = ["Bench", "Shape", "cases", "shapes"]
