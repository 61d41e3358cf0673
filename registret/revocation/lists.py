"""The kept lists in the memory of this process. A decision looks into a set; a thread looks for newer lists."""

from __future__ import annotations

import logging
import os
import time
from threading import Event, Lock, Thread

from django.db import connections

from registret.cards import Anchor, Trust
from registret.cards.revocation import CrlBroken, RevocationList, read_crl
from registret.revocation.queries import content_of, versions

LOOK_EVERY = 5.0  # seconds
UP_TO_DATE = 60.0
"""Seconds since the last look after which a node is no longer believed to have the newest lists."""

_log = logging.getLogger(__name__)


class KeptLists:
    """Lists of the anchors that have an address to fetch them from; safe to share between threads.

    The first question in a process loads them. After that a thread asks the database every `look_every` seconds for
    their digests, loads what is new, and puts it in the place of the old: no question waits for it. While the
    database cannot be reached the lists in memory go on, and age.
    """

    def __init__(self, trust: Trust, *, look_every: float = LOOK_EVERY) -> None:
        self._anchors = {anchor.fingerprint: anchor for anchor in trust.anchors if anchor.crl_url}
        self._look_every = look_every
        self._loaded: dict[str, tuple[str, RevocationList | None]] = {}
        self._beginning, self._refreshing = Lock(), Lock()
        self._stopping = Event()
        self._looked_at = float("-inf")
        self._process: int | None = None
        self._thread: Thread | None = None

    def lists(self, anchor: Anchor) -> tuple[RevocationList, ...]:
        """The list of this anchor; none if there is no good one."""
        if anchor.fingerprint not in self._anchors:
            return ()
        if self._process != os.getpid():
            self._begin()
        _, found = self._loaded.get(anchor.fingerprint, ("", None))
        return (found,) if found else ()

    def refresh(self) -> None:
        """Loads the lists that are others than those in memory; one small query if none is.

        Raises: django.db.Error (the lists in memory stay).
        """
        if not self._anchors:
            return
        with self._refreshing:
            for fingerprint, digest in versions().items():
                anchor = self._anchors.get(fingerprint)
                known, before = self._loaded.get(fingerprint, ("", None))
                if anchor is not None and digest != known:
                    self._loaded[fingerprint] = digest, self._read(anchor) or before
            self._looked_at = time.monotonic()

    def is_up_to_date(self) -> bool:
        """Whether the database was looked into lately; true if there is nothing to look for."""
        return not self._anchors or time.monotonic() - self._looked_at < UP_TO_DATE

    def stop(self) -> None:
        """The thread looks no more."""
        self._stopping.set()

    def join(self, seconds: float) -> None:
        """Waits until it does not, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _read(self, anchor: Anchor) -> RevocationList | None:
        content = content_of(anchor.fingerprint)
        try:
            return read_crl(content, anchor) if content is not None else None
        except CrlBroken as broken:
            # It was good when it was kept: the database or trust.toml was changed.
            _log.error("revocation list of %s in the database %s; the last good one stays", anchor.name, broken.reason)
            return None

    def _begin(self) -> None:
        # A process that was forked has the lists, but no thread.
        with self._beginning:
            if self._process != os.getpid():
                self.refresh()
                self._thread = Thread(target=self._watch, name="revocation-lists", daemon=True)
                self._thread.start()
                self._process = os.getpid()

    def _watch(self) -> None:
        while not self._stopping.wait(self._look_every):
            try:
                self.refresh()
            except Exception:
                _log.warning("revocation lists cannot be looked for; those in memory stay", exc_info=True)
            finally:
                # It sleeps most of the time, and a connection that it kept would be one less for the pages.
                connections.close_all()
