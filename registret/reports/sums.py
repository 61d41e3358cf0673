"""Cells, summed: of which clinics, and by what, the caller says. One query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet, Sum

from registret.database.prepared import Given, Prepared
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
    rows = _cells(by, of_one_clinic=clinic_id is not None, of_strata=strata is not None).rows(
        sub_registries=sorted({one.sub_registry for one in indicators}),
        indicators=sorted({one.code for one in indicators}),
        first=period.first,
        last=period.last,
        clinic=clinic_id,
        strata=None if strata is None else list(strata),
    )
    return _added(rows, versions, columns=len(by))


def _added(
    rows: Iterable[Sequence[Any]], versions: Mapping[tuple[str, str], int], *, columns: int
) -> Mapping[tuple[str, str], Mapping[Any, Counts]]:
    """The counts of the indicators' own versions, added up by the first `columns` after them."""
    found: defaultdict[tuple[str, str], defaultdict[Any, Counts]] = defaultdict(lambda: defaultdict(Counts))
    for sub_registry, indicator, version, value, *told in rows:
        key = sub_registry, indicator
        if version == versions.get(key):
            group = tuple(told[:columns])
            found[key][group if len(group) > 1 else group[0]] += _counts(value, *told[columns:])
    return found


@cache
def _cells(by: tuple[str, ...], *, of_one_clinic: bool, of_strata: bool) -> Prepared[Any]:
    def query() -> QuerySet[Cell, Any]:
        cells = Cell.objects.filter(
            sub_registry__any=Given("sub_registries"),
            indicator__any=Given("indicators"),
            month__gte=Given("first"),
            month__lte=Given("last"),
        )
        if of_one_clinic:
            cells = cells.filter(clinic_id=Given("clinic"))
        if of_strata:
            cells = cells.filter(stratum__any=Given("strata"))
        return cells.values_list("sub_registry", "indicator", "version", "value", *by).annotate(**_TOTALS)

    return Prepared(query)


def lock_cells() -> None:
    """Until the end of the transaction, nobody else changes cells."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reports:cells', 1))")


def _counts(value: Decimal | None, reached: int, not_reached: int, valued: int, missing: int, unplaced: int) -> Counts:
    """As `_TOTALS` has them."""
    values = {} if value is None else {value: valued}
    return Counts(reached=reached, not_reached=not_reached, missing=missing, unplaced=unplaced, values=values)
