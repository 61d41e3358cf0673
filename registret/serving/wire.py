"""The bytes below TLS: whether any have come, and an answer to plain HTTP on a port that speaks TLS."""

# Twisted's names, and its missing annotations:
# ruff: noqa: N802
# mypy: allow-untyped-calls

from __future__ import annotations

import re
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory

# A TLS connection begins with a byte that is no letter.
_plain = re.compile(rb"[A-Z]")
_AT_ONCE = 16 * 1024


class Wire(BufferingTLSTransport):
    """One connection's transport. An address that was typed without `https://` leads to the site all the same."""

    factory: WireFactory
    has_spoken = False
    # For whom a router passes this connection on (`serving.announced`); None: it comes from where it comes from.
    person: IPv4Address | IPv6Address | None = None
    _is_plain = False

    def makeConnection(self, transport: Any) -> None:
        # OpenSSL keeps room for the most that has ever come at once.
        transport.bufferSize = _AT_ONCE
        super().makeConnection(transport)

    def getPeer(self) -> Any:
        transport: Any = self.transport
        return self.person or transport.getPeer()

    def _checkHandshakeStatus(self) -> None:
        # Twisted begins the handshake at once, for which OpenSSL takes two thirds of what a silent connection costs.
        if self.has_spoken:
            super()._checkHandshakeStatus()

    def dataReceived(self, data: bytes) -> None:
        if self._is_plain:
            return
        is_first, self.has_spoken = not self.has_spoken, True
        if is_first and self.factory.site and _plain.match(data):
            self._is_plain = True
            self._lead_to_https()
        else:
            super().dataReceived(data)

    def _lead_to_https(self) -> None:
        # Always to the same page: the host and path of the request went over the network for all to read and change,
        # and a card host's name is good only once.
        answer = (
            f"HTTP/1.1 301 Moved Permanently\r\nLocation: {self.factory.site}/\r\nContent-Length: 0\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        transport: Any = self.transport
        transport.write(answer.encode())
        transport.loseConnection()


class WireFactory(TLSMemoryBIOFactory):
    """`site` is the origin that plain HTTP is sent to; empty: it is not answered."""

    protocol = Wire

    def __init__(self, *arguments: Any, site: str) -> None:
        super().__init__(*arguments)
        self.site = site
