"""The figures of a sub-registry as a file: what the page shows, and nothing that it hides."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.reports.figures import Figure, IndicatorFigures, Months
from registret.web.tables import csv_file


def figures_file(register: str, found: tuple[IndicatorFigures, ...], *, actor: Actor) -> HttpResponse:
    """A row for each indicator and place. Shares are numbers from 0 to 1, medians stand in their unit."""
    header = [
        _("Indikator"),
        _("Version"),
        _("Namn"),
        _("Var"),
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
        yield _row(one, clinic, one.period, one.compared.own)
        yield _row(one, _("Regionen"), one.period, one.compared.region)
        yield _row(one, _("Riket"), one.period, one.compared.country)


def _row(one: IndicatorFigures, place: str, period: Months, figure: Figure | None) -> list[str]:
    definition = one.indicator.definition
    about = [definition.code, str(definition.version), str(definition.name), place]
    about += [f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"]
    if figure is None:
        return [*about, "", _("för få"), "", "", "", "", ""]
    estimate = figure.estimate
    ends = (estimate.value, estimate.interval.low, estimate.interval.high) if estimate else (None, None, None)
    numbers = ["" if end is None else f"{end:.4g}".replace(".", ",") for end in ends]
    reached = "" if figure.x is None else str(figure.x)
    return [*about, reached, str(figure.n), *numbers, str(definition.unit or ""), str(figure.missing)]
