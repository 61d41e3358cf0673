"""One address of another organisation, by HTTPS: asked within a time, by few at once, and not while it is down."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from registret.outgoing.breaker import Breaker
from registret.outgoing.named import NamedService

_GRACE: Final = 0.2
"""Seconds that a thread may take to tell that the time was over."""

_log = logging.getLogger(__name__)


class Unanswered(Exception):
    """`reason`: `resting` (it has not answered lately, and was not asked), `busy` (too many ask at this moment),
    `time`, `network`, or `answer` (it is none: too long, compressed, or sends on to another place)."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ServiceBroken(Exception):
    """A certificate, key or CA of the service cannot be read. `str()` is for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    content: bytes


@dataclass(slots=True, kw_only=True)
class Service:
    """Thread-safe; one for the process.

    `name`: for the program's log. `patience`: seconds that one question may take in all. `rests`: seconds that it is
    left alone after it has not answered.

    Raises: ServiceBroken.
    """

    name: str
    named: NamedService
    patience: float
    at_once: int = 4
    rests: float = 30.0
    _tls: ssl.SSLContext = field(init=False, repr=False)
    _breaker: Breaker = field(init=False, repr=False)
    _places: threading.BoundedSemaphore = field(init=False, repr=False)
    _threads: ThreadPoolExecutor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._breaker = Breaker(rests=self.rests)
        self._places = threading.BoundedSemaphore(self.at_once)
        self._threads = ThreadPoolExecutor(self.at_once, thread_name_prefix=self.name)
        try:
            self._tls = ssl.create_default_context(cafile=self.named.ca_file or None)
            if self.named.certificate:
                self._tls.load_cert_chain(self.named.certificate, self.named.key)
        except OSError as trouble:
            raise ServiceBroken(f"{self.name}: its certificate, key or CA cannot be read: {trouble}") from None

    def post(self, content: bytes, *, headers: Mapping[str, str]) -> Answer:
        """What the service answers, whatever its status. Nothing of it is logged.

        Raises: Unanswered.
        """
        if not self._breaker.may_ask():
            raise Unanswered("resting")
        try:
            answer = self._within_patience(content, headers)
        except Unanswered as trouble:
            if trouble.reason != "busy" and self._breaker.fails():
                _log.error("%s does not answer: %s", self.name, trouble.reason)
            raise
        self._breaker.works()
        return answer

    def _within_patience(self, content: bytes, headers: Mapping[str, str]) -> Answer:
        """However slowly bytes drip or a name is looked up. Raises: Unanswered."""
        # Takes long to read, and most installations ask no such service.
        import httpx2

        from registret.outgoing.transport import Unwanted

        if not self._places.acquire(blocking=False):
            raise Unanswered("busy")
        try:
            asking = self._threads.submit(lambda: asyncio.run(self._post(content, headers)))
        except RuntimeError:  # the process is ending
            self._places.release()
            raise Unanswered("busy") from None
        # A look-up of a name cannot be broken off: its thread keeps the place until it ends, and nobody waits for it.
        asking.add_done_callback(lambda _: self._places.release())
        try:
            return asking.result(self.patience + _GRACE)
        except TimeoutError:
            raise Unanswered("time") from None
        except (httpx2.TransportError, OSError):
            raise Unanswered("network") from None
        except (httpx2.HTTPError, ValueError, Unwanted):
            raise Unanswered("answer") from None

    async def _post(self, content: bytes, headers: Mapping[str, str]) -> Answer:
        import httpx2

        from registret.outgoing.transport import Capped

        async with (
            asyncio.timeout(self.patience),
            httpx2.AsyncClient(transport=Capped(verify=self._tls), timeout=self.patience) as client,
        ):
            response = await client.post(self.named.address, content=content, headers=dict(headers))
            return Answer(status=response.status_code, content=response.content)
