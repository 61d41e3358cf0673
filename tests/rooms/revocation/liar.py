"""A server that answers as it is told to: rightly, wrongly, slowly, too much, not at all. Real sockets, real HTTP."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[socket.socket, Asked], None]


class Liar:
    """Listens on a free port of 127.0.0.1. `behave` is asked anew for each request; `asked` are all so far."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.behave: Behaviour = says(b"")
        self.asked: list[Asked] = []
        self.ended = Event()
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]

    @property
    def address(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/list.crl"

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.ended.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            held = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with held:
                asked = _read(held)
                self.asked.append(asked)
                self.behave(held, asked)


def _read(connection: socket.socket) -> Asked:
    with connection.makefile("rb") as stream:
        line = stream.readline().decode().strip()
        headers = {}
        while header := stream.readline().decode().strip():
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        return Asked(line=line, headers=headers, body=stream.read(int(headers.get("content-length", 0))))


# --- what it may do ---------------------------------------------------------------------------------------------------


def says(content: bytes, *, status: str = "200 OK", length: int | None = None, headers: str = "") -> Behaviour:
    """`length`: what it says instead of the truth."""

    def behave(connection: socket.socket, asked: Asked) -> None:
        said = len(content) if length is None else length
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {said}\r\n{headers}\r\n".encode() + content)

    return behave


def redirects(to: str) -> Behaviour:
    return says(b"", status="302 Found", headers=f"Location: {to}\r\n")


def raw(answer: bytes) -> Behaviour:
    """Exactly these bytes, and the end of the connection."""

    def behave(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(answer)

    return behave


def drips(liar: Liar, head: bytes, drop: bytes) -> Behaviour:
    """The head at once, then a drop each few hundredths of a second, for ever."""

    def behave(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(head)
        while not liar.ended.wait(0.02):
            connection.sendall(drop)

    return behave


def silent(liar: Liar) -> Behaviour:
    def behave(connection: socket.socket, asked: Asked) -> None:
        liar.ended.wait()

    return behave


def endless(connection: socket.socket, asked: Asked) -> None:
    """A body without a length that ends when the other side does."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"\0" * 65536)
