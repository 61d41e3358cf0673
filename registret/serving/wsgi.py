"""A WSGI application behind a listener."""

# Twisted's names, and its missing annotations:
# ruff: noqa: N802, N815
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from threading import Event, Thread
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


class Threads(ThreadPool):
    """Daemon threads: one that hangs does not keep the process alive."""

    threadFactory = staticmethod(partial(Thread, daemon=True))  # type: ignore[assignment]


class ClientStalled(Exception):
    """Nobody has taken a byte of the answer for a long time."""


@implementer(IPushProducer)
class Paced:
    """An answer of which the next piece is made when the client has taken most of those before.

    Twisted itself takes whatever the application makes into memory, all of the log if need be.
    """

    def __init__(self, pieces: Iterable[bytes], request: ListenerRequest, reactor: IReactorFromThreads) -> None:
        self._pieces = pieces
        self._request = request
        self._reactor = reactor
        self._may_go = Event()
        self._may_go.set()
        self._is_paced = self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            for number, piece in enumerate(self._pieces):
                # Most answers are one piece.
                if number == 1:
                    blockingCallFromThread(self._reactor, self._begin)
                if not self._may_go.wait(_STALLED):
                    raise ClientStalled
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
        threads: ThreadPool,
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
            return Paced(self._application({**environ, **facts}, start_response), request, self._reactor)

        request.responseHeaders.removeHeader(b"Server")
        rendered: int = WSGIResource(self._reactor, self._threads, informed).render(request)
        return rendered
