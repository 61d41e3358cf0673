"""The handshake: which CAs are named, what is resumed (nothing), who must hurry and who may look for a PIN code."""

from __future__ import annotations

import socket
import ssl

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from tests.fronts.conftest import behind_a_front
from tests.fronts.running import FrontedHouse
from tests.fronts.silence import ANY_CARD, DOOR, DOORS, SITE, Silence, Stalled
from tests.journeys.cards import card_that_is
from tests.journeys.wire import Visitor, heading
from tests.rooms.serving import ca
from tests.rooms.serving.client import PATIENCE, ask, client, closed, connect, get, receive, rest
from tests.rooms.serving.test_card_door import _connected, _issuers_named, _tls_1_1

both_versions = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@both_versions
def test_a_card_host_names_the_issuing_cas_of_hsa_ids_and_no_others(
    house: FrontedHouse, version: ssl.TLSVersion
) -> None:
    issuers = [house.authority.issuer("hsa", level).certificate.subject.public_bytes() for level in (3, 2)]
    assert sorted(_issuers_named(house.card_port, DOOR, version)) == sorted(issuers)


@both_versions
def test_hosts_for_checking_any_card_name_nobody(house: FrontedHouse, version: ssl.TLSVersion) -> None:
    assert _issuers_named(house.card_port, ANY_CARD, version) == []
    # But they ask: a card is shown.
    card = card_that_is(house, "person_id")
    page = Visitor(house, card).log_in(purpose="/kort")
    assert "card.person_id" in page.text


@both_versions
def test_no_session_is_resumed_at_a_card_host(house: FrontedHouse, version: ssl.TLSVersion) -> None:
    card = card_that_is(house, "good")
    assert card is not None
    for host in (DOOR, ANY_CARD):
        context = client(ca.Pair(der=card.der, key=card.key), version=version)
        with connect(house.card_port, host, context=context) as first:
            first.sendall(get(f"{host}:{house.card_port}"))
            assert receive(first).status == 404
            session = first.session
        with connect(house.card_port, host, context=context, session=session) as again:
            assert not again.session_reused


def test_each_answer_of_a_card_host_ends_its_connection(house: FrontedHouse) -> None:
    with connect(house.card_port, DOOR) as connection:
        connection.sendall(get(f"{DOOR}:{house.card_port}", headers=("Connection: keep-alive",)))
        assert receive(connection).headers["connection"] == "close"
        assert closed(connection)


@pytest.mark.parametrize("host", [SITE, DOOR, ANY_CARD])
def test_older_than_tls_1_2_is_refused(house: FrontedHouse, host: str) -> None:
    with pytest.raises(SSL.Error, match="protocol version"):
        _connected(_tls_1_1(), _port(house, host), host)


@pytest.mark.parametrize("host", [SITE, DOOR])
def test_tls_1_2_comes_with_forward_secrecy_only(house: FrontedHouse, host: str) -> None:
    context = client(version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("ALL:!ECDHE:!DHE:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        connect(_port(house, host), host, context=context)


@pytest.mark.parametrize("host", [SITE, DOOR, ANY_CARD])
def test_http_2_is_not_agreed_on(house: FrontedHouse, host: str) -> None:
    context = client()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connect(_port(house, host), host, context=context) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"


def test_certificates_sent_along_with_the_card_are_left_aside(house: FrontedHouse) -> None:
    foreign = house.authority.foreign()
    card = card_that_is(house, "unknown_issuer")
    assert card is not None
    along = [ca.Pair(der=c.public_bytes(Encoding.DER), key=foreign.root.key) for c in card.issuers]
    begun = Visitor(house).post("/logga-in", form_on="/")
    host = begun.headers["Location"].removeprefix("https://").partition("/")[0]
    context = client(ca.Pair(der=card.der, key=card.key), along=along)
    with connect(house.card_port, host.partition(":")[0], context=context) as connection:
        connection.sendall(get(host, target="/k"))
        assert receive(connection).status == 303
    question = "SELECT facts->>'code' FROM ledger_entry WHERE event = 'card.refused' ORDER BY id DESC LIMIT 1"
    assert house.ask_database(question) == [("card.unknown_issuer",)]


def test_whoever_looks_for_the_pin_code_holds_up_nobody(house: FrontedHouse) -> None:
    stalled = [Stalled(house.card_port, DOOR) for _ in range(200)]
    try:
        assert heading(Visitor(house, card_that_is(house, "good")).log_in()) == "Registrera dig"
        assert Visitor(house).get("/").status_code == 200
    finally:
        for connection in stalled:
            connection.close()


@behind_a_front
@pytest.mark.timeout(240)
def test_more_than_a_minute_for_the_pin_code_is_no_hurry(house: FrontedHouse, silence: Silence) -> None:
    """Servers give up a silent handshake after 60 seconds unless they are told not to."""
    answers = silence.answers()
    assert answers.keys() == set(DOORS)
    for answer in answers.values():
        assert b" 404 " in answer


@behind_a_front
def test_a_body_that_is_too_large_is_refused_before_the_application(house: FrontedHouse) -> None:
    for host, largest in ((SITE, 21 * 1024 * 1024), (DOOR, 64 * 1024)):
        length = (f"Content-Length: {largest + 1}", "Content-Type: text/plain")
        request = get(f"{host}:{house.card_port}", target="/k", method="POST", headers=length)
        assert ask(house.card_port, host, request).status == 413


@behind_a_front
def test_an_application_that_is_away_is_told_in_words(house: FrontedHouse) -> None:
    aside = house.socket.with_suffix(".aside")
    house.socket.rename(aside)
    try:
        for host in (SITE, DOOR, ANY_CARD):
            answer = ask(house.card_port, host, get(f"{host}:{house.card_port}"))
            assert answer.status == 503
            assert "Registret svarar inte just nu" in answer.body.decode()
            assert "The registry does not answer" in answer.body.decode()
            assert f'<a href="{house.site}/">' in answer.body.decode()
        for target in ("/bekrafta/1-1.0123456789", "/logga-in/svar/0123456789"):
            assert ask(house.card_port, SITE, get(f"{SITE}:{house.card_port}", target=target)).status == 503
        assert "0123456789" not in house.log(), "a single-use code"
    finally:
        aside.rename(house.socket)
    assert Visitor(house).get("/").status_code == 200


@pytest.mark.parametrize("host", [SITE, DOOR, ANY_CARD])
def test_plain_http_is_led_to_the_site(house: FrontedHouse, host: str) -> None:
    with socket.create_connection(("127.0.0.1", _port(house, host)), timeout=PATIENCE) as connection:
        connection.sendall(get(f"{host}:{_port(house, host)}", target="/k/secret"))
        answer = rest(connection)
    assert b" 301 " in answer.partition(b"\r\n")[0]
    assert f"\r\nLocation: {house.site}/\r\n".encode().lower() in answer.lower()
    assert b"\r\nconnection: close\r\n" in answer.lower()


def test_a_page_that_asks_by_itself_renews_no_session(house: FrontedHouse) -> None:
    visitor = Visitor(house, card_that_is(house, "good"))
    assert heading(visitor.log_in()) == "Registrera dig"
    house.change_database("UPDATE accounts_session SET seen_at = seen_at - interval '10 minutes'")
    used_last = "SELECT seen_at FROM accounts_session ORDER BY id DESC LIMIT 1"
    before = house.ask_database(used_last)
    assert visitor.get("/registrera", **{"X-By-Itself": "1"}).status_code == 200
    assert house.ask_database(used_last) == before
    assert visitor.get("/registrera").status_code == 200
    assert house.ask_database(used_last) > before


def _port(house: FrontedHouse, host: str) -> int:
    return house.site_port if host == SITE else house.card_port
