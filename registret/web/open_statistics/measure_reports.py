"""Open statistics for other systems: FHIR R4 `MeasureReport`, a summary for each area and period.

Source: HL7 FHIR R4, MeasureReport. The score of a share is numerator/denominator, that of a median in its unit.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Final

from registret.registries.exports.fhir import Json
from registret.registries.exports.measures import TERMS, as_bundle, coded
from registret.registries.measuring import Indicator
from registret.reports.counts import Figure
from registret.reports.public_figures import Area, PublicFigures, PublicPeriod
from registret.web.open_statistics.files import COUNTRY, areas

_COUNTIES: Final = "urn:oid:1.2.752.129.2.2.1.18"
"""County codes (länskoder), as HSA has them."""
_COUNTRIES: Final = "urn:iso:std:iso:3166"


def as_reports(found: PublicFigures, *, origin: str) -> Json:
    """The Measure of an indicator and its reports, as a Bundle. `origin`: of the site; names of ours begin with it."""
    bundle = as_bundle([found.indicator], origin=origin)
    measure = bundle["entry"][0]["resource"]
    return bundle | {"entry": [*bundle["entry"], *_entries(found, f"{measure['url']}|{measure['version']}")]}


def _entries(found: PublicFigures, measure: str) -> Iterator[Json]:
    for period in found.periods:
        for area, figure in areas(period):
            report = _report(found.indicator, period, area, figure) | {"measure": measure}
            # One address for one period and area, whatever is told later.
            name = f"{area.code}-{period.months.first:%Y%m}"
            yield {"fullUrl": f"{measure.partition('|')[0]}/reports/{name}", "resource": report}


def _report(indicator: Indicator, period: PublicPeriod, area: Area, figure: Figure) -> Json:
    last = period.months.last
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "subject": {"identifier": _identifier(area), "display": "Sverige" if area == COUNTRY else area.name},
        "date": f"{period.edition.made_on}",
        "period": {
            "start": f"{period.months.first}",
            "end": f"{date(last.year, last.month, monthrange(last.year, last.month)[1])}",
        },
        "group": [_group(indicator, figure)],
    }


def _identifier(area: Area) -> Json:
    return {"system": _COUNTRIES if area == COUNTRY else _COUNTIES, "value": area.code}


def _group(indicator: Indicator, figure: Figure) -> Json:
    counts = (
        {"denominator": figure.n, "numerator": figure.x} if indicator.is_share else {"measure-population": figure.n}
    )
    population = [{"code": coded(f"{TERMS}measure-population", code), "count": count} for code, count in counts.items()]
    if figure.estimate is None:
        return {"population": population}
    score: Json = {"value": round(figure.estimate.value, 4)}
    if not indicator.is_share:
        score["unit"] = str(indicator.definition.unit)
    return {"population": population, "measureScore": score}
