"""Täckningsgrad in editions: of the country and its regions, of each calendar year once, by the public's limit.

The counts of the office's file are no secret, so that everybody may know of how many a coverage is: that all patients
of a region are registered, or none, tells each clinic's number. So neither is told, unlike of other figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from registret.registries.loading.edition_rules import EditionRules
from registret.registries.measuring import ALL
from registret.reports.counts import Counts, Figure
from registret.reports.coverage.counted import Coverage, coverage
from registret.reports.models import REGISTERED, Edition, EditionCell
from registret.reports.periods import Months, last_complete
from registret.reports.public_figures import Area, PublicPeriod
from registret.reports.statistics.intervals import proportion
from registret.reports.telling import BothSidesLimits, ByClinic, regions_to_tell, whole
from registret.reports.told import edition_row

LAG_MONTHS: Final = 3
"""So long after the end of a year it is told at the earliest."""

_Year = tuple[str, int]
"""Sub-registry and year."""


def coverage_cells(
    edition: Edition, rules: EditionRules, regions: Mapping[int, int], *, at: datetime
) -> Iterator[EditionCell]:
    """Yield what an edition tells of coverage: of the years that are complete, that each clinic which has registered
    has a count of, and that no edition has told of. `regions`: of each clinic."""
    limits = BothSidesLimits(patients=rules.public.number, outcome=rules.smallest.number)
    by_year: defaultdict[_Year, list[Coverage]] = defaultdict(list)
    for one in coverage():
        by_year[one.sub_registry, one.year].append(one)
    told = set(EditionCell.objects.filter(indicator=REGISTERED).values_list("sub_registry", "first__year"))
    for about, clinics in by_year.items():
        if about not in told and _is_whole(about, clinics, at=at):
            yield from _cells(edition, about, _by_region(clinics, regions), limits)


def _is_whole(about: _Year, clinics: Iterable[Coverage], *, at: datetime) -> bool:
    is_over = date(about[1], 12, 1) <= last_complete(LAG_MONTHS, at=at)
    return is_over and all(one.expected is not None for one in clinics)


def _by_region(clinics: Iterable[Coverage], regions: Mapping[int, int]) -> Mapping[int, ByClinic]:
    """Of a clinic that registered more than were counted, as many as were counted: that they are more is not told."""
    found: defaultdict[int, dict[int, Counts]] = defaultdict(dict)
    for one in clinics:
        expected = one.expected or 0
        registered = min(one.registered, expected)
        found[regions[one.clinic_id]][one.clinic_id] = Counts(reached=registered, not_reached=expected - registered)
    return found


def _cells(
    edition: Edition, about: _Year, counted: Mapping[int, ByClinic], limits: BothSidesLimits
) -> Iterator[EditionCell]:
    """Nothing if there was nobody, or not even the country can be told."""
    told = regions_to_tell([counted], limits)
    if told is None or not whole(counted.values()).n:
        return
    yield _cell(edition, about, None, whole(counted.values()))
    for region in sorted(told):
        yield _cell(edition, about, region, whole([counted[region]]))


def _cell(edition: Edition, about: _Year, region_id: int | None, counts: Counts) -> EditionCell:
    sub_registry, year = about
    return EditionCell(
        edition=edition,
        sub_registry=sub_registry,
        indicator=REGISTERED,
        version=1,
        stratum=ALL,
        region_id=region_id,
        first=date(year, 1, 1),
        last=date(year, 12, 1),
        is_public=True,
        reached=counts.reached,
        not_reached=counts.not_reached,
    )


def public_coverage(year: int) -> Mapping[str, PublicPeriod]:
    """Return what the public may be told of coverage in a year, by sub-registry. One query."""
    cells = EditionCell.objects.select_related("edition", "region").filter(
        indicator=REGISTERED, first=date(year, 1, 1), is_public=True
    )
    found: defaultdict[str, list[EditionCell]] = defaultdict(list)
    for cell in cells.order_by("region__name"):
        found[cell.sub_registry].append(cell)
    return {sub_registry: _period(of_one) for sub_registry, of_one in found.items()}


def _period(cells: Sequence[EditionCell]) -> PublicPeriod:
    country = next(cell for cell in cells if cell.region is None)
    return PublicPeriod(
        months=Months(first=country.first, last=country.last),
        edition=edition_row(country.edition),
        country=_figure(country),
        regions={
            Area(code=cell.region.code, name=cell.region.name): _figure(cell)
            for cell in cells
            if cell.region is not None
        },
    )


def _figure(cell: EditionCell) -> Figure:
    n = cell.reached + cell.not_reached
    return Figure(n=n, x=cell.reached, estimate=proportion(cell.reached, n), missing=None, unplaced=0)
