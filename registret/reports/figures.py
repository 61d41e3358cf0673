"""Figures of indicators for a clinic: its own as they are now, and those of others where they may be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Sum

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.kernel.sweden import day_of, months_later
from registret.places.queries import clinic, every_clinic
from registret.registries.indicators import UNKNOWN_GROUP
from registret.registries.measuring import ALL, Indicator
from registret.registries.queries import indicators_of
from registret.reports.counts import Counts
from registret.reports.models import Cell
from registret.reports.statistics.intervals import Estimate, median, proportion
from registret.reports.suppression import Areas, ShownAreas, shown, shown_groups

_MONTHS: Final = 12
TOTALS: Final = {f"all_{name}": Sum(name) for name in ("reached", "not_reached", "valued", "missing", "unplaced")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Months, by their first days, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`estimate`: None where there is nobody, or of a median too few. `x`: of a share, who reached the outcome."""

    n: int
    x: int | None
    estimate: Estimate | None
    missing: int
    unplaced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The own clinic beside others, of one period. `region`, `country`: None where they may not be told."""

    own: Figure
    region: Figure | None
    country: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFigures:
    """`now`: of the own clinic, to this day. `compared`: of the last months that are complete (`period`)."""

    indicator: Indicator
    now: Figure
    months_now: Months
    compared: Compared
    period: Months


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """Of one group of a stratum; `code` may be that of those that no group takes."""

    code: str
    compared: Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class OneIndicator:
    """`strata`: by code, its groups in their order."""

    figures: IndicatorFigures
    strata: Mapping[str, tuple[GroupFigures, ...]]
    region_name: str


def readable(actor: Actor) -> frozenset[str]:
    """Return the sub-registries whose reports the actor reads. Raises: NotPermitted (not at a clinic)."""
    if actor.seat.clinic_id is None or not actor.may(Permission.READ_REPORTS):
        raise NotPermitted()
    return actor.seat.sub_registries_for(Permission.READ_REPORTS)


def indicator_for(actor: Actor, sub_registry: str, code: str) -> Indicator:
    """Return an indicator whose figures the actor reads. Raises: NotPermitted, NotFound."""
    if sub_registry not in readable(actor):
        raise NotFound()
    indicator = next((one for one in indicators_of(sub_registry) if one.code == code), None)
    if indicator is None:
        raise NotFound()
    return indicator


def overview(*, actor: Actor, sub_registry: str, at: datetime) -> tuple[IndicatorFigures, ...]:
    """All indicators of a sub-registry, in the order of their file. Raises: NotPermitted, NotFound."""
    if sub_registry not in readable(actor):
        raise NotFound()
    cells = _Cells(actor, indicators_of(sub_registry), [ALL], at=at)
    return tuple(_figures(indicator, cells) for indicator in indicators_of(sub_registry))


def one_indicator(*, actor: Actor, sub_registry: str, code: str, at: datetime) -> OneIndicator:
    """One indicator with its groups. Raises: NotPermitted, NotFound."""
    indicator = indicator_for(actor, sub_registry, code)
    cells = _Cells(actor, [indicator], None, at=at)
    return OneIndicator(
        figures=_figures(indicator, cells),
        strata={stratum.code: _groups(indicator, stratum.code, cells) for stratum in indicator.strata},
        region_name=cells.region_name,
    )


_Sums = Mapping[tuple[str, str], Counts]
"""By indicator and stratum."""


class _Cells:
    """The cells of some indicators of a sub-registry, summed: of the own clinic, its region and the country.

    `strata`: None is all. A few queries for each lag that the indicators have, whatever their number.
    """

    def __init__(
        self, actor: Actor, indicators: Sequence[Indicator], strata: Collection[str] | None, *, at: datetime
    ) -> None:
        own = clinic(actor.seat.clinic_id or 0)
        if own is None:
            raise NotPermitted()
        self.region_name = own.region
        region = [row.id for row in every_clinic() if row.region == own.region]
        self._this_month = day_of(at).replace(day=1)
        self.months_now = _year_until(self._this_month)
        self._now = _sums(indicators, self.months_now, [own.id], strata)
        self._areas: dict[int, tuple[_Sums, _Sums, _Sums]] = {}
        for lag in {one.definition.lag_months for one in indicators}:
            alike = [one for one in indicators if one.definition.lag_months == lag]
            period = self._complete(lag)
            own_sums, region_sums = (_sums(alike, period, ids, strata) for ids in ([own.id], region))
            self._areas[lag] = (own_sums, region_sums, _sums(alike, period, None, strata))

    def period(self, indicator: Indicator) -> Months:
        return self._complete(indicator.definition.lag_months)

    def now(self, indicator: Indicator) -> Counts:
        return self._now.get((indicator.code, ALL), Counts())

    def areas(self, indicator: Indicator, stratum: str) -> Areas:
        sums = self._areas[indicator.definition.lag_months]
        own, region, country = (one.get((indicator.code, stratum), Counts()) for one in sums)
        return Areas(own=own, region=region, country=country)

    def _complete(self, lag: int) -> Months:
        return _year_until(months_later(self._this_month, -1 - lag))


def _year_until(month: date) -> Months:
    return Months(first=months_later(month, 1 - _MONTHS), last=month)


def _sums(
    indicators: Sequence[Indicator], period: Months, clinic_ids: Collection[int] | None, strata: Collection[str] | None
) -> _Sums:
    """`clinic_ids` None: of all clinics; `strata` None: all."""
    versions = {one.code: one.definition.version for one in indicators}
    cells = Cell.objects.filter(
        sub_registry__in={one.sub_registry for one in indicators},
        indicator__in=versions,
        month__range=(period.first, period.last),
    )
    if clinic_ids is not None:
        cells = cells.filter(clinic_id__in=clinic_ids)
    if strata is not None:
        cells = cells.filter(stratum__in=strata)
    found: defaultdict[tuple[str, str], Counts] = defaultdict(Counts)
    for row in cells.values("indicator", "version", "stratum", "value").annotate(**TOTALS):
        if row["version"] == versions[row["indicator"]]:
            found[row["indicator"], row["stratum"]] += counts_of(row)
    return found


def counts_of(row: Mapping[str, Any]) -> Counts:
    """The counts of a row of `TOTALS`, by value."""
    return Counts(
        reached=row["all_reached"],
        not_reached=row["all_not_reached"],
        missing=row["all_missing"],
        unplaced=row["all_unplaced"],
        values={row["value"]: row["all_valued"]} if row["value"] is not None else {},
    )


def _figures(indicator: Indicator, cells: _Cells) -> IndicatorFigures:
    areas = cells.areas(indicator, ALL)
    return IndicatorFigures(
        indicator=indicator,
        now=figure_of(cells.now(indicator), indicator),
        months_now=cells.months_now,
        compared=_compared(areas, shown(areas, fewest=indicator.definition.fewest.others), indicator),
        period=cells.period(indicator),
    )


def _groups(indicator: Indicator, stratum: str, cells: _Cells) -> tuple[GroupFigures, ...]:
    """Those of the definition, in their order, and the unknown one if the reader may know that anybody is in it."""
    defined = [group.code for one in indicator.strata if one.code == stratum for group in one.group]
    areas = {code: cells.areas(indicator, f"{stratum}:{code}") for code in (*defined, UNKNOWN_GROUP)}
    fewest = indicator.definition.fewest.others
    told = shown_groups(areas, fewest=fewest)
    # With the total hidden, the groups together would be it.
    whole = shown(cells.areas(indicator, ALL), fewest=fewest)
    found = {code: _compared(areas[code], _only_with(whole, told[code]), indicator) for code in areas}
    unknown = found[UNKNOWN_GROUP]
    if not unknown.own.n and not (unknown.country and unknown.country.n):
        del found[UNKNOWN_GROUP]
    return tuple(GroupFigures(code=code, compared=compared) for code, compared in found.items())


def _only_with(whole: ShownAreas, part: ShownAreas) -> ShownAreas:
    return ShownAreas(
        region=part.region if whole.region is not None else None,
        country=part.country if whole.country is not None else None,
    )


def _compared(areas: Areas, others: ShownAreas, indicator: Indicator) -> Compared:
    return Compared(
        own=figure_of(areas.own, indicator),
        region=None if others.region is None else figure_of(others.region, indicator),
        country=None if others.country is None else figure_of(others.country, indicator),
    )


def figure_of(counts: Counts, indicator: Indicator) -> Figure:
    """What counts come to, with the interval that belongs to the kind of indicator."""
    if indicator.is_share:
        estimate = proportion(counts.reached, counts.n)
    else:
        estimate = median({float(value): number for value, number in counts.values.items()})
    return Figure(
        n=counts.n,
        x=counts.reached if indicator.is_share else None,
        estimate=estimate,
        missing=counts.missing,
        unplaced=counts.unplaced,
    )
