"""Open statistics as files: a row for each period and area. Columns and numbers are the same in any language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse

from registret.reports.counts import Figure
from registret.reports.public_figures import Area, PublicFigures, PublicPeriod
from registret.web.figures.texts import sentence_of
from registret.web.tables import csv_file

LICENCE: Final = "CC0-1.0"
LICENCE_ADDRESS: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
COUNTRY: Final = Area(code="SE", name="Riket")
COLUMNS: Final = (
    "sub_registry", "indicator", "version", "edition", "edition_date", "area_code", "area", "first_month", "last_month",
    "numerator", "denominator", "value", "lower_95", "upper_95", "unit", "outcome_unknown", "licence",
)  # fmt: skip
"""A share has no unit and lies from 0 to 1. What may not be told is empty."""


def as_csv(found: PublicFigures) -> HttpResponse:
    lines = ([_cell(row[name]) for name in COLUMNS] for row in _rows(found))
    one = found.indicator
    return csv_file(f"{one.sub_registry}-{one.code}.csv", COLUMNS, lines)


def as_json(found: PublicFigures) -> Mapping[str, Any]:
    definition = found.indicator.definition
    return {
        "registry": settings.REGISTRY_NAME,
        "licence": LICENCE,
        "licence_address": LICENCE_ADDRESS,
        "name": str(definition.name),
        "measures": sentence_of(found.indicator),
        "reading": str(definition.reading),
        "source": str(definition.source),
        "is_proposed": definition.is_proposed,
        "better": definition.better.value,
        "figures": list(_rows(found)),
    }


def areas(period: PublicPeriod) -> Iterator[tuple[Area, Figure]]:
    """The country first."""
    yield COUNTRY, period.country
    yield from period.regions.items()


def _rows(found: PublicFigures) -> Iterator[dict[str, Any]]:
    for period in found.periods:
        for area, figure in areas(period):
            yield _row(found, period, area, figure)


def _row(found: PublicFigures, period: PublicPeriod, area: Area, figure: Figure) -> dict[str, Any]:
    indicator, estimate = found.indicator, figure.estimate
    return {
        "sub_registry": indicator.sub_registry,
        "indicator": indicator.code,
        "version": indicator.definition.version,
        "edition": period.edition.number,
        "edition_date": f"{period.edition.made_on}",
        "area_code": area.code,
        "area": area.name,
        "first_month": f"{period.months.first:%Y-%m}",
        "last_month": f"{period.months.last:%Y-%m}",
        "numerator": figure.x,
        "denominator": figure.n,
        "value": _rounded(estimate.value) if estimate else None,
        "lower_95": _rounded(estimate.interval.low) if estimate else None,
        "upper_95": _rounded(estimate.interval.high) if estimate else None,
        "unit": "" if indicator.is_share else str(indicator.definition.unit),
        "outcome_unknown": figure.missing,
        "licence": LICENCE,
    }


def _rounded(number: float) -> float:
    return round(number, 4)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
