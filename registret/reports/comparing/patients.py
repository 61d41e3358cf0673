"""Vilka är de: the own patients behind a figure. Reading them is an act that the log records."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedEpisode:
    """`value`: of a median, where it is known."""

    row: ListedEpisode
    value: Decimal | None


def is_highest_first(indicator: Indicator) -> bool:
    """Whether the worst values of a median are the high ones."""
    return indicator.definition.better is not Better.MORE


def behind(
    *, actor: Actor, indicator: Indicator, period: Months, outcomes: Collection[CountedAs], at: datetime
) -> tuple[CountedEpisode, ...]:
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
        ordered = found.order_by(*worst, "-month", "-episode_id").values_list("episode_id", "value")[:MOST]
        values = dict(ordered)
        rows = episodes_among(actor=actor, episode_ids=list(values), at=at)
        if worst:
            places = list(values)
            rows = tuple(sorted(rows, key=lambda row: places.index(row.id)))
        return tuple(CountedEpisode(row=row, value=values[row.id]) for row in rows)
