"""Vilka är de: the own patients behind a figure. Reading them is an act that the log records."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.records.reporting.listing import episodes_among
from registret.records.rows import ListedEpisode
from registret.records.scope import clinic_of, provider_scope
from registret.registries.indicators import Better
from registret.registries.measuring import CountedAs, Indicator
from registret.reports.models import Fact
from registret.reports.periods import Months

MOST: Final = 100
"""So many are shown, the latest arrivals first; of a median the worst values."""


def is_highest_first(indicator: Indicator) -> bool:
    """Whether the worst values of a median are the high ones."""
    return indicator.definition.better is not Better.MORE


def behind(
    *, actor: Actor, indicator: Indicator, period: Months, outcomes: Collection[CountedAs], at: datetime
) -> tuple[ListedEpisode, ...]:
    """Return the episodes of the own clinic that came to one of the outcomes.

    Raises: NotPermitted (the actor reads reports, and no patients).
    """
    with provider_scope(actor):
        found = Fact.objects.filter(
            clinic_id=clinic_of(actor),
            sub_registry=indicator.sub_registry,
            indicator=indicator.code,
            version=indicator.definition.version,
            month__range=(period.first, period.last),
            outcome__in=[one.value for one in outcomes],
        )
        worst = ["-value" if is_highest_first(indicator) else "value"] if indicator.is_median else []
        ids = list(found.order_by(*worst, "-month", "-episode_id").values_list("episode_id", flat=True)[:MOST])
        rows = episodes_among(actor=actor, episode_ids=ids, at=at)
        return tuple(sorted(rows, key=lambda row: ids.index(row.id))) if worst else rows
