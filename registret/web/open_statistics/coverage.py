"""Täckningsgrad in the annual report: of the country and its regions, as an edition tells it."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.reports.counts import Figure
from registret.reports.public_figures import PublicPeriod
from registret.reports.statistics.intervals import Estimate, Interval
from registret.web.figures.figure_words import share_text
from registret.web.figures.pictures import Bar, Whose, axis, comparison
from registret.web.open_statistics.pages import AreaLine, AreasTold, hidden_regions
from registret.web.pieces import FigureText


def coverage_told(period: PublicPeriod | None) -> AreasTold:
    """`period`: None if no edition tells of the year."""
    if period is None:
        about = _("Ingen utgåva säger än hur många av årets patienter som är registrerade.")
        return AreasTold(picture=SafeString(), areas=(), about=about, has_missing=False)
    areas = [(Whose.COUNTRY, _("Riket"), period.country)]
    areas += [(Whose.REGION, area.name, figure) for area, figure in period.regions.items()]
    bars = [_bar(whose, name, figure, figure.estimate) for whose, name, figure in areas if figure.estimate]
    about = _("%(year)s, ur utgåva %(number)s från %(made)s. %(hidden)s")
    facts = {"year": period.months.first.year, "number": period.edition.number, "made": period.edition.made_on}
    facts |= {"hidden": hidden_regions()}
    return AreasTold(
        picture=_picture(bars),
        areas=[AreaLine(name=name, figure=_text(figure), missing="") for _whose, name, figure in areas],
        about=about % facts,
        has_missing=False,
    )


def _picture(bars: list[Bar]) -> SafeString:
    description = "; ".join(f"{bar.name} {bar.label}, {bar.about}" for bar in bars)
    along = axis([bar.interval for bar in bars], unit="%", most=100)
    return comparison(bars, along, name=_("Täckningsgrad i riket och regionerna"), description=description)


def _bar(whose: Whose, name: str, figure: Figure, estimate: Estimate) -> Bar:
    interval = estimate.interval
    return Bar(
        whose=whose,
        name=name,
        value=100 * estimate.value,
        interval=Interval(100 * interval.low, 100 * interval.high),
        label=_text(figure).value,
        about=f"n {figure.n}",
    )


def _text(figure: Figure) -> FigureText:
    return share_text(figure.estimate, x=figure.x or 0) if figure.estimate else FigureText(value="–")
