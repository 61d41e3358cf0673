"""A way to the database that can be cut, and mended."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Thread


class Relay:
    """Passes connections on to a port of this machine. Cut, it breaks all of them and takes no new one."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._lock = Lock()
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        Thread(target=self._serve, args=(self._server,), daemon=True).start()

    def cut(self) -> None:
        # Closing alone would leave the thread in `accept`, which takes one more.
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._open.clear()

    def mend(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self.port))
        Thread(target=self._serve, args=(self._server,), daemon=True).start()

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                theirs, _ = server.accept()
            except OSError:
                return
            ours = socket.create_connection(("127.0.0.1", self._to))
            with self._lock:
                self._open += [theirs, ours]
            for source, sink in ((theirs, ours), (ours, theirs)):
                Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
