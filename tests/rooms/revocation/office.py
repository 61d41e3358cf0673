"""A CA that publishes lists at a server, and a node that fetches them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding

from registret.cards import Anchor, Trust
from registret.revocation.queries import UpkeepRow, upkeep
from registret.revocation.services import FetchedList, Happened, RevocationEvent, fetch_due, fetch_now
from tests.pki import Pki
from tests.rooms.revocation.liar import Liar

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(kw_only=True)
class Office:
    """The clock stands until it is moved."""

    pki: Pki
    liar: Liar
    now: datetime
    told: list[Happened] = field(default_factory=list)

    @property
    def anchor(self) -> Anchor:
        return replace(self.pki.anchor(), crl=None, crl_url=self.liar.address)

    @property
    def trust(self) -> Trust:
        return Trust(anchors=(self.anchor,), accept_test=True)

    def crl(self, *serials: int, number: int = 5, this: datetime | None = None, until: datetime | None = None) -> bytes:
        this = this or self.now - MINUTE
        crl = self.pki.authority.issuer("hsa").crl(
            [(serial, this) for serial in serials],
            this_update=this,
            next_update=until or self.now + 2 * DAY,
            number=number,
        )
        return crl.public_bytes(Encoding.DER)

    def fetch(self) -> FetchedList:
        (one,) = fetch_now(trust=self.trust, at=self.clock, tell=self.told.append)
        return one

    def fetch_due(self) -> tuple[FetchedList, ...]:
        return fetch_due(trust=self.trust, at=self.clock, tell=self.told.append)

    def clock(self) -> datetime:
        return self.now

    @property
    def row(self) -> UpkeepRow:
        return upkeep()[self.anchor.fingerprint]

    def events(self) -> list[RevocationEvent]:
        return [happened.event for happened in self.told]
