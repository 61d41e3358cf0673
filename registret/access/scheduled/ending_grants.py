"""Letters before a grant ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from registret.access.models import Grant
from registret.access.notices import first, write_to
from registret.access.scheduled.clock import Clock, Done, each, noticed
from registret.accounts.lifecycle import AccountState
from registret.kernel.sweden import day_of
from registret.time_limits.lengths import TimeLimit


def warn_of_end(clock: Clock) -> Iterator[Done]:
    """Before a grant ends: a first letter, unless it was shorter than that from the beginning, and a last one."""
    soon = clock.ahead(TimeLimit.WARN_OF_END)
    is_last = Q(ends_at__lte=clock.ahead(TimeLimit.WARN_OF_END_AGAIN))
    ending = Grant.objects.not_ended(at=clock.at).filter(ends_at__lte=soon)
    ending = ending.filter(account__state=AccountState.CONFIRMED).select_related("account", "clinic")
    ending = ending.filter(
        (is_last & ~noticed("grant_ends", occasion="last")) | (~is_last & ~noticed("grant_ends", occasion="first"))
    )
    for grant in each(ending):
        if _warned_of_end(clock, grant):
            yield Done(what="warned of the end", subject=f"grant {grant.id}")


@transaction.atomic
def _warned_of_end(clock: Clock, grant: Grant) -> bool:
    is_last = clock.ahead(TimeLimit.WARN_OF_END_AGAIN) >= grant.ends_at
    if not is_last and clock.limits[TimeLimit.WARN_OF_END].after(grant.begins_at) > grant.ends_at:
        return False
    here = Grant.objects.select_for_update(of=("self",), skip_locked=True)
    if not here.filter(id=grant.id, revoked_at=None).exists():
        return False
    if not first("grant_ends", grant.id, occasion="last" if is_last else "first", at=clock.at):
        return False
    place = grant.clinic.title if grant.clinic else settings.REGISTRY_NAME
    last_day = day_of(grant.ends_at - timedelta(seconds=1))
    write_to(grant.account_id, kind="grant_ends", role=grant.role, place=place, last_day=last_day, at=clock.at)
    return True
