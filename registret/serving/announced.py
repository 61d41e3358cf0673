"""Connections that a router passes on unopened: it says first for whom, by the PROXY protocol of HAProxy, version 1."""

# Twisted's names, and its missing annotations:
# ruff: noqa: N802
# mypy: allow-untyped-calls

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address
from typing import Any, Final, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from registret.kernel.networks import network_subject
from registret.serving.wire import WireFactory

_LINE: Final = re.compile(rb"PROXY TCP([46]) ([0-9A-Fa-f.:]+) [0-9A-Fa-f.:]+ ([0-9]{1,5}) [0-9]{1,5}")
_LONGEST: Final = 107
# A router says it with the connection; there is nothing that it could wait for.
_SECONDS: Final = 10.0


class Announced(Protocol):
    """Reads whom the connection is from, and gives the rest to TLS. Hangs up on all that is said by others."""

    factory: AnnouncedFactory
    transport: Any
    _came = b""
    _deadline: Any = None

    def connectionMade(self) -> None:
        if network_subject(self.transport.getPeer().host) in self.factory.routers:
            self._deadline = self.factory.reactor.callLater(_SECONDS, self.transport.abortConnection)
        else:
            self.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        self._came += data
        line, end, rest = self._came.partition(b"\r\n")
        if not end and len(line) < _LONGEST:
            return
        person = _person(line)
        if person is None:
            self.transport.abortConnection()
        else:
            self._hand_over(person, rest)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._be_in_time()

    def _hand_over(self, person: IPv4Address | IPv6Address, rest: bytes) -> None:
        self._be_in_time()
        wire: Any = self.factory.wires.buildProtocol(cast(IAddress, person))
        wire.person = person
        self.transport.protocol = wire
        wire.makeConnection(self.transport)
        if rest:
            wire.dataReceived(rest)

    def _be_in_time(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()


class AnnouncedFactory(Factory):
    """`routers` are the addresses from which connections come, and no others."""

    protocol = Announced  # type: ignore[assignment]  # Twisted types its own protocols
    noisy = False

    def __init__(self, wires: WireFactory, *, routers: Collection[str], reactor: Any) -> None:
        self.wires = wires
        self.routers = frozenset(network_subject(router) for router in routers)
        self.reactor = reactor


def _person(line: bytes) -> IPv4Address | IPv6Address | None:
    """None: it says nobody, as for a router's own look whether this machine answers."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    try:
        address = ip_address(found[2].decode())
    except ValueError:
        return None
    made = IPv4Address if address.version == 4 else IPv6Address
    return made("TCP", str(address), int(found[3]))
