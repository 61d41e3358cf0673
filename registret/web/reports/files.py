"""The tables of the reports as files: what the page shows, and nothing that it hides.

Shares are numbers from 0 to 1, medians stand in their unit. A ratio has how many were expected; of others, how many
patients there were is only nearly so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.registries.measuring import Indicator
from registret.reports.comparing.figures import Compared, IndicatorFigures, OneIndicator
from registret.reports.comparing.over_time import OverTime
from registret.reports.counts import Figure
from registret.reports.periods import Months
from registret.web.figures.figure_words import others_text
from registret.web.reports.clinic_parts import ClinicsPart
from registret.web.reports.expected_rows import ExpectedRow
from registret.web.tables import csv_file


def figures_file(register: str, found: Sequence[IndicatorFigures], *, actor: Actor) -> HttpResponse:
    """A row for each indicator and place."""
    about = [_("Indikator"), _("Version"), _("Namn"), _("Var"), _("Utgåva"), _("Från månad"), _("Till månad")]
    return csv_file(f"rapport-{register}.csv", [*about, *_titles()], _rows(found, actor.seat.clinic_name))


def clinics_file(indicator: Indicator, part: ClinicsPart) -> HttpResponse:
    """A row for each clinic that is shown."""
    rows = ([line.name, line.place, *_numbers(line.counted, indicator)] for line in part.rows)
    return csv_file(f"kliniker-{indicator.code}.csv", [_("Klinik"), _("Mot riket"), *_titles()], rows)


def quarters_file(indicator: Indicator, found: OverTime) -> HttpResponse:
    """A row for each quarter of the own clinic, in the order of time."""
    rows = ([f"{one.first.year}-{one.number}", *_numbers(one.figure, indicator)] for one in found.quarters)
    return csv_file(f"tid-{indicator.code}.csv", [_("Kvartal"), *_titles()], rows)


def groups_file(indicator: Indicator, found: OneIndicator, *, actor: Actor) -> HttpResponse:
    """A row for each group and place. Of others as the edition tells them, of the same months."""
    compared = found.figures.compared
    labels = {(s.code, group.code): str(group.label) for s in indicator.strata for group in s.group}
    rows = [
        [str(stratum.name), group, name, *_numbers(figure, indicator, compared)]
        for stratum in indicator.strata
        for one in found.strata[stratum.code]
        for group in (labels.get((stratum.code, one.code), _("Okänt")),)
        for name, figure in ((actor.seat.clinic_name, one.own), (_("Regionen"), one.region), (_("Riket"), one.country))
    ]
    return csv_file(f"grupper-{indicator.code}.csv", [_("Indelning"), _("Grupp"), _("Var"), *_titles()], rows)


def expected_file(indicator: Indicator, rows: Sequence[ExpectedRow]) -> HttpResponse:
    """A row for each group that a ratio is expected by: of the own clinic, with the country's rate."""
    titles = [_("Grupp"), _("Antal"), _("Antal med utfallet"), _("Väntat antal"), _("Rikets andel")]
    cells = ([row.name, row.patients, row.observed, row.expected, row.rate.value] for row in rows)
    return csv_file(f"grupper-{indicator.code}.csv", titles, cells)


def _titles() -> list[str]:
    ends = [_("95 % lägst"), _("95 % högst")]
    return [_("Antal med utfallet"), _("Antal"), _("Värde"), *ends, _("Enhet"), _("Utfall saknas"), _("Väntat antal")]


def _rows(found: Sequence[IndicatorFigures], clinic: str) -> Iterator[list[str]]:
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
    return [*about, *_numbers(figure, one.indicator, one.compared)]


def _numbers(figure: Figure | None, indicator: Indicator, compared: Compared | None = None) -> list[str]:
    if figure is None:
        return ["", others_text(None, compared, indicator).value, "", "", "", "", "", ""]
    estimate = figure.estimate
    ends = (estimate.interval.low, estimate.interval.high) if estimate and not figure.is_standard else (None, None)
    *numbers, expected = map(_number, (estimate.value if estimate else None, *ends, figure.expected))
    reached, missing = ("" if number is None else str(number) for number in (figure.x, figure.missing))
    return [reached, str(figure.n), *numbers, str(indicator.definition.unit or ""), missing, expected]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}".replace(".", ",")
