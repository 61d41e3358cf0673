"""The door waits for a human who looks for a PIN code. Nobody else waits because of that."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import asdict
from threading import Thread

import pytest

from registret.serving import DOOR_LIMITS, SITE_LIMITS
from tests.rooms.serving import ca
from tests.rooms.serving.client import (
    DOOR,
    PATIENCE,
    SITE,
    Answer,
    Running,
    ask,
    client,
    client_hello,
    closed,
    connect,
    eventually,
    get,
    receive,
    rest,
    running,
)
from tests.rooms.serving.server import Wanted

pytestmark = pytest.mark.process

HOSTS = {"site": SITE, "door": DOOR}
on_both = pytest.mark.parametrize("which", ["site", "door"])
# Nothing ends by itself within a test; each test shortens the one patience that it is about.
ENDLESS = {"handshake": 1000.0, "request": 1000.0, "idle": 1000.0, "closing": 1000.0}
# For what is to be dropped in any case, and for what has something to do first, however slow the machine.
SHORT, AMPLE = 0.3, 3.0


def _wanted(**different: float) -> Wanted:
    limits = [asdict(limits) | ENDLESS | different for limits in (SITE_LIMITS, DOOR_LIMITS)]
    return Wanted(site_limits=limits[0], door_limits=limits[1])


def _raw(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def _raw_from(address: str, port: int) -> socket.socket:
    """Without a byte, from another address of this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(address, 0))


def test_400_stalled_handshakes_and_400_silent_connections_keep_nobody_waiting() -> None:
    card, hello = ca.certificates()["an EC key"], client_hello(DOOR)
    with running() as house, ExitStack() as stalled:
        for _ in range(400):
            waiting = stalled.enter_context(_raw(house.door))
            waiting.sendall(hello)
            # The server's flight has come, with the question for the card: it is the client's turn.
            assert waiting.recv(1)
            stalled.enter_context(_raw_from("127.0.0.2", house.door))
        for _ in range(20):
            assert ask(house.door, DOOR, context=client(card)).certificate == card.der
            assert ask(house.site, SITE).status == 200
        assert _open_connections(house) >= 800


def test_the_site_at_full_work_does_not_keep_the_door_waiting_nor_the_reverse() -> None:
    for busy, other in (("site", "door"), ("door", "site")):
        threads = {"site": SITE_LIMITS, "door": DOOR_LIMITS}[busy].threads
        with running() as house, ExitStack() as open_connections:
            for number in range(2 * threads):
                connection = open_connections.enter_context(connect(getattr(house, busy), HOSTS[busy]))
                connection.sendall(get(HOSTS[busy], target=f"/hold/{number}"))
            for number in range(threads):
                house.wait_for(str(number))
            assert ask(getattr(house, other), HOSTS[other]).status == 200


@on_both
def test_a_handshake_without_end_is_dropped(which: str) -> None:
    with running(_wanted(handshake=SHORT)) as house, _raw(getattr(house, which)) as silent:
        with _raw(getattr(house, which)) as stalled:
            stalled.sendall(client_hello(HOSTS[which]))
            assert rest(stalled)
        assert closed(silent)
        assert ask(getattr(house, which), HOSTS[which]).status == 200


@on_both
@pytest.mark.parametrize("beginning", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc"])
def test_a_request_without_end_is_dropped(which: str, beginning: bytes) -> None:
    with running(_wanted(request=SHORT)) as house, connect(getattr(house, which), HOSTS[which]) as connection:
        connection.sendall(beginning)
        assert closed(connection)


@on_both
def test_dripping_buys_no_time(which: str) -> None:
    with running(_wanted(request=SHORT)) as house, connect(getattr(house, which), HOSTS[which]) as connection:
        connection.settimeout(0.05)
        for _ in range(10_000):
            try:
                connection.sendall(b"x")
                assert connection.recv(1) == b""
                break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("it was never dropped")


def test_a_kept_connection_is_closed_when_nothing_more_comes() -> None:
    with running(_wanted(idle=SHORT)) as house, connect(house.site, SITE) as connection:
        connection.sendall(get(SITE))
        assert receive(connection).status == 200
        assert closed(connection)


def test_the_second_request_may_take_its_time_too() -> None:
    """What follows the first byte is measured by the patience for requests, not by the one for silence."""
    with running(_wanted(request=AMPLE)) as house, connect(house.site, SITE) as connection:
        connection.sendall(get(SITE))
        assert receive(connection).status == 200
        connection.sendall(b"GET")
        assert closed(connection)


@on_both
def test_who_does_not_hang_up_after_the_answer_is_dropped(which: str) -> None:
    host = HOSTS[which]
    with running(_wanted(closing=SHORT)) as house:
        for target in ("/", "/large"):
            with connect(getattr(house, which), host) as connection:
                # Not one byte of the answer is read, and this side never closes.
                connection.sendall(get(host, target=target, headers=("Connection: close",)))
                eventually(lambda: _open_connections(house) == 0)
        assert ask(getattr(house, which), HOSTS[which]).status == 200


def test_while_the_application_works_nobody_is_dropped() -> None:
    with running(_wanted(request=AMPLE, idle=AMPLE, closing=AMPLE)) as house, ExitStack() as stack:
        at_work = [stack.enter_context(connect(port, host)) for port, host in _both(house)]
        for connection, (_, host) in zip(at_work, _both(house), strict=True):
            connection.sendall(get(host, target=f"/hold/{host}"))
            house.wait_for(host)
        # These came later, and their time is over before.
        for later in [stack.enter_context(connect(port, host)) for port, host in _both(house)]:
            assert closed(later)
        for connection, (_, host) in zip(at_work, _both(house), strict=True):
            house.release(host)
            assert receive(connection).status == 200


@on_both
def test_when_the_house_is_full_the_one_who_waited_longest_goes(which: str) -> None:
    host = HOSTS[which]
    with running(_wanted(connections=3)) as house, ExitStack() as stack:
        at_work = stack.enter_context(connect(getattr(house, which), host))
        at_work.sendall(get(host, target="/hold/work"))
        house.wait_for("work")
        first, second = (stack.enter_context(_raw(getattr(house, which))) for _ in range(2))
        newcomer = stack.enter_context(connect(getattr(house, which), host))
        assert closed(first)
        newcomer.sendall(get(host))
        assert receive(newcomer).status == 200
        second.setblocking(False)
        with pytest.raises(BlockingIOError):
            second.recv(1)
        house.release("work")
        assert receive(at_work).status == 200


@on_both
def test_when_the_house_is_full_nobody_stays_by_being_refused(which: str) -> None:
    host = HOSTS[which]
    with running(_wanted(connections=2)) as house, ExitStack() as stack:
        refused = [stack.enter_context(connect(getattr(house, which), host)) for _ in range(2)]
        for connection in refused:
            connection.sendall(get("other.localhost"))
            assert receive(connection).status == 421
        assert ask(getattr(house, which), host).status == 200


@on_both
def test_who_leaves_while_the_application_works_disturbs_nobody(which: str) -> None:
    host = HOSTS[which]
    with running() as house:
        for number in range(30):
            with connect(getattr(house, which), host) as connection:
                connection.sendall(get(host, target=f"/hold/{number}"))
                house.release(str(number))
        assert ask(getattr(house, which), host).status == 200
        eventually(lambda: _open_connections(house) == 0)
        assert "Traceback" not in house.log()


@on_both
def test_when_everybody_is_at_work_the_newcomer_goes(which: str) -> None:
    host = HOSTS[which]
    answers: list[Answer] = []

    def work(name: str) -> None:
        answers.append(ask(getattr(house, which), host, get(host, target=f"/hold/{name}")))

    with running(_wanted(connections=2)) as house:
        workers = [Thread(target=work, args=(name,)) for name in ("one", "two")]
        for worker in workers:
            worker.start()
        for name in ("one", "two"):
            house.wait_for(name)
        assert _sent_away(getattr(house, which))
        for name in ("one", "two"):
            house.release(name)
        for worker in workers:
            worker.join()
        assert [answer.status for answer in answers] == [200, 200]


def _sent_away(port: int) -> bool:
    """Whether a newcomer's connection ends without a word. It may end before connecting has returned."""
    try:
        with _raw(port) as newcomer:
            return closed(newcomer)
    except ConnectionResetError:
        return True


def _both(house: Running) -> list[tuple[int, str]]:
    return [(house.site, SITE), (house.door, DOOR)]


def _open_connections(house: Running) -> int:
    return sum(c.status == "ESTABLISHED" for c in house.seen.net_connections(kind="tcp"))


def test_more_silent_connections_than_there_are_places_throw_nobody_else_out_of_the_pin_dialog() -> None:
    card = ca.certificates()["an EC key"]
    with running() as house, ExitStack() as stack:
        # Its side of the handshake is not sent yet, as while a person looks for the PIN.
        at_the_pin = stack.enter_context(_raw_from("127.0.0.2", house.door))
        colleague = stack.enter_context(_raw(house.door))
        for person in (at_the_pin, colleague):
            person.sendall(client_hello(DOOR))
            assert person.recv(1)
        silent = [stack.enter_context(_raw(house.door)) for _ in range(DOOR_LIMITS.connections + 40)]
        eventually(lambda: _open_connections(house) <= DOOR_LIMITS.per_network + 1)
        assert closed(silent[0])
        assert ask(house.door, DOOR, context=client(card)).certificate == card.der
        for person in (at_the_pin, colleague):
            person.setblocking(False)
            while True:
                try:
                    assert person.recv(65536), "thrown out"
                except BlockingIOError:
                    break


def test_in_a_full_house_the_address_that_holds_most_gives_a_place_up() -> None:
    with running(_wanted(connections=5, per_network=4)) as house, ExitStack() as stack:
        few = [stack.enter_context(_raw_from("127.0.0.2", house.door)) for _ in range(2)]
        many = [stack.enter_context(_raw_from("127.0.0.3", house.door)) for _ in range(3)]
        newcomer = stack.enter_context(connect(house.door, DOOR))
        assert closed(many[0])
        newcomer.sendall(get(DOOR))
        assert receive(newcomer).status == 200
        for connection in few + many[1:]:
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):
                connection.recv(1)


def test_a_connection_over_which_nothing_is_said_takes_little_memory() -> None:
    with running(_wanted(per_network=1000)) as house, ExitStack() as stack:
        ask(house.door, DOOR)
        before = house.seen.memory_info().rss
        for _ in range(800):
            stack.enter_context(_raw(house.door))
        eventually(lambda: _open_connections(house) >= 800)
        assert house.seen.memory_info().rss - before < 800 * 35_000


@on_both
def test_plain_http_is_led_to_the_sites_front_page_over_tls(which: str) -> None:
    with running() as house, _raw(getattr(house, which)) as connection:
        connection.sendall(f"GET /k/secret?x=1 HTTP/1.1\r\nHost: {HOSTS[which]}\r\n\r\n".encode())
        answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 301 ")
        assert b"\r\nLocation: https://registret.localhost/\r\n" in answer
        assert b"secret" not in answer
