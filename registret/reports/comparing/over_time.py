"""An indicator at the own clinic, quarter by quarter, and whether its level has moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from registret.access.actor import Actor
from registret.kernel.sweden import months_later
from registret.registries.measuring import ALL, Indicator
from registret.registries.queries import closed_since, indicators_of, sub_registries
from registret.reports.comparing.figures import IndicatorFigures, figures_over_time, indicator_for, readable
from registret.reports.counts import Counts, Figure, figure_of
from registret.reports.periods import (
    QUARTERS,
    Months,
    closed_years,
    first_of_quarters,
    last_complete,
    quarter_of,
    this_month,
)
from registret.reports.role import as_reports_role
from registret.reports.standards import standards, strata_of, with_expected
from registret.reports.statistics.run_charts import RunChart, run_chart
from registret.reports.sums import sums

ENOUGH: Final = 5
"""A figure of fewer patients is not put before people who did not ask for it, and a quarter of fewer does not count
where it is judged whether the level has moved."""
TRIED: Final = 4
"""So many indicators are looked at for the one to put before people, after each login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """`first`: the first day. `number`: 1 to 4."""

    first: date
    figure: Figure

    @property
    def number(self) -> int:
        return self.first.month // 3 + 1

    @property
    def is_enough(self) -> bool:
        return self.figure.estimate is not None and self.figure.n >= ENOUGH


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """Complete quarters, in the order of time; of a sub-registry that is closed, up to the last in which the clinic
    registered. `runs`: of those that count (`Quarter.is_enough`), None if there are none."""

    quarters: tuple[Quarter, ...]
    runs: RunChart | None

    @property
    def judged(self) -> tuple[Quarter, ...]:
        return tuple(one for one in self.quarters if one.is_enough)

    @property
    def is_empty(self) -> bool:
        return not any(one.figure.estimate for one in self.quarters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """One indicator of the own clinic. `now`: of twelve months, `months_now`."""

    indicator: Indicator
    now: Figure
    months_now: Months
    over_time: OverTime


_ByMonth = Mapping[date, Counts]


@as_reports_role()
def over_time(*, actor: Actor, sub_registry: str, code: str, at: datetime) -> OverTime:
    """Return the own clinic's last quarters that are complete. Raises: NotPermitted, NotFound."""
    indicator = indicator_for(actor, sub_registry, code)
    return _over_time(indicator, _by_month([indicator], actor=actor, at=at).get(indicator.key, {}), at=at)


def over_time_of(found: IndicatorFigures, *, at: datetime) -> OverTime:
    """Return the same of an indicator whose months were read with its figures. No query."""
    return _over_time(found.indicator, found.by_month, at=at)


@as_reports_role()
def highlight(*, actor: Actor, at: datetime) -> Highlight | None:
    """Return the first indicator, in the order of the reports, in which enough of the own clinic's patients of the last
    twelve months count: rather one that says whether the level has moved, and is told of the region and the country, if
    one of the first `TRIED` does. None if there is no such. What is closed has none. Raises: NotPermitted."""
    mine = readable(actor)
    readable_now = [one.code for one in sub_registries() if one.code in mine and not one.is_over]
    indicators = [each for code in readable_now for each in indicators_of(code)]
    tried = _with_enough(indicators, actor=actor, at=at)[:TRIED]
    figures = figures_over_time(tried, actor=actor, at=at) if tried else ()
    found = [(one, over_time_of(one, at=at)) for one in figures if one.now.n >= ENOUGH and one.now.estimate]
    if not found:
        return None
    chosen, moved = max(found, key=lambda pair: _is_beside_others(pair[0]) and _has_verdict(pair[1]))
    return Highlight(indicator=chosen.indicator, now=chosen.now, months_now=chosen.months_now, over_time=moved)


def _is_beside_others(found: IndicatorFigures) -> bool:
    told = (found.compared.region, found.compared.country) if found.compared else ()
    return bool(told) and all(one is not None and one.estimate is not None for one in told)


def _has_verdict(found: OverTime) -> bool:
    """Whether it can be said if the level has moved."""
    return found.runs is not None and found.runs.moved is not None


def _with_enough(indicators: Sequence[Indicator], *, actor: Actor, at: datetime) -> list[Indicator]:
    """Those of which the cells of some of the last months count enough."""
    longest = max((one.definition.lag_months for one in indicators), default=0)
    months = Months(first=months_later(this_month(at), -12 - longest), last=this_month(at))
    counted = sums(indicators, months, "stratum", clinic_id=actor.seat.clinic_id, strata=[ALL])
    return [one for one in indicators if counted.get(one.key, {}).get(ALL, Counts()).n >= ENOUGH]


def _over_time(indicator: Indicator, by_month: _ByMonth, *, at: datetime) -> OverTime:
    end = _end(indicator, by_month, at=at)
    counts: defaultdict[date, Counts] = defaultdict(Counts)
    for month, found in by_month.items():
        counts[quarter_of(month)] += found
    firsts = [months_later(end, -3 * number) for number in range(QUARTERS, 0, -1)]
    quarters = tuple(Quarter(first=first, figure=figure_of(counts[first], indicator)) for first in firsts)
    values = [one.figure.estimate.value for one in quarters if one.is_enough and one.figure.estimate]
    return OverTime(quarters=quarters, runs=run_chart(values) if values else None)


def _end(indicator: Indicator, by_month: _ByMonth, *, at: datetime) -> date:
    """Up to here, and not including it, months are complete."""
    lag = indicator.definition.lag_months
    closed = closed_years(closed_since(indicator.sub_registry), until=last_complete(lag, at=at))
    if closed is not None:
        latest = max((month for month in by_month if month <= closed.last), default=closed.last)
        return months_later(quarter_of(latest), 3)
    return quarter_of(months_later(this_month(at), -lag))


def _by_month(
    indicators: Sequence[Indicator], *, actor: Actor, at: datetime
) -> Mapping[tuple[str, str], Mapping[date, Counts]]:
    """What the own clinic counted of each indicator in each month that may be told."""
    starts = [
        first_of_quarters(one.definition.lag_months, closed=closed_since(one.sub_registry), at=at) for one in indicators
    ]
    months = Months(first=min(starts, default=this_month(at)), last=this_month(at))
    clinic = actor.seat.clinic_id
    counted = sums(indicators, months, "stratum", "month", clinic_id=clinic, strata=strata_of(indicators))
    expected = standards(indicators)
    return {
        key: {month: counts for (group, month), counts in with_expected(of_one, expected.get(key)).items() if not group}
        for key, of_one in counted.items()
    }
