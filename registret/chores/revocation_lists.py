"""Fetches revocation lists, and logs those that were refused, have become late or too old."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.revocation.services import FetchedList, Happened, RevocationEvent, fetch_due, fetch_now, tell_of_age
from registret.revocation.trust import revocation, trust


def keep_lists_fresh() -> None:
    """Fetch the lists that are due, then log those whose age has passed a limit."""
    fetch_due(trust=trust(), at=timezone.now, tell=record_list_event)
    revocation().refresh()
    at = timezone.now()
    tell_of_age(standings=revocation().standings(at=at), at=at, tell=record_list_event)


def fetch_lists(*, anew: Sequence[str] = ()) -> tuple[FetchedList, ...]:
    """Fetch all lists now; those of the anchors named in `anew` even if their numbers go back."""
    return fetch_now(trust=trust(), anew=anew, at=timezone.now, tell=record_list_event)


def record_list_event(happened: Happened) -> None:
    refused = happened.event is not RevocationEvent.LIST_REPLACED
    record(
        event=Event(happened.event),
        outcome="refused" if refused else "done",
        by=By.of_program("lists"),
        at=happened.at,
        facts={"issuer": happened.issuer} | happened.facts,
    )
