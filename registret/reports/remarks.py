"""Anmärkningar: the own episodes in which a rule does not hold. How many there are: `completeness`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.records.reporting.listing import episodes_among
from registret.records.rows import ListedEpisode
from registret.records.scope import clinic_of, provider_scope
from registret.reports.models import Remark

MOST: Final = 100
"""So many episodes are shown, those that were begun last first."""


def with_remark(
    *, actor: Actor, sub_registry: str, step: str, rule: str, since: datetime, at: datetime
) -> Sequence[ListedEpisode]:
    """Return the episodes of the actor's clinic in which a rule does not hold, of those that began at or after `since`:
    a logged read.

    Raises: NotPermitted (the actor reads reports, and no patients).
    """
    with provider_scope(actor):
        own = Remark.objects.filter(clinic_id=clinic_of(actor), sub_registry=sub_registry)
        found = own.filter(step=step, rule=rule, episode__began_at__gte=since).order_by("-episode_id")
        ids = list(found.values_list("episode_id", flat=True)[:MOST])
        return episodes_among(actor=actor, episode_ids=ids, at=at)
