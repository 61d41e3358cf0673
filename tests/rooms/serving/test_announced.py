"""Behind a router that passes connections on unopened, the address of a person is the person's."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import pytest

from registret.serving import DOOR_LIMITS
from tests.rooms.serving import ca
from tests.rooms.serving.client import DOOR, PATIENCE, SITE, Answer, Running, client, closed, get, receive, running
from tests.rooms.serving.server import Wanted

pytestmark = pytest.mark.process

ROUTER = "127.0.0.9"
LINE = b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"


@pytest.fixture(scope="module")
def house() -> Iterator[Running]:
    with running(Wanted(routers=[ROUTER])) as program:
        yield program


def _passed_on(port: int, said: bytes, *, by: str = ROUTER) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(by, 0))
    connection.sendall(said)
    return connection


def _is_sent_away(port: int, said: bytes, *, by: str = ROUTER) -> bool:
    try:
        with _passed_on(port, said, by=by) as connection:
            return closed(connection)
    except ConnectionError:
        # Before the client had said all.
        return True


def _asked(port: int, host: str, said: bytes, *, context: ssl.SSLContext | None = None) -> Answer:
    with (context or client()).wrap_socket(_passed_on(port, said), server_hostname=host) as connection:
        connection.sendall(get(host))
        return receive(connection)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_the_application_is_told_the_persons_address(house: Running, address: str) -> None:
    line = LINE if "." in address else b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n"
    assert _asked(house.site, SITE, line).environ["REMOTE_ADDR"] == address
    card = ca.certificates()["an EC key"]
    at_door = _asked(house.door, DOOR, line, context=client(card))
    assert (at_door.environ["REMOTE_ADDR"], at_door.certificate) == (address, card.der)


def test_the_line_may_come_in_parts_and_with_the_first_bytes_of_the_handshake(house: Running) -> None:
    with _passed_on(house.site, LINE[:9]) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(LINE[9:] + b"GET / HTTP/1.1\r\nHost: registret.localhost\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 301 ")


def test_nobody_else_says_for_whom_a_connection_is(house: Running) -> None:
    for port in (house.site, house.door):
        assert _is_sent_away(port, LINE, by="127.0.0.8")


@pytest.mark.parametrize(
    "said",
    [
        b"PROXY UNKNOWN\r\n",
        b"PROXY TCP4 192.0.2.700 198.51.100.1 56324 443\r\n",
        b"PROXY TCP4 192.0.2.7\r\n",
        b"\r\n",
        b"GET / HTTP/1.1\r\nHost: registret.localhost\r\n\r\n",
        b"x" * 200,
    ],
)
def test_a_connection_for_nobody_is_none(house: Running, said: bytes) -> None:
    assert _is_sent_away(house.site, said)
    assert _asked(house.site, SITE, LINE).status == 200


def test_people_behind_one_router_share_no_limit() -> None:
    limits = {**Wanted().door_limits, "per_network": 2}
    assert limits["connections"] == DOOR_LIMITS.connections
    with running(Wanted(routers=[ROUTER], door_limits=limits)) as house:
        line = b"PROXY TCP4 192.0.2.%d 198.51.100.1 56324 443\r\n"
        waiting = [_passed_on(house.door, line % n) for n in (1, 2, 3, 3, 3)]
        # The third of one network sends the first of it away, and nobody else.
        assert closed(waiting[2])
        for one in (*waiting[:2], *waiting[3:]):
            one.setblocking(False)
            with pytest.raises(BlockingIOError):
                one.recv(1)
        for one in waiting:
            one.close()
