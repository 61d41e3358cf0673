"""What a browser may come with, and what the application hears of it."""

from __future__ import annotations

import socket
import ssl

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from tests.rooms.serving import ca
from tests.rooms.serving.client import (
    ANY_CARD,
    DOOR,
    LABEL,
    SITE,
    Running,
    ask,
    client,
    closed,
    connect,
    get,
    receive,
    running,
)
from tests.rooms.serving.server import Wanted

pytestmark = pytest.mark.process

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
both_versions = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)


@both_versions
@pytest.mark.parametrize("what", ca.certificates())
def test_whatever_certificate_comes_the_application_gets_it_as_it_was_sent(
    house: Running, what: str, version: ssl.TLSVersion
) -> None:
    card = ca.certificates()[what]
    assert ask(house.door, DOOR, context=client(card, version=version)).certificate == card.der


@both_versions
def test_no_certificate_reaches_the_application_as_none(house: Running, version: ssl.TLSVersion) -> None:
    assert ask(house.door, DOOR, context=client(version=version)).certificate is None


@both_versions
def test_hosts_for_any_card_get_certificates_too(house: Running, version: ssl.TLSVersion) -> None:
    card = ca.certificates()["an RSA key"]
    assert ask(house.door, ANY_CARD, context=client(card, version=version)).certificate == card.der


def test_certificates_sent_along_with_the_card_are_left_aside(house: Running) -> None:
    card, more = ca.certificates()["foreign"], [ca.foreign_ca(), ca.hsa_ca()]
    assert ask(house.door, DOOR, context=client(card, along=more)).certificate == card.der


@both_versions
def test_the_door_names_the_given_issuers_and_nobody_else(house: Running, version: ssl.TLSVersion) -> None:
    assert _issuers_named(house.door, DOOR, version) == [issuer.subject for issuer in ca.issuers()]


def test_a_name_is_sent_byte_for_byte_however_it_is_written() -> None:
    kinds = [_ASN1Type.PrintableString, _ASN1Type.UTF8String, _ASN1Type.BMPString]
    singles = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA v1", kind)]) for kind in kinds]
    several = x509.Name([x509.RelativeDistinguishedName([*singles[0], x509.NameAttribute(NameOID.SURNAME, "Å")])])
    names = [name.public_bytes() for name in [*singles, several]]
    with running(Wanted(issuers=[name.hex() for name in names])) as house:
        assert _issuers_named(house.door, DOOR, ssl.TLSVersion.TLSv1_3) == names


@both_versions
@pytest.mark.parametrize("host", [ANY_CARD, ANY_CARD.upper()])
def test_hosts_for_any_card_name_no_issuers(house: Running, host: str, version: ssl.TLSVersion) -> None:
    assert _issuers_named(house.door, host, version) == []


@both_versions
@pytest.mark.parametrize("host", [DOOR, ANY_CARD])
def test_no_session_is_resumed_at_the_door(house: Running, host: str, version: ssl.TLSVersion) -> None:
    """With a resumed session the server sees a card that has been pulled out since."""
    card = ca.certificates()["an EC key"]
    context = client(card, version=version)
    with connect(house.door, host, context=context) as first:
        first.sendall(get(host))
        receive(first)
        session = first.session
    with connect(house.door, host, context=context, session=session) as again:
        assert not again.session_reused
        again.sendall(get(host))
        assert receive(again).certificate == card.der


@both_versions
def test_the_site_does_resume_so_the_test_above_can_tell(house: Running, version: ssl.TLSVersion) -> None:
    context = client(version=version)
    with connect(house.site, SITE, context=context) as first:
        first.sendall(get(SITE))
        receive(first)
        session = first.session
    with connect(house.site, SITE, context=context, session=session) as again:
        assert again.session_reused
        again.sendall(get(SITE))
        assert receive(again).status == 200


def test_one_connection_one_answer(house: Running) -> None:
    with connect(house.door, DOOR) as connection:
        connection.sendall(get(DOOR, headers=("Connection: keep-alive",)))
        answer = receive(connection)
        assert answer.headers["connection"] == "close"
        connection.sendall(get(DOOR))
        assert closed(connection)


def test_a_request_sent_in_the_same_breath_is_not_answered(house: Running) -> None:
    with connect(house.door, DOOR) as connection:
        connection.sendall(get(DOOR, target="/first") + get(DOOR, target="/second"))
        assert receive(connection).environ["PATH_INFO"] == "/first"
        assert closed(connection)


def test_the_application_hears_which_door_and_which_host(house: Running) -> None:
    at_door = ask(house.door, DOOR.upper(), get(f"{DOOR}:{house.door}", target=f"/k?x={LABEL}")).environ
    assert at_door["registret.door"] == "card"
    assert at_door["registret.sni"] == DOOR
    assert (at_door["PATH_INFO"], at_door["QUERY_STRING"]) == ("/k", f"x={LABEL}")
    assert (at_door["wsgi.url_scheme"], at_door["REMOTE_ADDR"]) == ("https", "127.0.0.1")
    at_site = ask(house.site, SITE).environ
    assert at_site["registret.door"] == "site"
    assert "registret.certificate" not in at_site
    assert "registret.sni" not in at_site


@pytest.mark.parametrize("sni", ["x" + DOOR[1:], SITE, None])
def test_a_host_other_than_the_one_in_the_handshake_is_refused(house: Running, sni: str | None) -> None:
    answer = ask(house.door, sni, get(DOOR))
    assert answer.status == 421
    assert b"registret." not in answer.body


FORGED = (
    "Client-Cert",
    "Client-Cert-Chain",
    "X-Client-Cert",
    "X-SSL-Client-Cert",
    "X-Forwarded-Client-Cert",
    "SSL-Client-Cert",
    "SSL_CLIENT_CERT",
    "X_Client_Cert",
    "registret.certificate",
    "Registret-Certificate",
    "Registret_Front_Secret",
    "registret.door",
)


@pytest.mark.parametrize("port", ["door", "site"])
def test_a_certificate_in_a_header_is_refused_and_logged(house: Running, port: str) -> None:
    host = {"door": DOOR, "site": SITE}[port]
    forged = ssl.DER_cert_to_PEM_cert(ca.certificates()["an EC key"].der).replace("\n", "")
    for name in FORGED:
        before = house.log().count("looks like a certificate")
        assert ask(getattr(house, port), host, get(host, headers=(f"{name}: {forged}",))).status == 400, name
        assert house.log().count("looks like a certificate") == before + 1
    assert forged not in house.log()


@pytest.mark.parametrize("port", ["door", "site"])
def test_a_certificate_in_any_other_header_is_no_certificate(house: Running, port: str) -> None:
    host = {"door": DOOR, "site": SITE}[port]
    told = ask(getattr(house, port), host, get(host, headers=("Certificate: forged", "X-Door: card"))).environ
    assert told.get("registret.certificate") is None
    assert told["registret.door"] == {"door": "card", "site": "site"}[port]
    plain = {name for name in told if not name.startswith("HTTP_")}
    assert not {name for name in plain if "CERT" in name.upper()} - {"registret.certificate"}


@pytest.mark.parametrize("port", ["door", "site"])
def test_older_than_tls_1_2_is_refused(house: Running, port: str) -> None:
    with pytest.raises(SSL.Error, match="protocol version"):
        _connected(_tls_1_1(), getattr(house, port), SITE)


@pytest.mark.parametrize("port", ["door", "site"])
def test_nobody_renegotiates(house: Running, port: str) -> None:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    connection = _connected(context, getattr(house, port), SITE)
    connection.renegotiate()
    with pytest.raises(SSL.Error, match="no renegotiation"):
        connection.do_handshake()
    connection.close()


@pytest.mark.parametrize("port", ["door", "site"])
def test_only_http_1_1_is_agreed_on(house: Running, port: str) -> None:
    for offered, agreed in ((["h2", "http/1.1"], "http/1.1"), (["h2"], None)):
        context = client()
        context.set_alpn_protocols(offered)
        with connect(getattr(house, port), SITE, context=context) as connection:
            assert connection.selected_alpn_protocol() == agreed


@pytest.mark.parametrize("port", ["door", "site"])
def test_tls_1_2_comes_with_forward_secrecy_only(house: Running, port: str) -> None:
    context = client(version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("ALL:!ECDHE:!DHE:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        connect(getattr(house, port), SITE, context=context)


def test_the_door_can_keep_to_tls_1_2_for_cards_that_know_no_newer() -> None:
    card = ca.certificates()["an RSA key"]
    with running(Wanted(tls13=False)) as house:
        for host in (DOOR, ANY_CARD):
            with connect(house.door, host, context=client(card)) as connection:
                assert connection.version() == "TLSv1.2"
                connection.sendall(get(host))
                assert receive(connection).certificate == card.der
        with connect(house.site, SITE) as connection:
            assert connection.version() == "TLSv1.3"


def test_a_handshake_that_fails_leaves_a_trace_without_a_name() -> None:
    with running() as house:
        with pytest.raises(SSL.Error):
            _connected(_tls_1_1(), house.door, DOOR)
        ask(house.door, DOOR)
        assert "card door: a handshake failed:" in house.log()
        assert "127.0.0.1" not in house.log()


def _tls_1_1() -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_max_proto_version(SSL.TLS1_1_VERSION)
    return context


def _connected(context: SSL.Context, port: int, sni: str) -> SSL.Connection:
    connection = SSL.Connection(context, socket.create_connection(("127.0.0.1", port)))
    connection.set_connect_state()
    connection.set_tlsext_host_name(sni.encode())
    try:
        connection.do_handshake()
    except SSL.Error:
        connection.close()
        raise
    return connection


def _issuers_named(port: int, sni: str, version: ssl.TLSVersion) -> list[bytes]:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(version)
    context.set_max_proto_version(version)
    connection = _connected(context, port, sni)
    try:
        return [name.public_bytes() for name in connection.get_client_ca_list(as_cryptography=True)]
    finally:
        connection.close()
