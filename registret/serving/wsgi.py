"""A WSGI application behind a listener."""

# Twisted's names, and its missing annotations:
# ruff: noqa: N815
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool
from twisted.web.resource import Resource
from twisted.web.wsgi import WSGIResource

from registret.serving.http import Request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Facts = dict[str, object]


class Threads(ThreadPool):
    """Daemon threads: one that hangs does not keep the process alive."""

    threadFactory = staticmethod(partial(Thread, daemon=True))  # type: ignore[assignment]


class Application(Resource):
    """Every address. `facts(request)` is asked in the reactor's thread and added to the environ."""

    isLeaf = True

    def __init__(
        self,
        application: WSGIApplication,
        *,
        facts: Callable[[Request], Facts],
        reactor: IReactorFromThreads,
        threads: ThreadPool,
    ) -> None:
        super().__init__()
        self._application = application
        self._facts = facts
        self._reactor = reactor
        self._threads = threads

    def render(self, request: Request) -> int:
        # Twisted closes its own file of the body when the client leaves, also while the application reads it.
        facts = {"wsgi.input": BytesIO(request.content.getvalue()), **self._facts(request)}

        def informed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            return self._application({**environ, **facts}, start_response)

        request.responseHeaders.removeHeader(b"Server")
        rendered: int = WSGIResource(self._reactor, self._threads, informed).render(request)
        return rendered
