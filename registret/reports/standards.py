"""The country's rates as editions tell them, and what they expect of a clinic's own patients.

A month is judged by the rates of the period that it was told in; one that no edition has told of, by the newest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from registret.registries.indicators import EXPECTED
from registret.registries.measuring import ALL, Indicator, expected_group
from registret.reports.counts import Counts
from registret.reports.models import EditionCell
from registret.reports.periods import Months

Key = tuple[str, str]
ByGroup = Mapping[tuple[str, date], Counts]
"""By stratum and month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Of one group of patients, or several, in the country. `patients`: to the nearest five at each part of it."""

    events: int
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """Of a ratio. `periods`: of each, the rates by group; the oldest first."""

    periods: Mapping[Months, Mapping[str, Rate]]

    @property
    def newest(self) -> Months | None:
        return max(self.periods, key=lambda one: one.first, default=None)

    def expected(self, group: str, month: date, patients: int) -> float:
        """How many events the rates give for so many patients; 0 before any edition has told one."""
        period = next((one for one in self.periods if one.first <= month <= one.last), self.newest)
        rate = self._rate(self.periods[period], group) if period else None
        return patients * rate.events / rate.patients if rate else 0.0

    def _rate(self, rates: Mapping[str, Rate], group: str) -> Rate:
        """That of the group, or of those that it was put together with."""
        codes = group.partition(":")[2].split(".")
        names = (expected_group(codes[:length]) for length in range(len(codes), -1, -1))
        return next(rates[name] for name in names if name in rates)


def standards(indicators: Collection[Indicator]) -> Mapping[Key, Standard]:
    """Return the standard of each ratio. One query, and none if there is no ratio."""
    ratios = {one.key: one for one in indicators if one.is_ratio}
    found: dict[Key, defaultdict[Months, dict[str, Rate]]] = {key: defaultdict(dict) for key in ratios}
    if not ratios:
        return {}
    cells = EditionCell.objects.filter(
        sub_registry__in={sub_registry for sub_registry, _code in ratios},
        indicator__in={code for _sub_registry, code in ratios},
        region=None,
        stratum__startswith=f"{EXPECTED}:",
    )
    for cell in cells.order_by("first", "stratum"):
        key = cell.sub_registry, cell.indicator
        if key in ratios and cell.version == ratios[key].definition.version and cell.patients:
            period = Months(first=cell.first, last=cell.last)
            found[key][period][cell.stratum] = Rate(events=cell.reached, patients=cell.patients)
    return {key: Standard(periods=periods) for key, periods in found.items()}


def with_expected(counted: ByGroup, standard: Standard | None) -> ByGroup:
    """Return the counts of a ratio, each group's and the whole's with how many events were expected."""
    if standard is None:
        return counted
    found = dict(counted)
    of_month: defaultdict[date, float] = defaultdict(float)
    for (group, month), counts in counted.items():
        if group != ALL:
            expected = standard.expected(group, month, counts.n)
            found[group, month] = replace(counts, expected=expected)
            of_month[month] += expected
    for month, expected in of_month.items():
        found[ALL, month] = replace(found[ALL, month], expected=expected)
    return found


def is_within(group: str, pool: str) -> bool:
    """Return whether a group is one of those that have this rate together."""
    return pool in {group, expected_group(())} or group.startswith(f"{pool}.")


def strata_of(indicators: Collection[Indicator]) -> list[str]:
    """Which cells the whole of these indicators, and what is expected of it, are computed from."""
    return [ALL, *dict.fromkeys(group for one in indicators for group in one.expected_groups)]
