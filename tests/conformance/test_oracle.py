"""Nobody is let in whom `pyhanko-certvalidator` would refuse, and what is called outside is outside by its word too."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from registret.cards import path
from registret.cards.presented import PresentedCertificate, parsed
from tests.conformance import limbo, pkits, shapes, table
from tests.conformance.oracle import accepts

# As in production: the parser's warnings are warnings.
pytestmark = pytest.mark.filterwarnings("ignore")

# A SAN with a host name that is not ASCII: the oracle cannot read the certificate. Nobody here reads that name.
UNREADABLE_TO_THE_ORACLE = {"webpki::san::unicode-emoji-san"}


def test_what_is_let_in_of_limbo_has_a_good_path() -> None:
    """That includes the cases that are wrong about a server's name only: nothing else is wrong with them."""
    by_name = {case["id"]: case for case in limbo.read()}
    accepted = [row.case for row in table.rows("limbo") if row.accepted]
    refused = {
        name
        for name in accepted
        if not accepts(
            limbo.leaf(by_name[name]).public_bytes(Encoding.DER),
            trusted=limbo.issuers(by_name[name]),
            at=limbo.moment(by_name[name]),
            for_clients=True,
        )
    }
    assert len(accepted) > 40
    assert refused == UNREADABLE_TO_THE_ORACLE


def test_what_is_let_in_of_pkits_is_let_in_by_whole_chain_and_lists() -> None:
    accepted = [row.case for row in table.rows("pkits") if row.accepted]
    assert len(accepted) > 20
    assert [name for name in accepted if not Chain(name).accepted()] == []


def test_a_defect_above_the_issuing_ca_is_above_it_and_nowhere_else() -> None:
    """One step from the issuing CA is good, the chain from the suite's root is not."""
    above = [Chain(row.case) for row in table.rows("pkits") if row.reason == "above"]
    assert [chain.name for chain in above if not chain.last_step_accepted()] == []
    assert [chain.name for chain in above if chain.accepted()] == []
    assert len(above) == 12


def test_every_shape_that_is_let_in_has_a_good_path(tmp_path: Path) -> None:
    found = []
    let_in = {row.case for row in table.rows("shapes") if row.accepted}
    for name, shape in shapes.shapes(tmp_path):
        if name in let_in:
            anchor = path.issuer_of(parsed(PresentedCertificate(shape.der)), shape.trust)
            assert shape.der is not None
            if not accepts(shape.der, trusted=[anchor.certificate], at=shape.at, for_clients=True):
                found.append(name)
    assert len(let_in) > 60
    assert found == []


class Chain:
    """One case of PKITS with every CA between it and the suite's root, and their lists."""

    def __init__(self, name: str) -> None:
        self.name = name
        issuer = x509.load_der_x509_certificate(pkits.der(name)).issuer
        self._issuers = [ca for ca in pkits.cas().values() if ca.subject == issuer]
        self._above = dict[str, x509.Certificate]()
        wanted = [issuer]
        while wanted:
            subject = wanted.pop()
            new = {n: ca for n, ca in pkits.cas().items() if ca.subject == subject and n not in self._above}
            self._above |= new
            wanted += [ca.issuer for ca in new.values()]

    def last_step_accepted(self) -> bool:
        return any(accepts(pkits.der(self.name), trusted=[ca], at=pkits.NOW) for ca in self._issuers)

    def accepted(self) -> bool:
        names = {ca.subject.public_bytes() for ca in self._above.values()}
        return accepts(
            pkits.der(self.name),
            trusted=[pkits.cas()[pkits.ROOT]],
            others=[pkits.der(name) for name in self._above if name != pkits.ROOT],
            lists=[pkits.list_der(name) for name, issuer in pkits.lists().items() if issuer in names],
            at=pkits.NOW,
        )
