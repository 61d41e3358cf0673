"""A way between two programs of this machine that can be cut, can fall silent, and can lose the answer to a COMMIT."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from itertools import count
from threading import Event, Lock, Thread

_COMMIT = b"COMMIT\0"
"""As PostgreSQL's protocol has it, in a simple query and in a prepared one."""


class Relay:
    """Listens until the process ends, and passes each connection on to one of the ports `to`, in turn.

    A port where nothing listens is passed over. `loses_answers`: of this share of COMMITs the answer is lost: they
    arrive, and the connection that would have told of them is gone.
    """

    def __init__(self, to: list[int]) -> None:
        self.to = to
        self.loses_answers = 0.0
        self._is_cut = False
        self._flows = Event()
        self._flows.set()
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._turn = count()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._server.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Break all connections, and each new one at once."""
        self._is_cut = True
        with self._lock:
            for one in self._open:
                _break(one)

    def hush(self) -> None:
        """Keep all connections, and pass nothing on."""
        self._flows.clear()

    def mend(self) -> None:
        """What was held back is passed on now."""
        self._is_cut, self.loses_answers = False, 0.0
        self._flows.set()

    def _serve(self) -> None:
        while True:
            theirs, _ = self._server.accept()
            ours = None if self._is_cut else self._reached()
            if ours is None:
                theirs.close()
                continue
            with self._lock:
                self._open |= {theirs, ours}
            Thread(target=self._ask, args=(theirs, ours), daemon=True).start()
            Thread(target=self._pass_on, args=(ours, theirs), daemon=True).start()

    def _reached(self) -> socket.socket | None:
        turn = next(self._turn)
        for place in range(len(self.to)):
            with suppress(OSError):
                return socket.create_connection(("127.0.0.1", self.to[(turn + place) % len(self.to)]))
        return None

    def _ask(self, theirs: socket.socket, ours: socket.socket) -> None:
        with suppress(OSError):
            while piece := theirs.recv(65536):
                self._flows.wait()
                if _COMMIT in piece and random.random() < self.loses_answers:
                    _break(theirs)
                ours.sendall(piece)
        self._end(theirs, ours)

    def _pass_on(self, ours: socket.socket, theirs: socket.socket) -> None:
        with suppress(OSError):
            while piece := ours.recv(65536):
                self._flows.wait()
                theirs.sendall(piece)
        self._end(theirs, ours)

    def _end(self, *both: socket.socket) -> None:
        """Each of the two threads comes here; the second one closes."""
        with self._lock:
            for one in both:
                _break(one)
                if one not in self._open:
                    one.close()
                self._open.discard(one)


def _break(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
