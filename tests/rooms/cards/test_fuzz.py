"""Whatever the bytes are: a verified card or a refusal, nothing else, and a report in any case."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registret.cards import CardReport, PresentedCertificate, VerifiedCard, describe, verify
from registret.cards.presented import MAX_BYTES
from registret.cards.revocation import CrlBroken, read_crl
from registret.kernel.refused import Refused
from tests import der
from tests.conformance.mutations import heavy
from tests.conformance.mutations import originals as leaves
from tests.conformance.shapes import new_bench
from tests.pki import DAY, Pki, presented

pytestmark = [
    # As in production: the parser's warnings are warnings.
    pytest.mark.filterwarnings("ignore"),
]

_small = st.binary(max_size=12)
# One change to a certificate: where, how many bytes go, which bytes come instead.
_change = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 12), _small)
_tag = st.sampled_from(
    [bytes([b]) for b in (0x00, 0x01, 0x02, 0x05, 0x06, 0x0C, 0x13, 0x14, 0x1E, 0x30, 0x31, 0xA0, 0xFF)]
)
_retag = st.tuples(st.floats(0, 1, exclude_max=True), st.just(1), _tag)
_changes = st.lists(st.one_of(_change, _retag), min_size=1, max_size=4)
_often = settings(
    max_examples=400,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

CARDS = ("hsa", "person", "rsa", "sign")


@pytest.fixture(scope="module")
def originals(pki: Pki) -> dict[str, bytes]:
    return {
        "hsa": pki.card(email="anna@norrvik.example").der,
        "person": pki.card(kind="person").der,
        "rsa": pki.card(key="rsa-e3").der,
        "sign": pki.card(purpose="sign").der,
    }


@pytest.fixture(scope="module")
def signed_parts(pki: Pki) -> list[bytes]:
    return [pki.card(email="anna@norrvik.example").certificate.tbs_certificate_bytes, pki.odd().tbs_certificate_bytes]


@pytest.fixture(scope="module")
def elsewhere() -> list[bytes]:
    return [content for _, content in leaves()]


@pytest.fixture(scope="module")
def listed(pki: Pki) -> bytes:
    crl = pki.authority.issuer("hsa").crl(
        [(serial, pki.now) for serial in (7, 2**150)], this_update=pki.now, next_update=pki.now + DAY
    )
    return crl.tbs_certlist_bytes


def mutated(original: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for where, gone, come in changes:
        start = int(where * len(original))
        original = original[:start] + come + original[start + gone :]
    return original


def outcome(pki: Pki, shown: PresentedCertificate) -> VerifiedCard | Refused:
    try:
        return verify(shown, trust=pki.trust, revocation=pki.revocation, at=pki.now)
    except Refused as refusal:
        return refusal


def survives(pki: Pki, content: bytes) -> None:
    """An endless loop is ended by the time limit that all tests have."""
    shown = presented(content)
    card = outcome(pki, shown)
    if isinstance(card, Refused):
        assert card.code.startswith("card.")
    else:
        for text in (card.name, card.organisation, card.hsa_id.text, card.card_number or ""):
            assert text.isprintable()
            assert len(text) <= 513
    assert isinstance(describe(shown, trust=pki.trust, revocation=pki.revocation, at=pki.now), CardReport)


@_often
@given(content=st.binary(max_size=2000))
def test_any_bytes(pki: Pki, content: bytes) -> None:
    survives(pki, content)


@_often
@given(which=st.sampled_from(CARDS), changes=_changes)
def test_changed_certificates(
    pki: Pki, originals: dict[str, bytes], which: str, changes: list[tuple[float, int, bytes]]
) -> None:
    survives(pki, mutated(originals[which], changes))


@_often
@given(which=st.sampled_from(CARDS), random=st.randoms(use_true_random=False))
def test_certificates_with_changed_structure(pki: Pki, originals: dict[str, bytes], which: str, random: Random) -> None:
    """Bits, lengths that lie, truncation, nesting, other tags, parts that are gone, there twice or somewhere else. None
    of it is let in: the signature covers everything, and there is one way to write it."""
    changed = der.mutated(originals[which], random)
    survives(pki, changed)
    assert changed == originals[which] or isinstance(outcome(pki, presented(changed)), Refused)


@_often
@given(which=st.integers(0, 1), random=st.randoms(use_true_random=False))
def test_certificates_with_changed_structure_that_our_own_ca_signed(
    pki: Pki, signed_parts: list[bytes], which: int, random: Random
) -> None:
    survives(pki, pki.resigned(der.mutated(signed_parts[which], random)))


@_often
@given(random=st.randoms(use_true_random=False))
def test_certificates_of_other_peoples_suites_with_changed_structure(
    pki: Pki, elsewhere: list[bytes], random: Random
) -> None:
    survives(pki, der.mutated(random.choice(elsewhere), random))


@_often
@given(random=st.randoms(use_true_random=False))
def test_lists_with_changed_structure_that_our_own_ca_signed(pki: Pki, listed: bytes, random: Random) -> None:
    """A list is read or it is broken; there is no third way."""
    assert read_crl(pki.resigned(listed), pki.anchor()).serials, "as it is, it is read"
    try:
        found = read_crl(pki.resigned(der.mutated(listed, random)), pki.anchor())
    except CrlBroken:
        return
    assert all(isinstance(serial, int) for serial in found.serials)


@_often
@given(random=st.randoms(use_true_random=False))
def test_lists_with_changed_structure_are_broken(pki: Pki, listed: bytes, random: Random) -> None:
    whole = pki.resigned(listed)
    changed = der.mutated(whole, random)
    if changed != whole:
        with pytest.raises(CrlBroken):
            read_crl(changed, pki.anchor())


def test_the_largest_certificates_that_the_door_lets_through(pki: Pki, tmp_path: Path) -> None:
    """A thousand extensions, names, places, a huge key. How long they take is said by `make conformance`."""
    for what, content in heavy(new_bench(tmp_path)):
        assert len(content) > MAX_BYTES // 2, what
        assert len(content) <= MAX_BYTES, what
        survives(pki, content)


def test_what_is_larger_than_a_card_can_be_is_not_parsed(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    """This bounds the memory and the time of everything behind it."""

    def forbidden(content: bytes) -> None:
        raise AssertionError("the parser was asked")

    monkeypatch.setattr(x509, "load_der_x509_certificate", forbidden)
    for content in (bytes(MAX_BYTES + 1), b"\x30\x84\x7f\xff\xff\xff" + bytes(1_000_000)):
        with pytest.raises(Refused) as refusal:
            pki.decide(content)
        assert refusal.value.code == "card.malformed"


def test_taken_apart_and_put_together_a_certificate_is_the_same(originals: dict[str, bytes]) -> None:
    """Or the changes above would be changes of something else."""
    for original in originals.values():
        assert der.parsed(original).encoded() == original


@_often
@given(which=st.integers(0, 1), changes=_changes)
def test_changed_certificates_that_our_own_ca_signed(
    pki: Pki, signed_parts: list[bytes], which: int, changes: list[tuple[float, int, bytes]]
) -> None:
    """The signature lets these past the first steps, so that the later ones meet odd bytes too."""
    survives(pki, pki.resigned(mutated(signed_parts[which], changes)))


def test_every_certificate_cut_short_at_every_byte(pki: Pki, originals: dict[str, bytes]) -> None:
    for length in range(len(originals["hsa"])):
        with pytest.raises(Refused) as refusal:
            pki.decide(originals["hsa"][:length])
        assert refusal.value.code == ("card.malformed" if length else "card.none")


def test_no_single_changed_bit_is_let_in_as_another_card(pki: Pki, originals: dict[str, bytes]) -> None:
    original, whole = originals["hsa"], pki.decide(originals["hsa"])
    for place in range(len(original)):
        changed = bytearray(original)
        changed[place] ^= 1 << (place % 8)
        card = outcome(pki, presented(bytes(changed)))
        assert isinstance(card, Refused), f"byte {place} changed and still let in: {card} instead of {whole}"
