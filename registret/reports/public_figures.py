"""What editions tell the public: of the country and its regions, in periods that are each told once.

Only rows that were marked as public when their edition was made. Whether an indicator is public at all is decided by
the office (`publishing`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from registret.registries.measuring import ALL, Indicator
from registret.reports.counts import Figure
from registret.reports.models import REGISTERED, EditionCell
from registret.reports.periods import Months, latest_year
from registret.reports.role import as_reports_role
from registret.reports.statistics.intervals import proportion
from registret.reports.told import EditionRow, edition_row, figure_told, months_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A region by its county code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPeriod:
    """`edition`: the newest that tells of these months. `regions`: those that are told, by name."""

    months: Months
    edition: EditionRow
    country: Figure
    regions: Mapping[Area, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFigures:
    """`periods`: each as it was told, the oldest first. `has_other_versions`: months are told of the indicator as it
    was defined before, and stand nowhere here."""

    indicator: Indicator
    periods: Sequence[PublicPeriod]
    has_other_versions: bool

    @property
    def latest(self) -> PublicPeriod | None:
        """Of the latest year, of a median its last period; None if nothing is told."""
        return self._together(self.periods)

    def of_year(self, year: int) -> PublicPeriod | None:
        """Of the newest months of a calendar year that follow one another; None if none are told."""
        return self._together([one for one in self.periods if one.months.first.year == year])

    def _together(self, periods: Sequence[PublicPeriod]) -> PublicPeriod | None:
        chosen = set(latest_year(one.months for one in periods))
        whole = [one for one in periods if one.months in chosen]
        if len(whole) < 2 or not self.indicator.is_share:
            # Medians cannot be summed.
            return whole[-1] if whole else None
        everywhere = set(whole[0].regions).intersection(*(one.regions for one in whole[1:]))
        return PublicPeriod(
            months=Months(first=whole[0].months.first, last=whole[-1].months.last),
            edition=whole[-1].edition,
            country=_sum(one.country for one in whole),
            regions={area: _sum(one.regions[area] for one in whole) for area in whole[0].regions if area in everywhere},
        )


@as_reports_role()
def years_told() -> tuple[int, ...]:
    """Return the calendar years of which any indicator may be told to the public, the newest first."""
    firsts = (
        EditionCell.objects.filter(is_public=True).exclude(indicator=REGISTERED).dates("first", "year", order="DESC")
    )
    return tuple(one.year for one in firsts)


@as_reports_role()
def public_figures(indicators: Collection[Indicator]) -> Mapping[tuple[str, str], PublicFigures]:
    """Return what the public may be told of each indicator (`Indicator.key`). One query."""
    cells = EditionCell.objects.select_related("edition", "region").filter(
        sub_registry__in={one.sub_registry for one in indicators},
        indicator__in={one.code for one in indicators},
        stratum=ALL,
        is_public=True,
    )
    found: defaultdict[tuple[str, str], list[EditionCell]] = defaultdict(list)
    for cell in cells.order_by("first", "region__name"):
        found[cell.sub_registry, cell.indicator].append(cell)
    return {one.key: _figures(one, found[one.key]) for one in indicators}


def _figures(indicator: Indicator, cells: Sequence[EditionCell]) -> PublicFigures:
    by_months: defaultdict[Months, list[EditionCell]] = defaultdict(list)
    for cell in cells:
        if cell.version == indicator.definition.version:
            by_months[months_of(cell)].append(cell)
    return PublicFigures(
        indicator=indicator,
        periods=[_period(indicator, months, of_months) for months, of_months in by_months.items()],
        has_other_versions=any(cell.version != indicator.definition.version for cell in cells),
    )


def _period(indicator: Indicator, months: Months, cells: Sequence[EditionCell]) -> PublicPeriod:
    """A region is told of only if the country is."""
    country = next(cell for cell in cells if cell.region is None)
    return PublicPeriod(
        months=months,
        edition=edition_row(country.edition),
        country=figure_told(indicator, [country]),
        regions={
            Area(code=cell.region.code, name=cell.region.name): figure_told(indicator, [cell])
            for cell in cells
            if cell.region is not None
        },
    )


def _sum(figures: Iterable[Figure]) -> Figure:
    """Of a share in several periods. What is missing is told if it is told of each."""
    of_all = list(figures)
    n, reached = sum(one.n for one in of_all), sum(one.x or 0 for one in of_all)
    missing = [one.missing for one in of_all if one.missing is not None]
    return Figure(
        n=n,
        x=reached,
        estimate=proportion(reached, n),
        missing=sum(missing) if len(missing) == len(of_all) else None,
        unplaced=0,
    )
