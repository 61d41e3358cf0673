"""Work that is done again and again beside the listeners."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from django.db import OperationalError

from registret.database.gone import first_line

_log = logging.getLogger(__name__)


class Worker:
    """Calls `act` every `every` seconds on a thread of its own, until told to stop.

    An `act` that raises is logged and tried again; the pause doubles with each failure in a row, up to
    `longest_pause` seconds (or `every`, if that is longer).
    """

    def __init__(self, name: str, act: Callable[[], object], *, every: float, longest_pause: float = 60) -> None:
        self.name = name
        self._act = act
        self._every = every
        self._longest_pause = max(every, longest_pause)
        self._stopping = Event()
        # A daemon: an act that hangs in a conversation with another machine does not keep the process alive.
        self._thread = Thread(target=self._run, name=f"worker-{name}", daemon=True)

    def start(self) -> None:
        """Begin; the first call comes at once."""
        self._thread.start()

    def stop(self) -> None:
        """No further call; one that runs is not interrupted. Does not wait."""
        self._stopping.set()

    def join(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        pause = self._every
        while not self._stopping.is_set():
            try:
                self._act()
                pause = self._every
            except OperationalError as trouble:
                # The database is gone: what it said is one line, and a traceback would say no more.
                pause = min(2 * pause, self._longest_pause)
                told = first_line(trouble)
                _log.error("worker %s: the database does not answer (%s); next try in %g s", self.name, told, pause)
            except Exception:
                pause = min(2 * pause, self._longest_pause)
                _log.exception("worker %s failed; next try in %g s", self.name, pause)
            self._stopping.wait(pause)
