"""Nobody but the front says which card was shown: every header, every spelling, every way round the host."""

from __future__ import annotations

import base64
import socket
import ssl
from urllib.parse import quote, urlsplit

import pytest

from registret.demo.certificates import IssuedCertificate
from tests.fronts.conftest import behind_a_front
from tests.fronts.running import FrontedHouse
from tests.journeys.cards import card_that_is
from tests.journeys.wire import Visitor
from tests.rooms.serving import ca
from tests.rooms.serving.client import Answer, client, closed, connect, eventually, get, receive

SITE = "registret.localhost"
SPELLINGS = [
    *("Client-Cert", "CLIENT-CERT", "client-cert", "Client_Cert", "CLIENT_CERT", "Client-Cert-Chain"),
    *("X-Client-Cert", "X-Client-Certificate", "X_Client_Cert", "X-SSL-Cert", "X-SSL-Client-Cert"),
    *("X-SSL-Client-Verify", "X-SSL-Client-S-DN", "X_SSL_Client_Cert", "SSL-Client-Cert", "SSL_CLIENT_CERT"),
    *("X-Forwarded-Client-Cert", "X-Forwarded-Tls-Client-Cert", "X-ARR-ClientCert"),
    *("Registret-Front-Secret", "Registret_Front_Secret", "Registret-Door", "Registret-Client-Address"),
    *("Registret-Verified", "Registret-Escaped-Cert", "REGISTRET_ESCAPED_CERT"),
]


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_header_that_looks_like_a_certificate_is_refused_and_logged(
    house: FrontedHouse, name: str, times: int
) -> None:
    card = _good(house)
    for value in (_rfc9440(card), _escaped(card)):
        label = _label(house)
        refused = _counted(house)
        answer = _ask(house, label, headers=(f"{name}: {value}",) * times)
        assert answer.status == 400
        _until_more_than(house, refused)
        # The label is not burnt: anyone who began this login may still show a real card.
        assert _code_after(house, label) == "card.none"


@pytest.mark.parametrize("name", ["X-Something-Certificate", "Cert", "Remote-User", "SCRIPT_NAME", "PATH_INFO"])
def test_any_other_header_means_nothing(house: FrontedHouse, name: str) -> None:
    label = _label(house)
    assert _ask(house, label, headers=(f"{name}: {_rfc9440(_good(house))}",)).status == 303
    assert _outcome(house) == "card.none"


@behind_a_front
def test_who_knows_every_header_and_even_the_secret_is_refused_from_outside(house: FrontedHouse) -> None:
    headers = _as_the_front(house, _good(house))
    assert _ask(house, _label(house), headers=headers).status == 400
    with connect(house.site_port, SITE) as connection:
        connection.sendall(get(f"{SITE}:{house.site_port}", headers=headers))
        assert receive(connection).status == 400


def test_a_forged_header_beside_a_real_card_is_refused_as_well(house: FrontedHouse) -> None:
    label = _label(house)
    answer = _ask(house, label, card=_good(house), headers=(f"Client-Cert: {_rfc9440(_good(house))}",))
    assert answer.status == 400


@pytest.mark.parametrize(
    "sni", [f"{'ef' * 16}.kort.{SITE}", f"p-{'ef' * 16}.kort.{SITE}", SITE], ids=["other label", "any card", "site"]
)
def test_the_name_in_the_handshake_must_be_the_host(house: FrontedHouse, sni: str) -> None:
    label = _label(house)
    port = house.site_port if sni == SITE else house.card_port
    refused = _counted(house)
    answer = _ask(house, label, sni=sni, port=port, card=_good(house))
    assert answer.status == 421
    if house.front != "embedded":
        _until_more_than(house, refused)
    assert _code_after(house, label) == "card.none"


def test_a_card_host_is_no_way_to_the_site(house: FrontedHouse) -> None:
    with connect(house.card_port, f"{'ab' * 16}.kort.{SITE}", context=_shown(_good(house))) as connection:
        connection.sendall(get(f"{SITE}:{house.site_port}"))
        assert receive(connection).status == 421


def test_a_second_host_is_refused(house: FrontedHouse) -> None:
    label = _label(house)
    host = _host(house, label)
    for hosts in ((host, SITE), (SITE, host), (host, host.replace(label, "0" * 32))):
        answer = _send(house, label, f"GET /k HTTP/1.1\r\nHost: {hosts[0]}\r\nHost: {hosts[1]}\r\n\r\n")
        assert answer.status in {400, 421}
    assert _code_after(house, label) == "card.none"


@pytest.mark.parametrize("target", [f"https://{SITE}/k", "https://evil.example/k", "https://{other}/k"])
def test_a_whole_address_of_another_host_is_refused(house: FrontedHouse, target: str) -> None:
    label = _label(house)
    other = f"{'0' * 32}.kort.{SITE}:{house.card_port}"
    answer = _send(house, label, f"GET {target.format(other=other)} HTTP/1.1\r\nHost: {_host(house, label)}\r\n\r\n")
    assert answer.status in {400, 421}
    assert _code_after(house, label) == "card.none"


def test_a_whole_address_does_not_excuse_another_host(house: FrontedHouse) -> None:
    label = _label(house)
    answer = _send(house, label, f"GET https://{_host(house, label)}/k HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    assert answer.status in {400, 421}
    assert _code_after(house, label) == "card.none"


@behind_a_front
def test_a_host_that_is_not_ours_gets_no_handshake(house: FrontedHouse) -> None:
    for sni in ("evil.example", f"a.b.kort.{SITE}", f"kart.{SITE}", None):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            connect(house.card_port, sni).close()


def test_a_request_inside_another_is_none(house: FrontedHouse) -> None:
    """Length and chunks that contradict each other: the rest of the body must not become a request of its own."""
    label = _label(house)
    smuggled = f"GET /k HTTP/1.1\r\nHost: {_host(house, label)}\r\nClient-Cert: {_rfc9440(_good(house))}\r\n\r\n"
    head = f"POST /k HTTP/1.1\r\nHost: {_host(house, label)}\r\n"
    for lengths in (
        f"Content-Length: {len(smuggled) + 5}\r\nTransfer-Encoding: chunked\r\n",
        f"Content-Length: 0\r\nContent-Length: {len(smuggled)}\r\n",
        f"Content-Length: {len(smuggled) + 5}\r\nTransfer_Encoding: chunked\r\n",
        f"Content-Length: {len(smuggled) + 5}\r\nTransfer-Encoding: xchunked\r\n",
    ):
        with connect(house.card_port, _host(house, label).partition(":")[0]) as connection:
            connection.sendall(f"{head}{lengths}\r\n0\r\n\r\n{smuggled}".encode())
            assert receive(connection, method="POST").status in {400, 405, 501}
            assert closed(connection)
    assert _code_after(house, label) == "card.none"


# --- at the application's own socket ----------------------------------------------------------------------------------


@behind_a_front
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Registret-Front-Secret", None, "without the front's secret"),
        ("Registret-Front-Secret", "x" * 64, "without the front's secret"),
        ("Registret-Front-Secret", "", "without the front's secret"),
        ("Registret-Door", None, "at which door"),
        ("Registret-Door", "back", "at which door"),
        ("Registret-Client-Address", None, "for whom"),
        ("Registret-Client-Address", "somewhere", "for whom"),
        ("Registret-Verified", None, "whether a certificate came"),
        ("Registret-Verified", "NONE", "and sends one"),
    ],
)
def test_whoever_speaks_to_the_application_must_say_all_that_the_front_says(
    house: FrontedHouse, name: str, value: str | None, why: str
) -> None:
    label = _label(house)
    told = dict(line.split(": ", 1) for line in _as_the_front(house, _good(house))) | {name: value}
    headers = tuple(f"{n}: {v}" for n, v in told.items() if v is not None)
    before = house.log().count(why)
    assert _knock(house, label, headers) == 403
    eventually(lambda: house.log().count(why) > before)
    assert _code_after(house, label) == "card.none"


@behind_a_front
def test_a_secret_sent_twice_is_none(house: FrontedHouse) -> None:
    headers = _as_the_front(house, _good(house))
    assert _knock(house, _label(house), (headers[0], *headers)) == 403


@behind_a_front
def test_two_certificates_are_none(house: FrontedHouse) -> None:
    headers = _as_the_front(house, _good(house))
    assert _knock(house, _label(house), (*headers, headers[-1])) == 303
    assert _outcome(house) == "card.not_passed_on"


@behind_a_front
def test_with_all_of_it_the_front_is_believed(house: FrontedHouse) -> None:
    """So that the tests above fail for the reason that they name."""
    assert _knock(house, _label(house), _as_the_front(house, _good(house))) == 303
    assert _outcome(house) is None


def _good(house: FrontedHouse) -> IssuedCertificate:
    card = card_that_is(house, "good")
    assert card is not None
    return card


def _label(house: FrontedHouse) -> str:
    """Of a login that has begun."""
    begun = Visitor(house).post("/logga-in", form_on="/")
    return str(urlsplit(begun.headers["Location"]).hostname).partition(".")[0]


def _host(house: FrontedHouse, label: str) -> str:
    return f"{label}.kort.{SITE}:{house.card_port}"


def _shown(card: IssuedCertificate) -> ssl.SSLContext:
    return client(ca.Pair(der=card.der, key=card.key))


def _ask(
    house: FrontedHouse,
    label: str,
    *,
    headers: tuple[str, ...] = (),
    card: IssuedCertificate | None = None,
    sni: str | None = None,
    port: int | None = None,
) -> Answer:
    context = _shown(card) if card else None
    with connect(port or house.card_port, sni or f"{label}.kort.{SITE}", context=context) as connection:
        connection.sendall(get(_host(house, label), target="/k", headers=headers))
        return receive(connection)


def _send(house: FrontedHouse, label: str, request: str) -> Answer:
    with connect(house.card_port, f"{label}.kort.{SITE}", context=_shown(_good(house))) as connection:
        connection.sendall(request.encode())
        return receive(connection)


def _knock(house: FrontedHouse, label: str, headers: tuple[str, ...]) -> int:
    """The status of an answer at the application's own socket, past the front."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(house.socket))
        connection.sendall(get(_host(house, label), target="/k", headers=("Connection: close", *headers)))
        return int(connection.makefile("rb").readline().split()[1])


def _as_the_front(house: FrontedHouse, card: IssuedCertificate) -> tuple[str, ...]:
    certificate = {
        "embedded": f"Client-Cert: {_rfc9440(card)}",
        "haproxy": f"Client-Cert: {_rfc9440(card)}",
        "nginx": f"Registret-Escaped-Cert: {_escaped(card)}",
    }[house.front]
    return (
        f"Registret-Front-Secret: {house.secret}",
        "Registret-Client-Address: 192.0.2.7",
        "Registret-Door: card",
        "Registret-Verified: SUCCESS",
        certificate,
    )


def _rfc9440(card: IssuedCertificate) -> str:
    return f":{base64.b64encode(card.der).decode()}:"


def _escaped(card: IssuedCertificate) -> str:
    return quote(card.pem.decode(), safe="")


def _counted(house: FrontedHouse) -> int:
    """Refusals that the listener has written down."""
    return house.log().count("refused:")


def _until_more_than(house: FrontedHouse, refused: int) -> None:
    eventually(lambda: _counted(house) > refused)


def _code_after(house: FrontedHouse, label: str) -> object:
    """Shows no card at the door of this login: what it decides shows that the label was still good."""
    assert _ask(house, label).status == 303
    return _outcome(house)


def _outcome(house: FrontedHouse) -> object:
    """The code of the newest decision about a card; None: it was read."""
    question = "SELECT facts->>'code' FROM ledger_entry WHERE event IN ('card.read', 'card.refused') ORDER BY id DESC"
    return house.ask_database(question + " LIMIT 1")[0][0]
