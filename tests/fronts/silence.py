"""Clients that were asked for a certificate and have not answered yet."""

from __future__ import annotations

import socket
import ssl
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from tests.rooms.serving.client import PATIENCE, client, get

SITE: Final = "registret.localhost"
DOOR: Final = f"{'ab' * 16}.kort.{SITE}"
ANY_CARD: Final = f"p-{DOOR}"
DOORS: Final = (DOOR, ANY_CARD)
SECONDS: Final = 75.0


class Stalled:
    """A client that was asked for a certificate and has not answered yet."""

    def __init__(self, port: int, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = client().wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        while True:
            try:
                # The last flight of TLS 1.3 is the client's: it lies in _outgoing when this returns.
                self._tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                self._socket.sendall(self._outgoing.read())
                came = self._socket.recv(65536)
                assert came, "the server hung up"
                self._incoming.write(came)

    def go_on(self, request: bytes) -> bytes:
        """The certificate (none), then a request; the answer's first line."""
        self._tls.write(request)
        self._socket.sendall(self._outgoing.read())
        while True:
            came = self._socket.recv(65536)
            assert came, "the server hung up"
            self._incoming.write(came)
            try:
                return self._tls.read(65536).splitlines()[0]
            except ssl.SSLWantReadError:
                continue

    def close(self) -> None:
        self._socket.close()


class Silence:
    """Handshakes that begin now, one at each kind of card host, and go on after more than a minute.

    They wait in a thread of their own, so that other tests may run meanwhile.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._answers: dict[str, bytes] = {}
        self._ends = Event()
        self._thread = Thread(target=self._wait, daemon=True)

    def answers(self) -> dict[str, bytes]:
        """The first line of each answer, or why there is none, by host, once the time is over."""
        self._thread.join()
        return self._answers

    def _wait(self) -> None:
        patient = {host: Stalled(self._port, host) for host in DOORS}
        is_given_up = self._ends.wait(SECONDS)
        for host, connection in patient.items():
            if not is_given_up:
                self._answers[host] = self._answer(connection, host)
            connection.close()

    def _answer(self, connection: Stalled, host: str) -> bytes:
        try:
            return connection.go_on(get(f"{host}:{self._port}"))
        except (AssertionError, OSError) as trouble:
            return str(trouble).encode()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, t: TracebackType | None) -> None:
        self._ends.set()
        self._thread.join()
