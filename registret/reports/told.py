"""What editions tell of clinics, a region and the country.

This is the only way from figures of others to a page or a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

from django.db.models import Q

from registret.kernel.sweden import day_of
from registret.registries.measuring import ALL, Indicator
from registret.registries.queries import closed_since
from registret.reports.counts import Figure, as_standard, ratio_as_told
from registret.reports.judging import is_ratio_seldom_hidden, is_share_seldom_hidden
from registret.reports.models import Edition, EditionCell
from registret.reports.periods import Months, latest_year
from registret.reports.role import as_reports_role
from registret.reports.statistics.intervals import Estimate, Interval, proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRow:
    number: int
    made_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of an indicator, in its latest periods that make a year, or two if it is of a sub-registry that is closed
    (`periods.closed_years`). A median cannot be summed: it is of the latest period.

    `edition`: the newest that tells of these months. `region`, `country`: by stratum; what is not there is not told.
    """

    edition: EditionRow
    period: Months
    region: Mapping[str, Figure]
    country: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldClinic:
    """`can_be_judged`: no if it may be told just because it is unusual, and would have been hidden otherwise."""

    figure: Figure
    can_be_judged: bool


@as_reports_role()
def newest_edition() -> EditionRow | None:
    newest = Edition.objects.order_by("-number").first()
    return edition_row(newest) if newest else None


def told(
    indicators: Collection[Indicator], *, region_id: int | None, strata: Collection[str] | None
) -> Mapping[tuple[str, str], Told]:
    """Return what is told of each indicator (`Indicator.key`) that any edition tells of. `region_id`: None is only the
    country; `strata`: None is all.

    One query.
    """
    by_key = {one.key: one for one in indicators}
    cells = EditionCell.objects.select_related("edition").filter(
        Q(region=None) | Q(region_id=region_id),
        clinic=None,
        sub_registry__in={one.sub_registry for one in indicators},
        indicator__in={one.code for one in indicators},
    )
    if strata is not None:
        cells = cells.filter(stratum__in=strata)
    found: defaultdict[tuple[str, str], list[EditionCell]] = defaultdict(list)
    for cell in cells.order_by("first"):
        key = cell.sub_registry, cell.indicator
        if key in by_key and cell.version == by_key[key].definition.version:
            found[key].append(cell)
    return {key: _told(by_key[key], of_one) for key, of_one in found.items()}


def told_clinics(indicator: Indicator, period: Months) -> Mapping[int, ToldClinic]:
    """Return the figures of those clinics, by id, that are told in all of a period that is told (`Told.period`).

    One query.
    """
    return told_clinics_of_all([(indicator, period)]).get(indicator.key, {})


def told_clinics_of_all(
    asked: Collection[tuple[Indicator, Months]],
) -> Mapping[tuple[str, str], Mapping[int, ToldClinic]]:
    """As `told_clinics`, of several indicators, each in its period, by `Indicator.key`. One query."""
    by_key = {indicator.key: (indicator, period) for indicator, period in asked}
    cells = EditionCell.objects.select_related("edition").filter(
        Q(region=None) | Q(clinic__isnull=False),
        sub_registry__in={sub_registry for sub_registry, _ in by_key},
        indicator__in={code for _, code in by_key},
        stratum=ALL,
    )
    found: defaultdict[tuple[str, str], defaultdict[int | None, list[EditionCell]]]
    found = defaultdict(lambda: defaultdict(list))
    for cell in cells.order_by("first"):
        key = cell.sub_registry, cell.indicator
        if key in by_key and _is_within(cell, *by_key[key]):
            found[key][cell.clinic_id].append(cell)
    return {
        key: {
            clinic: _told_clinic(by_key[key][0], cells, of_one[None])
            for clinic, cells in of_one.items()
            if clinic is not None and len(cells) == len(of_one[None])
        }
        for key, of_one in found.items()
    }


def _told_clinic(indicator: Indicator, cells: Sequence[EditionCell], country: Sequence[EditionCell]) -> ToldClinic:
    pairs = zip(cells, country, strict=True)
    can_be_judged = not indicator.is_median and all(_is_seldom_hidden(one, whole) for one, whole in pairs)
    return ToldClinic(figure=figure_told(indicator, cells), can_be_judged=can_be_judged)


def _is_seldom_hidden(cell: EditionCell, country: EditionCell) -> bool:
    """In its own period, by what its edition counted as few."""
    least = int(cell.edition.rules["smallest"]["number"])
    if cell.expected is not None:
        return is_ratio_seldom_hidden(cell.expected, cell.patients or 0, least=least)
    target = country.reached / (country.reached + country.not_reached)
    return is_share_seldom_hidden(cell.reached + cell.not_reached, target, least=least)


def _is_within(cell: EditionCell, indicator: Indicator, period: Months) -> bool:
    is_of_version = cell.version == indicator.definition.version
    return is_of_version and period.first <= cell.first and cell.last <= period.last


def _told(indicator: Indicator, cells: Sequence[EditionCell]) -> Told:
    """`cells`: in the order of time; a period is told of regions and groups only if it is told of the country."""
    of_country = [months_of(one) for one in cells if one.region_id is None and one.stratum == ALL]
    periods = latest_year(of_country, years=1 if closed_since(indicator.sub_registry) is None else 2)
    if indicator.is_median:
        periods = periods[-1:]
    by_area: dict[bool, defaultdict[str, list[EditionCell]]] = {True: defaultdict(list), False: defaultdict(list)}
    for cell in cells:
        if months_of(cell) in periods:
            by_area[cell.region_id is None][cell.stratum].append(cell)
    country, region = (
        {
            stratum: figure_told(indicator, of_one)
            for stratum, of_one in by_area[is_country].items()
            if len(of_one) == len(periods)
        }
        for is_country in (True, False)
    )
    return Told(
        edition=edition_row(by_area[True][ALL][-1].edition),
        period=Months(first=periods[0].first, last=periods[-1].last),
        region=region,
        country=country,
    )


def figure_told(indicator: Indicator, cells: Sequence[EditionCell]) -> Figure:
    """Of an area, in the periods of `cells` together; a median is that of the last one."""
    if indicator.is_ratio:
        return _ratio_told(cells)
    missing = [cell.missing for cell in cells if cell.missing is not None]
    reached = sum(cell.reached for cell in cells)
    n = reached + sum(cell.not_reached + cell.valued for cell in cells)
    return Figure(
        n=n,
        x=reached if indicator.is_share else None,
        estimate=proportion(reached, n) if indicator.is_share else _median(cells[-1]),
        missing=sum(missing) if len(missing) == len(cells) else None,
        unplaced=0,
    )


def _ratio_told(cells: Sequence[EditionCell]) -> Figure:
    missing = [cell.missing for cell in cells if cell.missing is not None]
    told = ratio_as_told(
        sum(cell.reached for cell in cells),
        fsum(cell.expected or 0.0 for cell in cells),
        patients=sum(cell.patients or 0 for cell in cells),
        missing=sum(missing) if len(missing) == len(cells) else None,
    )
    is_country = all(cell.region_id is None and cell.clinic_id is None and cell.stratum == ALL for cell in cells)
    return as_standard(told) if is_country else told


def _median(cell: EditionCell) -> Estimate | None:
    if cell.value is None or cell.low is None or cell.high is None:
        return None
    return Estimate(value=cell.value, n=cell.valued, interval=Interval(cell.low, cell.high))


def months_of(cell: EditionCell) -> Months:
    return Months(first=cell.first, last=cell.last)


def edition_row(edition: Edition) -> EditionRow:
    return EditionRow(number=edition.number, made_on=day_of(edition.made_at))
