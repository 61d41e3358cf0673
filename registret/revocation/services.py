"""Keeping the lists fresh: one node fetches, all nodes get them, and the log is told what happened."""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Q

from registret.cards import Anchor, Trust
from registret.cards.revocation import CrlBroken, RevocationList, read_crl
from registret.revocation.fetch import FetchFailed, fetch
from registret.revocation.models import KeptCrl, Upkeep
from registret.revocation.sources import ListStanding

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a list; 100,000 entries are 3.5 MB."""
SECONDS: Final = 60.0
"""For one list in all."""
# Longer than one fetch takes, so a living fetcher is never overtaken.
LEASE: Final = timedelta(seconds=2 * SECONDS)
EVERY: Final = timedelta(hours=1)
"""A list is fetched at least so often: between two fetches a revoked card gets in."""
SOON: Final = timedelta(minutes=1)
WHILE_LATE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(minutes=15)
TOO_OLD: Final = "too_old"

_log = logging.getLogger(__name__)


class RevocationEvent(StrEnum):
    """What the log is told."""

    LIST_REPLACED = "revocation.list_replaced"
    FETCH_REFUSED = "revocation.fetch_refused"
    LIST_LATE = "revocation.list_late"
    LIST_TOO_OLD = "revocation.list_too_old"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """For the log, which is a room above this one: the caller writes it, in the transaction of what happened."""

    event: RevocationEvent
    issuer: str
    facts: dict[str, str | int | bool | None]
    at: datetime


class FetchOutcome(StrEnum):
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    BUSY = "busy"
    """Another process is fetching it at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedList:
    """How it went with one list. `fault`: a code (`words.revocation`) if it was refused; `number`: of the kept list."""

    anchor: Anchor
    outcome: FetchOutcome
    fault: str = ""
    number: int | None = None


Tell = Callable[[Happened], object]


def fetch_due(*, trust: Trust, at: Callable[[], datetime], tell: Tell) -> tuple[FetchedList, ...]:
    """Fetches the lists that are due and that nobody else is fetching. One small query if none is.

    `at` is the clock. A list is taken in a short transaction, fetched outside of it, and kept in another one.
    """
    anchors = {anchor.fingerprint: anchor for anchor in trust.anchors if anchor.crl_url}
    if not anchors:
        return ()
    now = at()
    waiting = set(
        Upkeep.objects.filter(anchor__in=anchors).exclude(_free(now) & _due(now)).values_list("anchor", flat=True)
    )
    results = [_fetched(a, at=at, tell=tell, only=_due, anew=False) for f, a in anchors.items() if f not in waiting]
    return tuple(result for result in results if result.outcome is not FetchOutcome.BUSY)


def fetch_now(
    *, trust: Trust, anew: Sequence[str] = (), at: Callable[[], datetime], tell: Tell
) -> tuple[FetchedList, ...]:
    """Fetches all lists, due or not. Those of the anchors named in `anew` are taken even if they go back: for a CA that
    has begun to count anew."""
    anchors = [anchor for anchor in trust.anchors if anchor.crl_url]
    return tuple(_fetched(a, at=at, tell=tell, only=_any, anew=a.name in anew) for a in anchors)


def tell_of_age(*, standings: Sequence[ListStanding], at: datetime, tell: Tell) -> None:
    """Tells the log of each list that has become late or too old, once for all nodes."""
    known = dict(Upkeep.objects.values_list("anchor", "told"))
    for standing in standings:
        state = TOO_OLD if not standing.lets_in else standing.state.value
        if not standing.decides or known.get(standing.anchor.fingerprint, "fresh") == state:
            continue
        with transaction.atomic():
            _know(standing.anchor)
            ours = Upkeep.objects.filter(anchor=standing.anchor.fingerprint).exclude(told=state)
            if ours.update(told=state) and standing.is_trouble:
                tell(_grown_old(standing, at))


def _grown_old(standing: ListStanding, at: datetime) -> Happened:
    until = standing.usable_until
    return Happened(
        event=RevocationEvent.LIST_LATE if standing.lets_in else RevocationEvent.LIST_TOO_OLD,
        issuer=standing.anchor.common_name,
        facts={
            "list_number": None if standing.number is None else str(standing.number),
            "usable_until": until.isoformat(timespec="minutes") if until else None,
        },
        at=at,
    )


def _fetched(
    anchor: Anchor, *, at: Callable[[], datetime], tell: Tell, only: Callable[[datetime], Q], anew: bool
) -> FetchedList:
    tries = _take(anchor, at(), only)
    if tries is None:
        return FetchedList(anchor=anchor, outcome=FetchOutcome.BUSY)
    try:
        content = fetch(anchor.crl_url or "", seconds=SECONDS, largest=LARGEST)
        found = read_crl(content, anchor)
        _require_of_now(found, anchor, at())
        return _keep(anchor, content, found, tries=tries, anew=anew, at=at(), tell=tell)
    except FetchFailed as no:
        return _failed(anchor, no.fault, no.detail, tries=tries, at=at(), tell=tell)
    except CrlBroken as no:
        return _failed(anchor, no.flaw, no.reason, tries=tries, at=at(), tell=tell)
    except _OutOfTime as no:
        return _failed(anchor, no.fault, "", tries=tries, at=at(), tell=tell)


@dataclass(kw_only=True, eq=False)
class _OutOfTime(Exception):
    fault: str


def _require_of_now(found: RevocationList, anchor: Anchor, at: datetime) -> None:
    """A list that could not decide is not taken. One that is late is: what it revokes is revoked."""
    if not found.has_begun(at):
        raise _OutOfTime(fault="not_begun")
    if at > found.next_update + anchor.grace:
        raise _OutOfTime(fault=TOO_OLD)


# --- one fetcher at a time --------------------------------------------------------------------------------------------


def _free(at: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=at)


def _due(at: datetime) -> Q:
    return Q(due_at=None) | Q(due_at__lte=at)


def _any(at: datetime) -> Q:
    return Q()


def _know(anchor: Anchor) -> None:
    Upkeep.objects.bulk_create([Upkeep(anchor=anchor.fingerprint)], ignore_conflicts=True)


def _take(anchor: Anchor, at: datetime, only: Callable[[datetime], Q]) -> int | None:
    """Which try this is, or None: another process fetches it, or has just done so."""
    _know(anchor)
    with transaction.atomic():
        free = Upkeep.objects.select_for_update(skip_locked=True).filter(_free(at), only(at))
        ours = free.filter(anchor=anchor.fingerprint).first()
        if ours is None:
            return None
        ours.tries += 1
        ours.tried_at = at
        ours.lease_until = at + LEASE
        ours.save(update_fields=["tries", "tried_at", "lease_until"])
        return ours.tries


def _mine(anchor: Anchor, tries: int) -> Upkeep | None:
    """The row, locked, if nobody has taken it since."""
    return Upkeep.objects.select_for_update().filter(anchor=anchor.fingerprint, tries=tries).first()


def _keep(
    anchor: Anchor, content: bytes, found: RevocationList, *, tries: int, anew: bool, at: datetime, tell: Tell
) -> FetchedList:
    """Raises: CrlBroken (it goes back)."""
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        ours = _mine(anchor, tries)
        if ours is None:
            return FetchedList(anchor=anchor, outcome=FetchOutcome.BUSY)
        before = KeptCrl.objects.filter(anchor=anchor.fingerprint).defer("content").first()
        if before is not None and not anew:
            found.must_follow(number=int(before.number), this_update=before.this_update)
        is_new = before is None or before.digest != digest
        if is_new:
            _replace(anchor, content, digest, found, at)
            tell(_replaced(anchor, found, anew=anew, at=at))
        ours.due_at, ours.lease_until = at + _pause(found, at), None
        ours.failures, ours.fault, ours.succeeded_at = 0, "", at
        ours.save(update_fields=["due_at", "lease_until", "failures", "fault", "succeeded_at"])
    return FetchedList(
        anchor=anchor, outcome=FetchOutcome.REPLACED if is_new else FetchOutcome.UNCHANGED, number=found.number
    )


def _replace(anchor: Anchor, content: bytes, digest: str, found: RevocationList, at: datetime) -> None:
    KeptCrl.objects.update_or_create(
        anchor=anchor.fingerprint,
        defaults={
            "content": content,
            "digest": digest,
            "number": found.number,
            "this_update": found.this_update,
            "next_update": found.next_update,
            "entries": len(found.serials),
            "kept_at": at,
        },
    )


def _replaced(anchor: Anchor, found: RevocationList, *, anew: bool, at: datetime) -> Happened:
    facts: dict[str, str | int | bool | None] = {"list_number": str(found.number), "entries": len(found.serials)}
    facts["next_update"] = found.next_update.isoformat(timespec="minutes")
    if anew:
        facts["anew"] = True
    return Happened(event=RevocationEvent.LIST_REPLACED, issuer=anchor.common_name, facts=facts, at=at)


def _failed(anchor: Anchor, fault: str, why: str, *, tries: int, at: datetime, tell: Tell) -> FetchedList:
    _log.warning("revocation list of %s was not fetched: %s", anchor.name, f"{fault} ({why})" if why else fault)
    with transaction.atomic():
        ours = _mine(anchor, tries)
        if ours is not None:
            if ours.fault != fault:
                # Once, and again when it is another one: a server that is down for a day is not a hundred events.
                facts: dict[str, str | int | bool | None] = {"fault": str(fault)}
                tell(Happened(event=RevocationEvent.FETCH_REFUSED, issuer=anchor.common_name, facts=facts, at=at))
            ours.failures, ours.fault = ours.failures + 1, str(fault)
            ours.due_at, ours.lease_until = at + _pause_after(ours.failures), None
            ours.save(update_fields=["failures", "fault", "due_at", "lease_until"])
    return FetchedList(anchor=anchor, outcome=FetchOutcome.REFUSED, fault=str(fault))


def _pause(found: RevocationList, at: datetime) -> timedelta:
    """An hour, or half of what is left of the list's time; up to a fifth less, so that fetches spread out."""
    left = found.next_update - at
    pause = WHILE_LATE if left <= timedelta(0) else max(SOON, min(EVERY, left / 2))
    return pause * random.uniform(0.8, 1)  # noqa: S311 (no secret)


def _pause_after(failures: int) -> timedelta:
    """1, 2, 4, 8, 15 minutes, and up to a quarter more."""
    doubled: int = 2 ** min(failures - 1, 10)
    return min(SOON * doubled, LONGEST_PAUSE) * random.uniform(1, 1.25)  # noqa: S311 (no secret)
