"""The figures of a sub-registry as a file: what the page shows, and nothing that it hides."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.reports.counts import Figure
from registret.reports.figures import IndicatorFigures
from registret.reports.periods import Months
from registret.web.tables import csv_file


def figures_file(register: str, found: tuple[IndicatorFigures, ...], *, actor: Actor) -> HttpResponse:
    """A row for each indicator and place. Shares are numbers from 0 to 1, medians stand in their unit."""
    header = [
        _("Indikator"),
        _("Version"),
        _("Namn"),
        _("Var"),
        _("Utgåva"),
        _("Från månad"),
        _("Till månad"),
        _("Antal med utfallet"),
        _("Antal"),
        _("Värde"),
        _("95 % lägst"),
        _("95 % högst"),
        _("Enhet"),
        _("Utfall saknas"),
    ]
    return csv_file(f"rapport-{register}.csv", header, _rows(found, actor.seat.clinic_name))


def _rows(found: tuple[IndicatorFigures, ...], clinic: str) -> Iterator[list[str]]:
    for one in found:
        yield _row(one, clinic, one.months_now, one.now)
        if one.compared is not None:
            edition, period = str(one.compared.edition.number), one.compared.period
            yield _row(one, clinic, period, one.compared.own)
            yield _row(one, _("Regionen"), period, one.compared.region, edition=edition)
            yield _row(one, _("Riket"), period, one.compared.country, edition=edition)


def _row(one: IndicatorFigures, place: str, period: Months, figure: Figure | None, *, edition: str = "") -> list[str]:
    definition = one.indicator.definition
    about = [definition.code, str(definition.version), str(definition.name), place, edition]
    about += [f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"]
    if figure is None:
        return [*about, "", _("för få"), "", "", "", "", ""]
    estimate = figure.estimate
    ends = (estimate.value, estimate.interval.low, estimate.interval.high) if estimate else (None, None, None)
    numbers = ["" if end is None else f"{end:.4g}".replace(".", ",") for end in ends]
    reached, missing = ("" if number is None else str(number) for number in (figure.x, figure.missing))
    return [*about, reached, str(figure.n), *numbers, str(definition.unit or ""), missing]
