"""What the registry office reads about revocation lists, and what everybody who looks after others is warned of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from registret.revocation.queries import UpkeepRow, upkeep
from registret.revocation.sources import ListStanding
from registret.revocation.trust import revocation


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """A list as it stands, and how fetching it goes (None if it is not fetched, or has not been yet)."""

    standing: ListStanding
    upkeep: UpkeepRow | None
    minutes: int | None

    @property
    def name(self) -> str:
        return self.standing.anchor.common_name

    @property
    def trouble(self) -> bool:
        return self.standing.decides and self.standing.is_trouble

    @property
    def is_fetched(self) -> bool:
        return self.standing.anchor.crl_url is not None

    @property
    def has_responder(self) -> bool:
        return self.standing.anchor.ocsp_url is not None

    @property
    def grace_hours(self) -> int:
        return self.standing.anchor.grace // timedelta(hours=1)


def list_lines(*, at: datetime) -> tuple[ListLine, ...]:
    """Those on which logins depend first, and among them those that are in trouble."""
    known = upkeep()
    lines = [_line(standing, known.get(standing.anchor.fingerprint), at) for standing in revocation().standings(at=at)]
    return tuple(sorted(lines, key=lambda line: (not line.trouble, not line.standing.decides)))


def _line(standing: ListStanding, row: UpkeepRow | None, at: datetime) -> ListLine:
    age = at - standing.this_update if standing.this_update else None
    return ListLine(
        standing=standing,
        upkeep=row if standing.anchor.crl_url else None,
        minutes=int(age.total_seconds() // 60) if age is not None else None,
    )


def late_lists(*, at: datetime) -> tuple[ListStanding, ...]:
    """The lists to warn of. From memory: every page asks."""
    return tuple(s for s in revocation().standings(at=at) if s.decides and s.is_trouble)
