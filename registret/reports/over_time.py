"""An indicator at the own clinic, quarter by quarter, and whether its level has moved."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from registret.access.actor import Actor
from registret.kernel.sweden import day_of, months_later
from registret.registries.measuring import ALL
from registret.reports.counts import Counts
from registret.reports.figures import TOTALS, Figure, counts_of, figure_of, indicator_for
from registret.reports.models import Cell
from registret.reports.statistics.run_charts import RunChart, run_chart

QUARTERS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """`first`: the first day. `number`: 1 to 4."""

    first: date
    figure: Figure

    @property
    def number(self) -> int:
        return self.first.month // 3 + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """Complete quarters, in the order of time. `runs`: None if nobody was counted in any of them."""

    quarters: tuple[Quarter, ...]
    runs: RunChart | None


def over_time(*, actor: Actor, sub_registry: str, code: str, at: datetime) -> OverTime:
    """Return the own clinic's last quarters that are complete. Raises: NotPermitted, NotFound."""
    indicator = indicator_for(actor, sub_registry, code)
    # Up to here, and not including it, months are complete.
    end = _quarter_of(months_later(day_of(at).replace(day=1), -indicator.definition.lag_months))
    cells = Cell.objects.filter(
        sub_registry=indicator.sub_registry,
        indicator=indicator.code,
        version=indicator.definition.version,
        stratum=ALL,
        clinic_id=actor.seat.clinic_id or 0,
        month__gte=months_later(end, -3 * QUARTERS),
        month__lt=end,
    )
    counts: defaultdict[date, Counts] = defaultdict(Counts)
    for row in cells.values("month", "value").annotate(**TOTALS):
        counts[_quarter_of(row["month"])] += counts_of(row)
    firsts = [months_later(end, -3 * number) for number in range(QUARTERS, 0, -1)]
    quarters = tuple(Quarter(first=first, figure=figure_of(counts[first], indicator)) for first in firsts)
    values = [one.figure.estimate.value for one in quarters if one.figure.estimate]
    return OverTime(quarters=quarters, runs=run_chart(values) if values else None)


def _quarter_of(month: date) -> date:
    """The first day of the quarter in which the first day of a month lies."""
    return month.replace(month=(month.month - 1) // 3 * 3 + 1)
