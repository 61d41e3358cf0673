"""A long answer is made at the pace of the one who reads it, and no longer than somebody does."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict

import pytest

from registret.serving import SITE_LIMITS
from tests.rooms.serving.client import SITE, Running, ask, connect, eventually, get, running
from tests.rooms.serving.server import Wanted

pytestmark = pytest.mark.process

PIECE = 16384


@pytest.fixture(scope="module")
def house() -> Iterator[Running]:
    with running() as program:
        yield program


def made(house: Running) -> int:
    """How many pieces the application has made so far."""
    file = house.folder / "made"
    return int(file.read_text() or 0) if file.exists() else 0


def rests(house: Running) -> bool:
    """Nothing is made for a second."""
    before = made(house)
    time.sleep(1)
    return made(house) == before > 0


def read(connection: ssl.SSLSocket, size: int) -> None:
    while size > 0:
        size -= len(connection.recv(min(size, 1 << 20)))


def test_the_application_waits_for_the_client_and_stops_when_it_is_gone(house: Running) -> None:
    with connect(house.site, SITE) as connection:
        connection.sendall(get(SITE, target="/endless"))
        eventually(lambda: rests(house))
        # What lies in buffers of both machines; without a pace it grows until memory is full.
        unread = made(house)
        assert unread * PIECE < 64 << 20
        read(connection, 2 * unread * PIECE)
        eventually(lambda: made(house) > unread)
        eventually(lambda: rests(house))
        assert not (house.folder / "closed").exists()
    eventually((house.folder / "closed").exists)


def test_memory_does_not_grow_with_the_answer(house: Running) -> None:
    with connect(house.site, SITE) as connection:
        connection.sendall(get(SITE, target="/endless"))
        read(connection, 16 << 20)
        before = house.seen.memory_info().rss
        read(connection, 128 << 20)
        assert house.seen.memory_info().rss - before < 64 << 20


def test_those_who_read_slowly_keep_nobody_waiting_and_are_not_without_number() -> None:
    limits = asdict(SITE_LIMITS) | {"threads": 2, "slow_readers": 5}
    with running(Wanted(site_limits=limits)) as house, ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(connect(house.site, SITE)).sendall(get(SITE, target="/endless"))
        eventually(lambda: rests(house))
        assert [ask(house.site, SITE).status for _ in range(4)] == [200] * 4
        stack.enter_context(connect(house.site, SITE)).sendall(get(SITE, target="/endless"))
        eventually(lambda: "ClientStalled" in house.log())
        assert ask(house.site, SITE).status == 200
