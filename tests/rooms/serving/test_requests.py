"""What is refused before the application hears of it, and what reaches it in which shape."""

from __future__ import annotations

import hashlib
import ssl
from contextlib import ExitStack
from dataclasses import asdict

import pytest

from registret.serving import SITE_LIMITS
from tests.rooms.serving.client import DOOR, SITE, Running, ask, closed, connect, eventually, get, receive, running
from tests.rooms.serving.server import Wanted

pytestmark = pytest.mark.process

HOSTS = {"site": SITE, "door": DOOR}
LIMITS = {"site": 21 * 1024 * 1024, "door": 64 * 1024}
on_both = pytest.mark.parametrize("which", ["site", "door"])


@on_both
def test_two_hosts_are_refused(house: Running, which: str) -> None:
    host = HOSTS[which]
    for other in (host, "evil.example"):
        assert ask(getattr(house, which), host, get(host, headers=(f"Host: {other}",))).status == 400


@on_both
def test_a_request_without_a_host_is_refused(house: Running, which: str) -> None:
    for request in (b"GET / HTTP/1.1\r\n\r\n", get("")):
        assert ask(getattr(house, which), HOSTS[which], request).status == 400


@on_both
def test_http_1_0_is_refused(house: Running, which: str) -> None:
    host = HOSTS[which]
    assert ask(getattr(house, which), host, get(host, version="HTTP/1.0")).status == 505


@on_both
@pytest.mark.parametrize(
    "target", ["https://evil.example/k", "http://{host}/k", "https://{host}:1/k", "{host}:443", "k", "*", "https:///k"]
)
def test_a_target_on_another_host_is_refused(house: Running, which: str, target: str) -> None:
    host = HOSTS[which]
    assert ask(getattr(house, which), host, get(host, target=target.format(host=host))).status == 400


@on_both
def test_a_whole_address_of_this_host_is_as_good_as_its_path(house: Running, which: str) -> None:
    host = HOSTS[which]
    for target, path in ((f"https://{host.upper()}/k?x=%2F", "/k"), (f"HTTPS://{host}?x=%2F", "/")):
        told = ask(getattr(house, which), host, get(host, target=target)).environ
        assert (told["PATH_INFO"], told["QUERY_STRING"]) == (path, "x=%2F")


def test_the_site_answers_for_the_name_of_the_handshake_only(house: Running) -> None:
    assert ask(house.site, "other.localhost", get(SITE)).status == 421
    assert ask(house.site, SITE, get("other.localhost")).status == 421


def test_a_client_that_names_no_host_in_the_handshake_is_left_to_the_sites_application(house: Running) -> None:
    assert ask(house.site, None, get("127.0.0.1")).environ["HTTP_HOST"] == "127.0.0.1"


def test_a_resumed_connection_remembers_the_name_of_the_handshake(house: Running) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        with connect(house.site, SITE, context=context) as first:
            first.sendall(get(SITE))
            receive(first)
            session = first.session
        with connect(house.site, SITE, context=context, session=session) as again:
            assert again.session_reused
            again.sendall(get("other.localhost"))
            assert receive(again).status == 421


@on_both
def test_header_names_with_underscores_are_dropped(house: Running, which: str) -> None:
    host = HOSTS[which]
    headers = (
        "X_Real: forged",
        "X-Real: honest",
        "Only_Underscored: 1",
        "Content_Length: 5",
        "Transfer_Encoding: chunked",
    )
    told = ask(getattr(house, which), host, get(host, headers=headers)).environ
    assert told["HTTP_X_REAL"] == "honest"
    assert "HTTP_ONLY_UNDERSCORED" not in told
    assert told["CONTENT_LENGTH"] == ""


@on_both
def test_a_body_as_large_as_allowed_arrives_whole(house: Running, which: str) -> None:
    host, body = HOSTS[which], bytes(range(256)) * (LIMITS[which] // 256)
    answer = ask(getattr(house, which), host, _post(host, f"Content-Length: {len(body)}") + body)
    assert answer.json["length"] == len(body)
    assert answer.json["sha256"] == hashlib.sha256(body).hexdigest()


def test_large_bodies_without_end_take_a_few_places_and_leave_small_ones_alone() -> None:
    body = b"x" * (SITE_LIMITS.small_body + 1)
    whole, unfinished = (_post(SITE, f"Content-Length: {len(body) + more}") + body for more in (0, 1))
    small = _post(SITE, "Content-Length: 5") + b"hello"
    with running(Wanted(site_limits=asdict(SITE_LIMITS) | {"large_bodies": 1})) as house, ExitStack() as held:
        assert [ask(house.site, SITE, whole).status for _ in range(3)] == [200] * 3, "an answer leaves its place"

        def is_full() -> bool:
            held.enter_context(connect(house.site, SITE)).sendall(unfinished)
            return ask(house.site, SITE, whole).status == 503

        eventually(is_full)
        assert ask(house.site, SITE, small).status == 200
        held.close()
        eventually(lambda: ask(house.site, SITE, whole).status == 200)


@on_both
@pytest.mark.parametrize("more", ["", "Expect: 100-continue"])
def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(house: Running, which: str, more: str) -> None:
    host = HOSTS[which]
    request = _post(host, f"Content-Length: {LIMITS[which] + 1}", *([more] if more else []))
    answer = ask(getattr(house, which), host, request)
    assert answer.status == 413
    assert answer.headers["connection"] == "close"


@on_both
def test_a_client_that_asks_first_may_go_on(house: Running, which: str) -> None:
    host = HOSTS[which]
    with connect(getattr(house, which), host) as connection:
        connection.sendall(_post(host, "Content-Length: 5", "Expect: 100-continue"))
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        assert receive(connection).json["length"] == 5


@on_both
def test_a_chunked_body_arrives_with_its_length(house: Running, which: str) -> None:
    host = HOSTS[which]
    chunks = b"".join(_chunk(b"x" * size) for size in (1, 1000, 60_000))
    answer = ask(getattr(house, which), host, _post(host, "Transfer-Encoding: chunked") + chunks + _chunk(b""))
    assert answer.json["length"] == 61_001
    assert answer.environ["CONTENT_LENGTH"] == "61001"
    assert "HTTP_TRANSFER_ENCODING" not in answer.environ


@on_both
@pytest.mark.parametrize("size", [2000, 65_536])
def test_a_chunked_body_is_refused_once_it_is_too_large(house: Running, which: str, size: int) -> None:
    host, chunk = HOSTS[which], _chunk(b"x" * size)
    with connect(getattr(house, which), host) as connection:
        connection.sendall(_post(host, "Transfer-Encoding: chunked") + chunk * (LIMITS[which] // size + 1))
        assert receive(connection).status == 413


@on_both
def test_a_refused_body_that_keeps_coming_is_not_kept(house: Running, which: str) -> None:
    """100 MB after the refusal; and the server neither grows nor takes them for requests."""
    host, chunk = HOSTS[which], _chunk(b"x" * 65_536)
    before = house.seen.memory_info().rss
    with connect(getattr(house, which), host) as connection:
        connection.sendall(_post(host, "Transfer-Encoding: chunked"))
        try:
            for _ in range(1600):
                connection.sendall(chunk)
        except (ConnectionError, ssl.SSLError):
            pass
        grown = house.seen.memory_info().rss - before
    assert grown < 30_000_000
    assert ask(getattr(house, which), host).status == 200


@on_both
@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: +5",),
        ("Content-Length: 5, 5",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: identity", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: identity",),
        ("Transfer-Encoding:\r\n chunked",),
        ("X: 1\r\n\t2",),
        ("No colon",),
        ("X: " + "x" * 16_000, "Y: " + "y" * 1000),
    ],
)
def test_a_request_that_two_servers_could_read_differently_is_refused(
    house: Running, which: str, headers: tuple[str, ...]
) -> None:
    host = HOSTS[which]
    with connect(getattr(house, which), host) as connection:
        connection.sendall(_post(host, *headers) + b"hello")
        answer = receive(connection)
        assert answer.status == 400
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert closed(connection)


@on_both
def test_a_header_line_without_end_is_refused(house: Running, which: str) -> None:
    host = HOSTS[which]
    with connect(getattr(house, which), host) as connection:
        connection.sendall(get(host)[:-2] + b"X: " + b"x" * 20_000)
        assert receive(connection).status == 431
        assert closed(connection)


@on_both
def test_a_broken_chunk_ends_the_connection(house: Running, which: str) -> None:
    host = HOSTS[which]
    with connect(getattr(house, which), host) as connection:
        connection.sendall(_post(host, "Transfer-Encoding: chunked") + b"zz\r\n")
        assert receive(connection).status == 400
        assert closed(connection)


def test_the_site_keeps_its_connection(house: Running) -> None:
    with connect(house.site, SITE) as connection:
        for target in ("/first", "/second"):
            connection.sendall(get(SITE, target=target))
            assert receive(connection).environ["PATH_INFO"] == target
        connection.sendall(get(SITE, headers=("Connection: close",)))
        assert receive(connection).status == 200
        assert closed(connection)


@on_both
def test_head_is_answered_without_a_body(house: Running, which: str) -> None:
    host = HOSTS[which]
    with connect(getattr(house, which), host) as connection:
        connection.sendall(get(host, method="HEAD", headers=("Connection: close",)))
        answer = receive(connection, method="HEAD")
        assert (answer.status, answer.body) == (200, b"")
        assert closed(connection)


@on_both
def test_a_large_answer_arrives_whole(house: Running, which: str) -> None:
    host = HOSTS[which]
    assert len(ask(getattr(house, which), host, get(host, target="/large")).body) == 5_000_000


@on_both
def test_the_server_does_not_say_what_it_is(house: Running, which: str) -> None:
    answer = ask(getattr(house, which), HOSTS[which])
    assert "server" not in answer.headers
    assert "wisted" not in str(answer.headers)


@on_both
def test_an_application_that_breaks_is_logged_and_says_nothing(house: Running, which: str) -> None:
    host = HOSTS[which]
    answer = ask(getattr(house, which), host, get(host, target="/raise"))
    assert answer.status == 500
    assert b"broken" not in answer.body
    eventually(lambda: "RuntimeError: the application is broken" in house.log())
    assert ask(getattr(house, which), host).status == 200


@on_both
def test_nothing_of_a_request_is_logged(house: Running, which: str) -> None:
    host, secret = HOSTS[which], "code-e7c1"
    for headers in ((), ("Host: twice",)):
        ask(getattr(house, which), host, get(host, target=f"/{secret}?{secret}", headers=(*headers, f"X: {secret}")))
    ask(getattr(house, which), host, get(host, target=f"/raise?{secret}"))
    assert secret not in house.log()
    assert "127.0.0.1" not in house.log()


def _post(host: str, *headers: str) -> bytes:
    return get(host, method="POST", headers=headers)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
