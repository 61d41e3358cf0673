"""Rate limits: windows that slide, counted in the database so that all nodes count together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from registret.database.durability import ASYNCHRONOUS_COMMIT, asynchronous_commit
from registret.kernel.refused import Refused
from registret.kernel.secret import derived
from registret.rate_limits.models import Count


class TooMany(Refused, code="limits.too_many", status=429):
    """The limit is reached; `again_at` is when one more is let through."""

    what: str
    again_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` times per `per`, for each subject, taking it that the uses of a window were spread evenly over it.
    `what` is a stable word for the log."""

    what: str
    most: int
    per: timedelta


_GRAIN: Final = timedelta(microseconds=1)

# The window before counts for the part of it that still lies within `per` of this moment. Rows are locked before the
# condition is looked at, so those who come at once are counted one after the other. What is refused is not counted.
# A count that is lost when the server falls harms nobody.
_TAKE = f"""
WITH before AS (
    SELECT COALESCE(MAX((LEAST(taken, %(most)s)::bigint * %(left)s + %(per)s - 1) / %(per)s), 0) AS weight,
        {ASYNCHRONOUS_COMMIT.format("%(asynchronous_commit)s")} AS asynchronous_commit
    FROM rate_limits_count WHERE key = %(key)s AND window_start = %(start_before)s
)
INSERT INTO rate_limits_count (key, window_start, taken)
SELECT %(key)s, %(start)s, 1 FROM before WHERE weight <= %(most)s AND asynchronous_commit IS NOT NULL
ON CONFLICT (key, window_start) DO UPDATE SET taken = rate_limits_count.taken + 1
WHERE rate_limits_count.taken + GREATEST(1, (SELECT weight FROM before)) <= %(most)s
RETURNING taken
"""  # noqa: S608


def take(*, limit: Limit, subject: str, at: datetime) -> None:
    """Counts one. Call it outside a transaction: the count must outlive the refusal.

    Raises: TooMany.
    """
    key, start = _key(limit, subject), _window(limit, at)
    asked: dict[str, bytes | datetime | int | str] = {
        "key": key,
        "start": start,
        "start_before": start - limit.per,
        "left": (start + limit.per - at) // _GRAIN,
        "per": limit.per // _GRAIN,
        "most": limit.most,
        "asynchronous_commit": asynchronous_commit(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, asked)
        if cursor.fetchone() is None:
            raise TooMany(what=limit.what, again_at=_again_at(limit, key, start))


def forget_old(*, at: datetime) -> int:
    """Removes counts of windows that began more than two days ago; returns how many."""
    return Count.objects.filter(window_start__lt=at - timedelta(days=2)).delete()[0]


def _key(limit: Limit, subject: str) -> bytes:
    return derived(key=settings.LINK_KEY, purpose="limit", parts=(limit.what, subject))


def _window(limit: Limit, at: datetime) -> datetime:
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return at - ((at - epoch) % limit.per)


def _again_at(limit: Limit, key: bytes, start: datetime) -> datetime:
    """When less of the window before is left than would fill the limit; if this one is full, when it ends."""
    taken = dict(Count.objects.filter(key=key).values_list("window_start", "taken"))
    before, room = taken.get(start - limit.per, 0), limit.most - taken.get(start, 0)
    return start + limit.per - (limit.per * room // before if room > 0 and before else timedelta(0))
