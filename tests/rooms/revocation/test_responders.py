"""Asking a responder during a login: what it says counts beside the list, and what it lacks costs nobody the login."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pytest_django import DjangoAssertNumQueries

from registret.cards import Anchor, CardRevoked, RevocationAnswer, RevocationState, RevocationUnknown, Trust
from registret.demo.certificates import IssuedCertificate
from registret.revocation import online
from registret.revocation.models import KeptAnswer
from registret.revocation.online import forget_old
from registret.revocation.sources import ListState, Sources
from tests.ocsp import GOOD, REVOKED, UNKNOWN, Signer, answer, appointed, ca_itself, question_in
from tests.pki import DAY, SECOND, Pki
from tests.rooms.revocation.liar import Asked, Behaviour, Liar, drips, endless, raw, redirects, says, silent

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Asking:
    """One anchor with a responder, and a list on disk that a test may take away."""

    def __init__(self, pki: Pki, liar: Liar) -> None:
        self.pki, self.liar = pki, liar
        self.card = pki.card()
        self.anchor: Anchor = replace(pki.anchor(), ocsp_url=liar.address)
        self.sources = Sources(self.trust)

    @property
    def trust(self) -> Trust:
        return Trust(anchors=(self.anchor,), accept_test=True)

    def without_list(self) -> None:
        self.anchor = replace(self.anchor, crl=None)
        self.sources = Sources(self.trust)

    def responds(self, status: ocsp.OCSPCertStatus, signer: Signer | None = None, **difference: Any) -> Behaviour:
        """The truth as the responder sees it, but for the difference."""

        def behave(connection: socket.socket, asked: Asked) -> None:
            serial, nonce = question_in(asked.body)
            usual: dict[str, Any] = {
                "ca": self.anchor.certificate,
                "serial": serial,
                "status": status,
                "this_update": self.pki.now - MINUTE,
                "next_update": self.pki.now + DAY,
                "nonce": nonce,
            }
            content = answer(signer or ca_itself(self.pki.authority.issuer("hsa")), **(usual | difference))
            says(content)(connection, asked)

        return behave

    def ask(self, *, later: timedelta = timedelta(0), card: IssuedCertificate | None = None) -> RevocationAnswer:
        serial = (card or self.card).certificate.serial_number
        return self.sources.answer(anchor=self.anchor, serial=serial, at=self.pki.now + later)

    def rested(self) -> None:
        """As if the responder's rest were over."""
        self.sources._responders._resting.clear()


@pytest.fixture
def asking(pki: Pki, liar: Liar) -> Asking:
    return Asking(pki, liar)


# The truth


def test_a_card_that_the_responder_calls_revoked_is_refused_though_the_list_does_not_name_it(asking: Asking) -> None:
    asking.liar.behave = asking.responds(REVOKED)
    with pytest.raises(CardRevoked) as no:
        asking.pki.decide(asking.card, trust=asking.trust, revocation=asking.sources)
    assert no.value.as_of == asking.pki.now - MINUTE


def test_a_card_that_the_list_names_is_refused_and_nobody_is_asked(asking: Asking, tmp_path: Any) -> None:
    crl = asking.pki.authority.issuer("hsa").crl(
        [(asking.card.certificate.serial_number, asking.pki.now)],
        this_update=asking.pki.now - HOUR,
        next_update=asking.pki.now + HOUR,
    )
    (tmp_path / "own.crl").write_bytes(crl.public_bytes(Encoding.DER))
    asking.anchor = replace(asking.anchor, crl=tmp_path / "own.crl")
    asking.sources = Sources(asking.trust)
    asking.liar.behave = asking.responds(GOOD)
    assert asking.ask().state is RevocationState.REVOKED
    assert asking.liar.asked == []


def test_what_the_responder_says_is_newer_than_the_list_and_is_said_to_be(asking: Asking) -> None:
    asking.liar.behave = asking.responds(GOOD)
    expected = RevocationAnswer(state=RevocationState.GOOD, as_of=asking.pki.now - MINUTE, by_ocsp=True)
    assert asking.ask() == expected
    (asked,) = asking.liar.asked
    assert asked.line.startswith("POST ")
    assert asked.headers["content-type"] == "application/ocsp-request"


def test_a_responder_alone_is_enough(asking: Asking) -> None:
    asking.without_list()
    asking.liar.behave = asking.responds(GOOD)
    assert asking.ask().state is RevocationState.GOOD
    (standing,) = asking.sources.standings(at=asking.pki.now)
    assert (standing.state, standing.is_trouble) == (ListState.ONLY_OCSP, False)


def test_an_appointed_responder_on_the_cas_own_list_is_not_believed(asking: Asking, tmp_path: Any) -> None:
    ca = asking.pki.authority.issuer("hsa")
    responder = appointed(ca, asking.pki)
    asking.liar.behave = asking.responds(REVOKED, responder)
    assert asking.ask().state is RevocationState.REVOKED
    crl = ca.crl(
        [(responder.certificate.serial_number, asking.pki.now)],
        this_update=asking.pki.now - HOUR,
        next_update=asking.pki.now + HOUR,
    )
    (tmp_path / "own.crl").write_bytes(crl.public_bytes(Encoding.DER))
    asking.anchor = replace(asking.anchor, crl=tmp_path / "own.crl")
    asking.sources = Sources(asking.trust)
    asking.liar.behave = asking.responds(GOOD, responder)
    other = asking.ask(card=asking.pki.card())
    assert (other.state, other.by_ocsp) == (RevocationState.GOOD, False)


# Lies and silence: the list decides


def lies(asking: Asking) -> dict[str, Behaviour]:
    pki, now = asking.pki, asking.pki.now
    ca, liar = pki.authority.issuer("hsa"), asking.liar
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"
    later = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return {
        "about another certificate": asking.responds(GOOD, serial=1),
        "about a certificate of another CA": asking.responds(GOOD, ca=pki.anchor(level=2).certificate),
        "with another nonce": asking.responds(GOOD, nonce=b"0" * 16),
        "whose time is over": asking.responds(GOOD, this_update=now - 2 * DAY, next_update=now - DAY),
        "of tomorrow": asking.responds(GOOD, this_update=now + DAY, next_update=now + 2 * DAY),
        "signed by a stranger": asking.responds(GOOD, ca_itself(pki.foreign.issuer("hsa"))),
        "signed by a responder without the purpose": asking.responds(GOOD, appointed(ca, pki, purpose=None)),
        "unknown": asking.responds(UNKNOWN),
        "try later": says(later.public_bytes(Encoding.DER)),
        "rubbish": says(b"<html>"),
        "nothing": raw(b""),
        "a redirect": redirects("/elsewhere"),
        "an error": says(b"", status="500 Oops"),
        "cut short": says(b"half", length=900),
        "without end": endless,
        "dripping": drips(liar, head, b"x"),
        "silence": silent(liar),
    }


def test_no_lie_lets_anybody_in_and_none_keeps_anybody_out(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online, "SECONDS", 0.5)
    with_list = asking.sources
    asking.without_list()
    without_list = asking.sources
    for what, behave in lies(asking).items():
        asking.liar.behave = behave
        for sources in (with_list, without_list):
            before = len(asking.liar.asked)
            asking.sources = sources
            asking.rested()
            said = asking.ask(card=asking.pki.card())
            state = RevocationState.GOOD if sources is with_list else RevocationState.UNKNOWN
            assert (said.state, said.by_ocsp) == (state, False), what
            assert len(asking.liar.asked) == before + 1, what
    assert set(KeptAnswer.objects.values_list("state", flat=True)) == {"unknown"}


def test_without_list_and_responder_the_page_says_that_nobody_knows(asking: Asking) -> None:
    asking.without_list()
    asking.liar.behave = says(b"", status="500 Oops")
    with pytest.raises(RevocationUnknown):
        asking.pki.decide(asking.card, trust=asking.trust, revocation=asking.sources)


def test_a_responder_that_failed_is_left_alone_for_a_while(asking: Asking) -> None:
    asking.liar.behave = says(b"", status="500 Oops")
    for _ in range(5):
        assert asking.ask(card=asking.pki.card()).state is RevocationState.GOOD
    assert len(asking.liar.asked) == 1
    asking.rested()
    asking.liar.behave = asking.responds(GOOD)
    assert asking.ask().by_ocsp


def test_the_patience_is_two_seconds() -> None:
    assert online.SECONDS == 2.0


# Kept answers


def test_an_answer_is_kept_for_all_nodes_and_asked_for_again_after_ten_minutes(asking: Asking) -> None:
    asking.liar.behave = asking.responds(GOOD)
    asking.ask()
    other_node = Sources(asking.trust)
    serial = asking.card.certificate.serial_number
    assert other_node.answer(anchor=asking.anchor, serial=serial, at=asking.pki.now + 9 * MINUTE).by_ocsp
    assert len(asking.liar.asked) == 1
    asking.liar.behave = asking.responds(REVOKED, this_update=asking.pki.now + 9 * MINUTE)
    assert asking.ask(later=10 * MINUTE).state is RevocationState.REVOKED
    assert len(asking.liar.asked) == 2


def test_an_answer_is_not_kept_beyond_its_own_time(asking: Asking) -> None:
    asking.liar.behave = asking.responds(GOOD, next_update=asking.pki.now - MINUTE)
    asking.ask()
    asking.ask(later=4 * MINUTE - SECOND)
    assert len(asking.liar.asked) == 1
    asking.liar.behave = says(b"", status="500 Oops")
    assert not asking.ask(later=4 * MINUTE).by_ocsp
    assert len(asking.liar.asked) == 2


def test_a_kept_answer_costs_one_query_and_without_a_responder_none(
    asking: Asking, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asking.liar.behave = asking.responds(GOOD)
    asking.ask()
    with django_assert_num_queries(1):
        asking.ask()
    with django_assert_num_queries(0):
        asking.sources.answer(anchor=asking.pki.anchor(), serial=1, at=asking.pki.now)


def test_what_was_revoked_stays_revoked_while_the_responder_is_away(asking: Asking) -> None:
    asking.liar.behave = asking.responds(REVOKED)
    asking.ask()
    asking.liar.behave = says(b"", status="500 Oops")
    for later in (HOUR, 2 * DAY):
        asking.rested()
        assert asking.ask(later=later).state is RevocationState.REVOKED
        assert asking.ask(later=later).state is RevocationState.REVOKED, "while it rests, too"


def test_an_old_answer_played_again_takes_no_revocation_back(asking: Asking) -> None:
    asking.liar.behave = asking.responds(REVOKED, this_update=asking.pki.now)
    asking.ask()
    asking.liar.behave = asking.responds(GOOD, this_update=asking.pki.now - HOUR, nonce=None)
    assert asking.ask(later=HOUR).state is RevocationState.REVOKED
    asking.liar.behave = asking.responds(GOOD, this_update=asking.pki.now + HOUR)
    assert asking.ask(later=HOUR).state is RevocationState.GOOD, "the CA has taken it back itself"


def test_answers_that_nobody_asked_for_lately_are_forgotten(asking: Asking) -> None:
    asking.liar.behave = asking.responds(GOOD)
    asking.ask()
    assert forget_old(at=asking.pki.now + 30 * DAY) == 0
    assert forget_old(at=asking.pki.now + 30 * DAY + SECOND) == 1


def test_the_responders_address_comes_from_the_trust_and_never_from_a_card(asking: Asking) -> None:
    def at(address: str) -> Callable[[Any], Any]:
        place = x509.AccessDescription(
            x509.oid.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(address)
        )
        return lambda usual: [*usual, (x509.AuthorityInformationAccess([place]), False)]

    with Liar() as elsewhere:
        asking.liar.behave = asking.responds(GOOD)
        card = asking.pki.odd(extensions=at(elsewhere.address))
        assert asking.pki.decide(card, trust=asking.trust, revocation=asking.sources)
        assert elsewhere.asked == []
    assert len(asking.liar.asked) == 1
