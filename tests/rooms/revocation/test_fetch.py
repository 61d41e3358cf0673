"""One request: bounded in time and size, led nowhere else, whatever the server does."""

from __future__ import annotations

import socket
import ssl
import threading

import pytest

from registret.revocation.fetch import FetchFailed, FetchFault, fetch
from tests.pki import Pki
from tests.rooms.revocation.liar import Liar, drips, endless, raw, redirects, says, silent

OK = b"HTTP/1.1 200 OK\r\n"


def fault_at(address: str, *, seconds: float = 30, largest: int = 1000) -> FetchFault:
    with pytest.raises(FetchFailed) as no:
        fetch(address, seconds=seconds, largest=largest)
    return no.value.fault


def test_what_the_server_has_is_fetched(liar: Liar) -> None:
    liar.behave = says(b"a list")
    assert fetch(f"{liar.address}?part=1", seconds=30, largest=6) == b"a list"
    (asked,) = liar.asked
    assert asked.line == "GET /list.crl?part=1 HTTP/1.1"
    assert asked.headers["host"] == f"127.0.0.1:{liar.port}"
    assert asked.headers["accept-encoding"] == "identity"


def test_a_question_is_posted_with_its_kind(liar: Liar) -> None:
    liar.behave = says(b"an answer")
    assert fetch(liar.address, seconds=30, largest=99, body=b"a question", kind="application/ocsp-request")
    (asked,) = liar.asked
    assert asked.line.startswith("POST ")
    assert asked.headers["content-type"] == "application/ocsp-request"
    assert asked.body == b"a question"


def test_an_answer_in_chunks_or_without_a_length_is_read(liar: Liar) -> None:
    liar.behave = raw(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\na \r\n4\r\nlist\r\n0\r\n\r\n")
    assert fetch(liar.address, seconds=30, largest=99) == b"a list"
    liar.behave = raw(OK + b"\r\na list")
    assert fetch(liar.address, seconds=30, largest=99) == b"a list"


def test_no_redirect_is_followed_not_even_to_the_same_host(liar: Liar) -> None:
    with Liar() as elsewhere:
        elsewhere.behave = says(b"a list")
        for to in (elsewhere.address, f"http://127.0.0.1:{liar.port}/other.crl", "/other.crl"):
            liar.behave = redirects(to)
            assert fault_at(liar.address) is FetchFault.REDIRECT
        assert elsewhere.asked == []
    assert len(liar.asked) == 3


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial Content", "304 Same"])
def test_nothing_but_200_is_an_answer(liar: Liar, status: str) -> None:
    liar.behave = says(b"a list", status=status)
    expected = FetchFault.REDIRECT if status.startswith("3") else FetchFault.STATUS
    assert fault_at(liar.address) is expected


def test_a_body_that_is_too_large_is_not_read_to_its_end(liar: Liar) -> None:
    liar.behave = says(b"x" * 1001)
    assert fault_at(liar.address) is FetchFault.TOO_LARGE
    liar.behave = says(b"", length=10**12)
    assert fault_at(liar.address) is FetchFault.TOO_LARGE
    liar.behave = endless
    assert fault_at(liar.address) is FetchFault.TOO_LARGE


def test_a_body_that_was_cut_short_is_no_body(liar: Liar) -> None:
    liar.behave = says(b"half a li", length=900)
    assert fault_at(liar.address) is FetchFault.CUT_SHORT
    liar.behave = raw(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\na li")
    assert fault_at(liar.address) is FetchFault.CUT_SHORT


def test_dripping_buys_no_time_neither_in_the_head_nor_in_the_body(liar: Liar) -> None:
    """Each drop comes long before any time-out of the socket: only a clock over all of it ends this."""
    for head, drop in (
        (OK + b"Content-Length: 900\r\n\r\n", b"x"),
        (OK, b"X-More: header\r\n"),
        (OK + b"X-Long: ", b"x"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ):
        liar.behave = drips(liar, head, drop)
        assert fault_at(liar.address, seconds=0.5) in {FetchFault.TOO_SLOW, FetchFault.NOT_HTTP}
    liar.behave = drips(liar, OK + b"Content-Length: 900\r\n\r\n", b"x")
    assert fault_at(liar.address, seconds=0.5) is FetchFault.TOO_SLOW


def test_silence_ends(liar: Liar) -> None:
    liar.behave = silent(liar)
    assert fault_at(liar.address, seconds=0.3) is FetchFault.TOO_SLOW


def test_a_handshake_that_never_ends_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        assert fault_at(f"https://127.0.0.1:{port}/", seconds=0.3) is FetchFault.TOO_SLOW


def test_nobody_there_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert fault_at(f"http://127.0.0.1:{port}/") is FetchFault.UNREACHABLE
    assert fault_at("http://nobody.invalid/") is FetchFault.UNREACHABLE


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/9 what\r\n\r\n", b"\0" * 5000, OK + b"Content-Encoding: gzip\r\n\r\nx"],
)
def test_what_is_no_answer_is_told_as_such(liar: Liar, answer: bytes) -> None:
    liar.behave = raw(answer)
    assert fault_at(liar.address) in {FetchFault.NOT_HTTP, FetchFault.UNREACHABLE}


def test_https_is_believed_only_with_a_certificate_that_this_machine_trusts(
    pki: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = pki.authority.site_server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.chain, server.key)
    with Liar(tls=context) as liar:
        liar.behave = says(b"a list")
        assert fault_at(liar.address) is FetchFault.NOT_TRUSTED
        monkeypatch.setenv("SSL_CERT_FILE", str(pki.authority.web_root))
        assert fetch(liar.address, seconds=30, largest=99) == b"a list"
        liar.behave = drips(liar, OK + b"Content-Length: 900\r\n\r\n", b"x")
        assert fault_at(liar.address, seconds=0.5) is FetchFault.TOO_SLOW
        # Right CA, other host.
        assert fault_at(liar.address.replace("127.0.0.1", "localhost")) is FetchFault.NOT_TRUSTED


def test_a_thread_that_was_left_behind_ends(liar: Liar) -> None:
    liar.behave = drips(liar, OK + b"Content-Length: 900\r\n\r\n", b"x")
    for _ in range(5):
        assert fault_at(liar.address, seconds=0.1) is FetchFault.TOO_SLOW
    left = [thread for thread in threading.enumerate() if thread.name == "fetch"]
    for thread in left:
        thread.join(30)
    assert not any(thread.is_alive() for thread in left)
