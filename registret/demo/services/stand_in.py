"""A stand-in for a service of another organisation, over HTTPS on this machine. It can be late, wrong, or silent."""

from __future__ import annotations

import ssl
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from registret.demo.authorities import ServerFiles


@dataclass(slots=True, kw_only=True)
class StandIn(ABC):
    """Runs between `__enter__` and `__exit__`, on 127.0.0.1 with `files`. Callers show a certificate of `client_ca`.

    `late`: seconds before it answers. `instead`: sends this status and body in place of an answer. `calls`: how many
    requests came.
    """

    files: ServerFiles
    client_ca: Path
    port: int = 0
    late: float = 0.0
    instead: tuple[int, bytes] | None = None
    calls: int = 0
    _server: _Server | None = None

    @abstractmethod
    def prepare(self) -> None:
        """What takes long the first time."""

    @abstractmethod
    def reply(self, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body."""

    def __enter__(self) -> Self:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.client_ca))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(self.files.chain, self.files.key)
        self.prepare()
        self._server = _Server(("127.0.0.1", self.port), partial(_Handler, self))
        # The handshake is made in the thread of the request.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, name=type(self).__name__, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def answer(self, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body, as it is told to behave."""
        self.calls += 1
        time.sleep(self.late)
        return self.instead or self.reply(content, headers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Of a caller who shows no certificate, or goes away."""


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, stand_in: StandIn, *rest: object) -> None:
        self._stand_in = stand_in
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status, body = self._stand_in.answer(content, dict(self.headers))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Its requests are about patients."""
