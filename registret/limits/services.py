"""Rate limits: fixed windows, counted in the database so that all nodes count together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import ClassVar

from django.conf import settings
from django.db import connection

from registret.kernel.refused import Refused
from registret.kernel.secret import derived
from registret.limits.models import Count


@dataclass(kw_only=True, eq=False)
class TooMany(Refused):
    """The limit is reached; `again_at` is when the next window begins."""

    code: ClassVar[str] = "limits.too_many"
    status: ClassVar[int] = 429
    what: str
    again_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` times per `per`, for each subject. `what` is a stable word for the log."""

    what: str
    most: int
    per: timedelta


_UPSERT = """
INSERT INTO limits_count (key, window_start, taken) VALUES (%s, %s, 1)
ON CONFLICT (key, window_start) DO UPDATE SET taken = limits_count.taken + 1
RETURNING taken
"""


def take(*, limit: Limit, subject: str, at: datetime) -> None:
    """Counts one. Call it outside a transaction: the count must outlive the refusal.

    Raises: TooMany.
    """
    start = _window(limit, at)
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [_key(limit, subject), start])
        taken = cursor.fetchone()[0]
    if taken > limit.most:
        raise TooMany(what=limit.what, again_at=start + limit.per)


def network_subject(network: str | None) -> str:
    """What a limit counts an IP address as: one connection has an IPv4 address, or at least 64 bits of IPv6."""
    if not network:
        return ""
    address = ip_address(network)
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((address.packed, 64), strict=False))


def forget_old(*, at: datetime) -> int:
    """Removes counts of windows that began more than two days ago; answers how many."""
    return Count.objects.filter(window_start__lt=at - timedelta(days=2)).delete()[0]


def _key(limit: Limit, subject: str) -> bytes:
    return derived(key=settings.LINK_KEY, purpose="limit", parts=(limit.what, subject))


def _window(limit: Limit, at: datetime) -> datetime:
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return at - ((at - epoch) % limit.per)
