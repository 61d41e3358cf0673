"""The main site: Django over HTTPS, no certificate asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registret.serving.http import Front, ListenerRequest
from registret.serving.listener import Listener
from registret.serving.wsgi import Facts, Threads, WsgiApplication

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def site_front(listener: Listener, application: WSGIApplication, *, reactor: Any, threads: Threads) -> Front:
    """The environ says `registret.door` = "site"."""
    return Front(
        WsgiApplication(application, facts=_facts, reactor=reactor, threads=threads),
        name="site",
        limits=listener.limits,
        keeps_alive=True,
        expects=_same_if_named,
        reactor=reactor,
    )


def _facts(request: ListenerRequest) -> Facts:
    return {"registret.door": "site"}


def _same_if_named(*, sni: bytes | None, host: bytes) -> bool:
    # A client that asks for the site by number sends no name.
    return sni is None or sni == host
