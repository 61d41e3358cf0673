"""Cells, summed: of which clinics, and by what, the caller says. One query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import connection
from django.db.models import Sum

from registret.registries.measuring import Indicator
from registret.reports.counts import Counts
from registret.reports.models import Cell
from registret.reports.periods import Months

_TOTALS: Final = {f"all_{name}": Sum(name) for name in ("reached", "not_reached", "valued", "missing", "unplaced")}


def sums(
    indicators: Collection[Indicator],
    period: Months,
    *by: str,
    clinic_id: int | None = None,
    strata: Collection[str] | None = None,
) -> Mapping[tuple[str, str], Mapping[Any, Counts]]:
    """Return the counts of each indicator (`Indicator.key`) in its version, by a column, or a tuple of columns. What is
    not there counts nobody.

    `clinic_id` None: of all clinics; `strata` None: all.
    """
    versions = {one.key: one.definition.version for one in indicators}
    cells = Cell.objects.filter(
        sub_registry__in={one.sub_registry for one in indicators},
        indicator__in={one.code for one in indicators},
        month__range=(period.first, period.last),
    )
    if clinic_id is not None:
        cells = cells.filter(clinic_id=clinic_id)
    if strata is not None:
        cells = cells.filter(stratum__in=strata)
    found: defaultdict[tuple[str, str], defaultdict[Any, Counts]] = defaultdict(lambda: defaultdict(Counts))
    for row in cells.values("sub_registry", "indicator", "version", "value", *by).annotate(**_TOTALS):
        key = row["sub_registry"], row["indicator"]
        if row["version"] == versions.get(key):
            group = tuple(row[name] for name in by)
            found[key][group if len(group) > 1 else group[0]] += _counts_of(row)
    return found


def lock_cells() -> None:
    """Until the end of the transaction, nobody else changes cells."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reports:cells', 1))")


def _counts_of(row: Mapping[str, Any]) -> Counts:
    return Counts(
        reached=row["all_reached"],
        not_reached=row["all_not_reached"],
        missing=row["all_missing"],
        unplaced=row["all_unplaced"],
        values={row["value"]: row["all_valued"]} if row["value"] is not None else {},
    )
