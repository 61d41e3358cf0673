"""What a listener is told: where it listens, with which key, and how long its patience is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final


class ServingTrouble(Exception):
    """The listeners cannot start. `str()` is one line for the person who started them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one listener puts up with. Times are in seconds, sizes in bytes.

    `connections` are open at most, and `per_network` of them wait from one IPv4 address or IPv6 /64; who goes beyond
    that is decided in `serving.waiting`. A body of more than `small_body` bytes takes one of `large_bodies` places, so
    a listener holds `connections` x `small_body` + `large_bodies` x `body` bytes of bodies at worst. `threads` make
    answers; a long one waits for a client that reads slowly in one of `slow_readers` more.
    """

    connections: int
    per_network: int
    threads: int
    slow_readers: int
    body: int
    small_body: int
    large_bodies: int
    handshake: float
    """From the first packet to the end of the handshake."""
    request: float
    """From the end of the handshake, or from its first byte on a kept connection, until a request is in."""
    idle: float
    """Between two requests."""
    closing: float
    """For the client to take the last answer and hang up."""


# Only files that are uploaded are large bodies: those that a clinic brings in have 20 MB at most.
SITE_LIMITS: Final = Limits(
    connections=1000,
    per_network=500,
    threads=12,
    slow_readers=100,
    body=21 * 1024 * 1024,
    small_body=64 * 1024,
    large_bodies=4,
    handshake=20,
    request=60,
    idle=60,
    closing=60,
)
# A human looks for the PIN code during the handshake; everything else at the door is one small request.
# A whole hospital behind one address never has 500 people in the PIN dialog at the same moment.
DOOR_LIMITS: Final = Limits(
    connections=2000,
    per_network=500,
    threads=6,
    slow_readers=0,
    body=64 * 1024,
    small_body=64 * 1024,
    large_bodies=0,
    handshake=120,
    request=20,
    idle=0,
    closing=15,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """The main site. `certificate` (with its chain) and `key` are PEM files; port 0 means any free port.

    `routers`: addresses of machines that pass connections on unopened and say for whom, by the PROXY protocol. With
    them a connection from elsewhere is none.
    """

    host: str
    port: int
    certificate: Path
    key: Path
    routers: frozenset[str] = frozenset()
    limits: Limits = SITE_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The card door, below which every name is a host: its certificate is a wildcard.

    `issuers` are the DER names of the CAs that the browser is told to look for: the issuing CAs of HSA-id
    certificates and no others, because the root's name brings Person-id certificates back into the picker.
    `tls13=False` is for card middleware that cannot make the RSA-PSS signatures that TLS 1.3 demands. It has a
    price: TLS 1.2 sends the card's certificate, with the holder's name, readably over the network.
    """

    host: str
    port: int
    certificate: Path
    key: Path
    issuers: tuple[bytes, ...]
    tls13: bool = True
    routers: frozenset[str] = frozenset()
    limits: Limits = DOOR_LIMITS
