"""HTTP/1.1 as the listeners speak it: what is refused before the application hears of it, and who must hurry."""

# Twisted's names, and its missing annotations:
# ruff: noqa: N802, N815
# mypy: allow-untyped-calls

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import Any

from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHandshakeListener, IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import Request as TwistedRequest
from twisted.web.server import Site
from zope.interface.declarations import implementer

from registret.kernel.networks import network_subject
from registret.serving.listener import Limits
from registret.serving.waiting import WaitingRoom

_log = logging.getLogger(__name__)
_absolute = re.compile(rb"https://([^/?#]+)(.*)", re.IGNORECASE)
_port = re.compile(rb":[0-9]*\Z")
# The headers in which fronts of any make pass a certificate on. There is no front here, so a request that carries one
# wants it to be believed.
_forging = re.compile(
    rb"(x[-_])?(client[-_]?cert|ssl[-_]|tls[-_]client|forwarded[-_](client[-_]cert|tls[-_])|arr[-_]clientcert).*"
    rb"|registret[-_.].*",
    re.IGNORECASE,
)

# What the application says on every page, for answers that it is not asked for.
_STRICT = (
    "Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n"
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
)


class ListenerRequest(TwistedRequest):
    """A request that reaches the application only if its host, target, size and version leave no doubt."""

    channel: Channel
    content: Any

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()
        if length is not None and length > self.channel.site.limits.body:
            self._too_large()

    def handleContentChunk(self, data: bytes) -> None:
        if self.channel.closing:
            return
        # Only here is the size of a chunked body seen.
        size = self.content.tell() + len(data)
        if size > self.channel.site.limits.body:
            self._too_large()
        elif size > self.channel.site.limits.small_body and not self.channel.site.has_room_for_large_body(self.channel):
            self.channel.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Upptaget: försök igen. / Busy: try again.")
        else:
            self.content.write(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        names = [name for name, _ in self.requestHeaders.getAllRawHeaders()]
        # WSGI writes - and _ alike: X_Real would be taken for X-Real.
        for name in names:
            if b"_" in name:
                self.requestHeaders.removeHeader(name)
        absolute = _absolute.fullmatch(path)
        forging = next(filter(_forging.fullmatch, names), None)
        refused = self._refused(path, version, absolute[1] if absolute else None, forging)
        if refused:
            self.channel.refuse(*refused)
            return
        self._tell_length()
        target = path if absolute is None else absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]
        super().requestReceived(command, target, version)

    def _refused(
        self, path: bytes, version: bytes, named: bytes | None, forging: bytes | None
    ) -> tuple[HTTPStatus, str] | None:
        """Why the request does not reach the application. `named`: the host in the path; `forging`: a header that looks
        like a certificate."""
        if version != b"HTTP/1.1":
            return HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "Bara HTTP/1.1. / Only HTTP/1.1."
        hosts = self.requestHeaders.getRawHeaders(b"Host", [])
        if len(hosts) != 1 or not hosts[0]:
            return HTTPStatus.BAD_REQUEST, "Ett värdnamn, varken fler eller färre. / One Host, no more, no less."
        if not path.startswith(b"/") and (named is None or named.lower() != hosts[0].lower()):
            return HTTPStatus.BAD_REQUEST, "Adressen gäller en annan värd. / The target names another host."
        if forging is not None:
            _log.warning(
                "%s: refused: a header that looks like a certificate, %r", self.channel.site.name, forging[:40]
            )
            return HTTPStatus.BAD_REQUEST, "Ett certifikat visas inte så. / A certificate is not shown this way."
        if not self.channel.site.expects(sni=self.server_name, host=_port.sub(b"", hosts[0].lower())):
            told = "Anslutningen öppnades för ett annat värdnamn. / This connection was opened for another host name."
            return HTTPStatus.MISDIRECTED_REQUEST, told
        return None

    @property
    def server_name(self) -> bytes | None:
        """The name that the client asked for in the handshake (SNI), in lower case."""
        name: bytes | None = self.channel.tls.getHandle().get_servername()
        return None if name is None else name.lower()

    def _tell_length(self) -> None:
        # The whole chunked body is here by now. WSGI knows no other way to say so, and Django reads nothing without.
        if self.requestHeaders.hasHeader(b"Transfer-Encoding"):
            self.requestHeaders.removeHeader(b"Transfer-Encoding")
            self.requestHeaders.setRawHeaders(b"Content-Length", [b"%d" % self.content.tell()])

    def _too_large(self) -> None:
        kib = self.channel.site.limits.body // 1024
        self.channel.refuse(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"För stort: högst {kib} KiB. / Too large: at most {kib} KiB."
        )


@implementer(IHandshakeListener)
class Channel(HTTPChannel):
    """One connection. It always runs against a clock, except while the application works for it."""

    site: Front
    requestFactory = ListenerRequest
    closing = False
    network = ""
    _secured = False
    _between = False
    _deadline: Any = None

    def connectionMade(self) -> None:
        super().connectionMade()
        self.network = network_subject(self.tls.getPeer().host)
        self._within(self.site.limits.handshake)
        self.site.arrived(self)

    def handshakeCompleted(self) -> None:
        self._secured = True
        self._within(self.site.limits.request)

    def dataReceived(self, data: bytes) -> None:
        if self.closing:
            return
        if self._between:
            self._between = False
            self._within(self.site.limits.request)
        super().dataReceived(data)

    def checkPersistence(self, request: TwistedRequest, version: bytes) -> bool:
        if self.site.keeps_alive:
            return bool(super().checkPersistence(request, version))
        request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        return False

    def allContentReceived(self) -> None:
        if self.closing:
            return
        self._within(None)
        self.site.at_work(self)
        super().allContentReceived()

    def lineReceived(self, line: bytes) -> None:
        if self.closing:
            return
        # A header that goes on in the next line (obs-fold) is read in two ways, and no browser sends one.
        if line[:1] in {b" ", b"\t"}:
            self._respondToBadRequestAndDisconnect()
        else:
            super().lineReceived(line)

    def headerReceived(self, line: bytes) -> bool:
        name, _, value = line.partition(b":")
        # Twisted passes over "identity", which a server before it may take for the end of the matter.
        if name.lower() == b"transfer-encoding" and value.strip(b" \t").lower() != b"chunked":
            self._respondToBadRequestAndDisconnect()
            return False
        return bool(super().headerReceived(line))

    def lineLengthExceeded(self, line: bytes) -> None:
        self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "För lång rad. / A line is too long.")

    def requestDone(self, request: TwistedRequest) -> None:
        self.site.waits(self)
        self.site.body_is_gone(self)
        self._between = True
        self._within(self.site.limits.idle)
        if not self.site.keeps_alive:
            self.persistent = 0
        super().requestDone(request)

    def loseConnection(self) -> None:
        self.closing = True
        self.site.waits(self)
        # Twisted itself would wait for ever for a client that neither reads its answer nor hangs up.
        self._within(self.site.limits.closing)
        super().loseConnection()
        if self.site.is_closing:
            self._hang_up()

    def refuse(self, status: HTTPStatus, why: str) -> None:
        """Answer in plain text without asking the application, and hang up."""
        if self.closing:
            return
        body = f"{why}\n".encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n{_STRICT}\r\n"
        )
        self.write(head.encode() + body)
        self.loseConnection()

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(HTTPStatus.BAD_REQUEST, "Otydlig begäran. / A request that leaves doubt.")

    @property
    def has_spoken(self) -> bool:
        """Whether a byte has come from the client, of the handshake or after it."""
        return bool(self.tls.has_spoken)

    @property
    def tls(self) -> Any:
        """The transport: `getHandle()` is pyOpenSSL's connection, `getPeerCertificate()` what the client showed."""
        return self.transport

    def dismiss(self) -> None:
        """Hang up, but not before an answer that was given is sent."""
        if not self._secured:
            self.abort()
        elif not self.closing:
            self.loseConnection()
        elif self.site.is_closing:
            self._hang_up()

    def abort(self) -> None:
        """Hang up, whatever has not been said."""
        self.closing = True
        self._within(None)
        self.tls.abortConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._within(None)
        self.site.left(self)
        if not self._secured and reason.check(SSL.Error) is not None:
            # The only trace of a card whose signature does not fit; it says nothing about whose it is.
            _log.info("%s: a handshake failed: %s", self.site.name, reason.value)
        super().connectionLost(reason)

    def _hang_up(self) -> None:
        # What was written is still sent. A browser that keeps an idle connection does not answer TLS's farewell for
        # seconds, and nobody who stops a server waits for that.
        self.tls.transport.loseConnection()

    def _within(self, seconds: float | None) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.callLater(seconds, self._too_late)

    def _too_late(self) -> None:
        if self.closing:
            self.abort()
        else:
            self.dismiss()


class Front(Site):
    """One listener's connections.

    `expects(sni=, host=)` (bytes in lower case, no port) says whether a request belongs on its connection.
    """

    protocol = Channel  # type: ignore[assignment]  # Twisted types its own default, which speaks HTTP/2 as well
    requestFactory = ListenerRequest
    noisy = False

    def __init__(
        self,
        resource: Resource,
        *,
        name: str,
        limits: Limits,
        keeps_alive: bool,
        expects: Callable[..., bool],
        reactor: IReactorTime,
    ) -> None:
        super().__init__(resource, timeout=None, reactor=reactor, parsePOSTFormSubmission=False)
        self.name = name
        self.limits = limits
        self.keeps_alive = keeps_alive
        self.expects = expects
        self._open: set[Channel] = set()
        self._waiting: WaitingRoom[Channel] = WaitingRoom(per_network=limits.per_network)
        self._large: set[Channel] = set()
        self._emptied: Deferred[None] | None = None
        self.is_closing = False

    def arrived(self, channel: Channel) -> None:
        """A connection was opened; another may have to go."""
        self._open.add(channel)
        self.waits(channel)
        gone = self._waiting.too_many(channel, is_full=len(self._open) > self.limits.connections)
        if gone is not None:
            gone.abort()

    def waits(self, channel: Channel) -> None:
        """Nothing is being done for this connection (any more)."""
        if channel in self._open:
            self._waiting.enter(channel)

    def at_work(self, channel: Channel) -> None:
        """The application works for this connection."""
        self._waiting.leave(channel)

    def has_room_for_large_body(self, channel: Channel) -> bool:
        """Whether this connection has, or takes, a place for a large body: before a visitor is known, memory is all
        that one can take."""
        if channel not in self._large and len(self._large) < self.limits.large_bodies:
            self._large.add(channel)
        return channel in self._large

    def body_is_gone(self, channel: Channel) -> None:
        """What this connection sent is held no longer."""
        self._large.discard(channel)

    def left(self, channel: Channel) -> None:
        """The connection is closed."""
        self._open.discard(channel)
        self._waiting.leave(channel)
        self.body_is_gone(channel)
        if self._emptied is not None and not self._open and not self._emptied.called:
            self._emptied.callback(None)

    def close(self) -> Deferred[None]:
        """Close all connections; requests under way are answered first. Fires when nobody is left."""
        self.keeps_alive = False
        self.is_closing = True
        self._emptied = Deferred()
        for channel in list(self._waiting):
            channel.dismiss()
        if not self._open:
            self._emptied.callback(None)
        return self._emptied

    def log(self, request: Any) -> None:
        """Nothing: addresses carry codes, and who visits a clinic's register is nobody's business but the log's."""
