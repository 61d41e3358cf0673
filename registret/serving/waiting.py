"""The connections of a listener that nothing is done for, and which of them goes when there are too many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class WaitingConnection(Protocol):
    """`network` is where it comes from. `has_spoken`: a byte has come over it."""

    @property
    def network(self) -> str: ...

    @property
    def has_spoken(self) -> bool: ...


C = TypeVar("C", bound=WaitingConnection)


class WaitingRoom(Generic[C]):
    """Waiting connections by network, those that have waited longest first.

    One network fills at most `per_network` places. In a full house the network that fills most of them gives one up,
    so that a flood from one address drops nobody at another. Within a network a connection without a byte goes first:
    during the PIN dialog the browser has said its hello.
    """

    def __init__(self, *, per_network: int) -> None:
        self._per_network = per_network
        self._networks: dict[str, dict[C, None]] = {}

    def __iter__(self) -> Iterator[C]:
        return (connection for waiting in self._networks.values() for connection in waiting)

    def enter(self, connection: C) -> None:
        self._networks.setdefault(connection.network, {}).setdefault(connection)

    def leave(self, connection: C) -> None:
        waiting = self._networks.get(connection.network, {})
        waiting.pop(connection, None)
        if not waiting:
            self._networks.pop(connection.network, None)

    def too_many(self, newcomer: C, *, is_full: bool) -> C | None:
        """Take out the connection that has to go because of the newcomer, and return it; None if all may stay."""
        network = self._networks[newcomer.network]
        if is_full:
            network = max(self._networks.values(), key=len)
        elif len(network) <= self._per_network:
            return None
        gone = next((one for one in network if not one.has_spoken and one is not newcomer), next(iter(network)))
        self.leave(gone)
        return gone
