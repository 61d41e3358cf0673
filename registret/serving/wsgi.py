"""A WSGI application behind a listener."""

# Twisted's names, and its missing annotations:
# ruff: noqa: N802, N815
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IPushProducer, IReactorFromThreads
from twisted.internet.threads import blockingCallFromThread
from twisted.python.threadpool import ThreadPool
from twisted.web.resource import Resource
from twisted.web.wsgi import WSGIResource
from zope.interface.declarations import implementer

from registret.serving.http import ListenerRequest

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Facts = dict[str, object]

# Seconds in which a client takes at least something of an answer in many pieces.
_STALLED = 60.0
# After which a client takes its time: those that read as fast as they can pause for less.
_PAUSED = 0.1


class ClientStalled(Exception):
    """Nobody has taken a byte of the answer for a long time, or too many take theirs slowly."""


class Threads(ThreadPool):
    """`working` threads, and `waiting` more for clients that take their time over a long answer.

    Daemons: one that hangs does not keep the process alive.
    """

    threadFactory = staticmethod(partial(Thread, daemon=True))  # type: ignore[assignment]

    def __init__(self, *, name: str, working: int, waiting: int) -> None:
        super().__init__(minthreads=1, maxthreads=working, name=name)
        self._places = BoundedSemaphore(waiting)
        self._size = Lock()

    @contextmanager
    def replaced(self) -> Iterator[None]:
        """While the calling thread waits for a client another one works in its place.

        Raises: ClientStalled (as many wait as may).
        """
        if not self._places.acquire(blocking=False):
            raise ClientStalled
        self._grow(1)
        # What has waited for a thread is begun with the next that is asked for, and no earlier.
        self.callInThread(_nothing)
        try:
            yield
        finally:
            self._grow(-1)
            self._places.release()

    def _grow(self, number: int) -> None:
        with self._size:
            self.adjustPoolsize(maxthreads=self.max + number)


def _nothing() -> None:
    pass


@implementer(IPushProducer)
class Paced:
    """An answer of which the next piece is made when the client has taken most of those before.

    Twisted itself takes whatever the application makes into memory, all of the log if need be.
    """

    def __init__(
        self, pieces: Iterable[bytes], request: ListenerRequest, reactor: IReactorFromThreads, threads: Threads
    ) -> None:
        self._pieces = pieces
        self._request = request
        self._reactor = reactor
        self._threads = threads
        self._may_go = Event()
        self._may_go.set()
        self._is_paced = self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            for number, piece in enumerate(self._pieces):
                # Most answers are one piece.
                if number == 1:
                    blockingCallFromThread(self._reactor, self._begin)
                if not self._may_go.wait(_PAUSED):
                    self._wait()
                yield piece
        finally:
            # Twisted does not close what has raised.
            self.close()

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._reactor.callFromThread(self._end)
            close = getattr(self._pieces, "close", None)
            if close is not None:
                close()

    def _wait(self) -> None:
        with self._threads.replaced():
            if not self._may_go.wait(_STALLED):
                raise ClientStalled

    def pauseProducing(self) -> None:
        self._may_go.clear()

    def resumeProducing(self) -> None:
        self._may_go.set()

    def stopProducing(self) -> None:
        """The client is gone: the application is told with the next piece."""
        self._may_go.set()

    def _begin(self) -> None:
        if self._request.channel is not None:
            self._request.registerProducer(self, True)
            self._is_paced = True

    def _end(self) -> None:
        if self._is_paced and self._request.channel is not None:
            self._request.unregisterProducer()


class WsgiApplication(Resource):
    """Every address. `facts(request)` is asked in the reactor's thread and added to the environ."""

    isLeaf = True

    def __init__(
        self,
        application: WSGIApplication,
        *,
        facts: Callable[[ListenerRequest], Facts],
        reactor: IReactorFromThreads,
        threads: Threads,
    ) -> None:
        super().__init__()
        self._application = application
        self._facts = facts
        self._reactor = reactor
        self._threads = threads

    def render(self, request: ListenerRequest) -> int:
        # Twisted closes its own file of the body when the client leaves, also while the application reads it.
        facts = {"wsgi.input": BytesIO(request.content.getvalue()), **self._facts(request)}

        def informed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            return Paced(self._application({**environ, **facts}, start_response), request, self._reactor, self._threads)

        request.responseHeaders.removeHeader(b"Server")
        rendered: int = WSGIResource(self._reactor, self._threads, informed).render(request)
        return rendered
