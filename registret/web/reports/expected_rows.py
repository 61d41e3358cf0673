"""What a ratio is expected by: groups of patients, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registret.registries.measuring import Indicator
from registret.reports.comparing.figures import ExpectedGroup, OneIndicator
from registret.web.figures.figure_words import number_text
from registret.web.pieces import FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRow:
    """A group, or several with one rate. `patients`, `observed`, `expected`: of the own clinic. `rate`: the
    country's."""

    name: str
    patients: str
    observed: str
    expected: str
    rate: FigureText


def expected_rows(found: OneIndicator) -> Sequence[ExpectedRow]:
    return [_row(one, found.figures.indicator) for one in found.expected_by]


def _row(one: ExpectedGroup, indicator: Indicator) -> ExpectedRow:
    return ExpectedRow(
        name=_name(one, indicator),
        patients=str(one.own.n),
        observed=str(one.own.x),
        expected=number_text(one.own.expected or 0.0, digits=2),
        rate=_rate(one),
    )


def _name(one: ExpectedGroup, indicator: Indicator) -> str:
    """`CRB-65 vid ankomsten 3–4, Ålder 65–79 år, Kön Kvinnor`."""
    labels = [
        f"{stratum.name} {next(group.label for group in stratum.group if group.code == code)}"
        for stratum, code in zip(indicator.expected_by, one.codes, strict=False)
    ]
    return ", ".join(labels) or _("Alla")


def _rate(one: ExpectedGroup) -> FigureText:
    if one.country is None:
        return FigureText(value="–")
    low, high = (number_text(100 * end) for end in (one.country.interval.low, one.country.interval.high))
    n = _("n omkring %(n)s") % {"n": round(one.country.n)}
    return FigureText(value=f"{number_text(100 * one.country.value)} %", about=f"{low}–{high}, {n}")
