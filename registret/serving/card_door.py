"""The card door: one-time hosts where the browser is asked for a certificate, and the application gets what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate

from registret.serving.http import Front, ListenerRequest
from registret.serving.listener import Door
from registret.serving.wsgi import Facts, Threads, WsgiApplication

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def door_front(door: Door, application: WSGIApplication, *, reactor: Any, threads: Threads) -> Front:
    """The environ says `registret.door` = "card", `registret.certificate` (DER or None) and `registret.sni`.

    Each connection is closed after its answer: on the next one the card must be there again.
    """
    return Front(
        WsgiApplication(application, facts=_facts, reactor=reactor, threads=threads),
        name="card door",
        limits=door.limits,
        keeps_alive=False,
        expects=_same,
        reactor=reactor,
    )


def _facts(request: ListenerRequest) -> Facts:
    certificate = request.channel.tls.getPeerCertificate()
    name = request.server_name
    return {
        "registret.door": "card",
        # Not through cryptography: it refuses to read what OpenSSL lets through, and the application is to see it.
        "registret.certificate": None if certificate is None else dump_certificate(FILETYPE_ASN1, certificate),
        "registret.sni": None if name is None else name.decode("latin-1"),
    }


def _same(*, sni: bytes | None, host: bytes) -> bool:
    return sni == host
