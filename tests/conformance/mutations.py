"""How long the worst certificate takes: changed ones of all suites, and large ones made to be slow."""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from registret.cards.presented import MAX_BYTES
from tests import der
from tests.conformance import limbo, pkits
from tests.conformance.shapes import Bench, new_bench
from tests.pki import name_of, tlv


def originals() -> list[tuple[str, bytes]]:
    """The leaves of limbo and of PKITS: certificates that other people's CAs have issued."""
    found = [(case["id"], limbo.leaf(case).public_bytes(Encoding.DER)) for case in limbo.read()]
    return found + [(name, pkits.der(name)) for name in pkits.names()]


def heavy(bench: Bench) -> Iterator[tuple[str, bytes]]:
    """As large as the door lets through, and truly signed by its CA: what only the CA could do to us."""
    room = MAX_BYTES - 3000
    many = [(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{n}") for n in range(room // 15)]
    yield "a thousand parts of a name", _signed(bench, subject=name_of(*many))
    yield "a name of digits", _signed(bench, subject=name_of((NameOID.COMMON_NAME, "19" * (room // 2))))
    names = x509.SubjectAlternativeName([x509.DNSName(f"{n}.invalid") for n in range(room // 15)])
    yield "a thousand alternative names", _signed(bench, extension=names)
    place = [x509.UniformResourceIdentifier("a:b")]
    points = x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)] * (room // 12))
    yield "a thousand distribution points", _signed(bench, extension=points)
    own = (x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.752.34.{n}"), b"") for n in range(room // 16))
    yield "a thousand extensions", _signed(bench, *own)
    numbers = tlv(0x30, tlv(0x02, b"\x7f" * room) + tlv(0x02, b"\x7f" * 400))
    algorithm = tlv(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    key = tlv(0x30, algorithm + tlv(0x03, b"\0" + numbers))
    whole = der.parsed(bench.pki.odd().tbs_certificate_bytes)
    whole.inside[6] = der.parsed(key)
    yield "an RSA key of 100,000 bits", bench.pki.resigned(whole.encoded())


def decisions_of_mutations(number: int) -> list[tuple[float, str]]:
    """Seconds of the processor and name of each decision. The same certificates are changed alike in each run."""
    random, found = Random(1), []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bench = new_bench(Path(folder))
        sources = originals()
        shown = list(heavy(bench))
        for _ in range(number):
            name, original = random.choice(sources)
            shown.append((f"changed: {name}", der.mutated(original, random)))
        for name, content in shown:
            shape = bench.shape(content)
            begin = time.process_time()
            shape.decision()
            found.append((time.process_time() - begin, name))
    return found


def _signed(
    bench: Bench,
    *own: x509.ExtensionType,
    subject: x509.Name | None = None,
    extension: x509.ExtensionType | None = None,
) -> bytes:
    extra = [*own, *([extension] if extension else [])]
    classes = () if own else tuple(type(e) for e in extra)
    certificate = bench.pki.odd(
        subject=subject,
        extensions=lambda usual: [*(u for u in usual if not isinstance(u[0], classes)), *((e, False) for e in extra)],
    )
    return certificate.public_bytes(Encoding.DER)
