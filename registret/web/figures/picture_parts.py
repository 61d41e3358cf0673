"""What the pictures of an indicator show, and what they say in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.registries.measuring import Indicator
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.comparing.over_time import ENOUGH, OverTime, Quarter
from registret.reports.counts import Figure
from registret.reports.statistics.intervals import Estimate, Interval
from registret.reports.statistics.run_charts import LEAST, RunChart
from registret.web.figures.figure_words import figure_text, size_text
from registret.web.figures.pictures import Bar, Moment, Whose, axis, beside, comparison, over_time, trend
from registret.web.pieces import FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterRow:
    name: str
    figure: FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePart:
    """`picture`: empty if nobody was counted. `verdict`: whether the level has moved. `rows`: the newest first."""

    picture: SafeString
    verdict: str
    rows: Sequence[QuarterRow]


def comparison_of(found: IndicatorFigures) -> SafeString:
    """The own clinic, the region and the country, those that have a figure and may be told; before the first edition
    the own clinic to this day."""
    compared = found.compared
    told = (
        (Whose.OWN, _("Din klinik"), compared.own if compared else found.now),
        (Whose.REGION, _("Regionen"), compared.region if compared else None),
        (Whose.COUNTRY, _("Riket"), compared.country if compared else None),
    )
    return bars_of(told, found.indicator, name=_("Din klinik, regionen och riket"))


def bars_of(told: Sequence[tuple[Whose, str, Figure | None]], indicator: Indicator, *, name: str) -> SafeString:
    """A bar for each that has a figure and may be told; empty if there is none."""
    bars = [_bar(whose, name, figure, figure.estimate, indicator) for whose, name, figure in told
            if figure is not None and figure.estimate is not None]  # fmt: skip
    if not bars:
        return SafeString()
    description = "; ".join(f"{bar.name} {bar.label}, {bar.about}" for bar in bars)
    along = axis([bar.interval for bar in bars], unit=_unit(indicator), most=_most(indicator))
    return comparison(bars, along, name=name, description=description)


def points_of(told: Sequence[tuple[str, Figure]], indicator: Indicator, *, name: str) -> SafeString:
    """A point for each period, by its label; what it says stands in the description too. The axis is whole: of a few
    points, it would make much of a little."""
    moments = [_moment(label, figure, indicator) for label, figure in told]
    whole = [Interval(0, _most(indicator) or 0), *(one.interval for one in moments if one.interval)]
    up = axis(whole, unit=_unit(indicator), most=_most(indicator))
    description = "; ".join(f"{label} {figure_text(figure, indicator).value}" for label, figure in told)
    return over_time(moments, up, None, name=name, description=description)


def time_part(found: OverTime, indicator: Indicator) -> TimePart:
    rows = [
        QuarterRow(name=_quarter_name(one), figure=figure_text(one.figure, indicator))
        for one in reversed(found.quarters)
    ]
    return TimePart(picture=_time_picture(found, indicator), verdict=verdict(found, indicator), rows=rows)


def _time_picture(found: OverTime, indicator: Indicator) -> SafeString:
    if found.is_empty:
        return SafeString()
    moments = [_moment(f"{one.number}/{one.first:%y}", one.figure, indicator) for one in found.quarters]
    up = axis([one.interval for one in moments if one.interval], unit=_unit(indicator), most=_most(indicator))
    centre = found.runs.centre * _scale(indicator) if found.runs else None
    return over_time(
        moments, up, centre, name=_("Din klinik, kvartal för kvartal"), description=verdict(found, indicator)
    )


def trend_of(found: OverTime, indicator: Indicator) -> SafeString:
    """The quarters as a small line; empty if nobody was counted."""
    if found.runs is None:
        return SafeString()
    moments = [_moment("", one.figure, indicator) for one in found.quarters]
    return trend(moments, name=_("Din klinik, kvartal för kvartal"), description=verdict(found, indicator))


def beside_country(found: IndicatorFigures) -> SafeString:
    """The own clinic on a small line with the country; empty where one of them has no figure."""
    compared, indicator = found.compared, found.indicator
    if compared is None or compared.country is None:
        return SafeString()
    own, country = compared.own.estimate, compared.country.estimate
    if own is None or country is None:
        return SafeString()
    told = figure_text(compared.own, indicator)
    bar = Bar(
        whose=Whose.OWN,
        name=_("Din klinik mot riket"),
        value=own.value * _scale(indicator),
        interval=_scaled(own, indicator),
        label=told.value,
        about=f"{told.value}, {told.about}",
    )
    middle = country.value * _scale(indicator)
    along = axis([bar.interval, Interval(middle, middle)], unit="", most=_most(indicator))
    return beside(bar, middle, along)


def verdict(found: OverTime, indicator: Indicator) -> str:
    """By Anhøj's rules, in words."""
    if found.is_empty and indicator.is_ratio:
        return _("I inget kvartal väntades så många att en kvot säger något.")
    if found.is_empty:
        return _("Ingen har räknats i de senaste tre åren.")
    runs = found.runs
    if runs is None or runs.moved is None:
        return _no_verdict(found, indicator)
    if runs.moved:
        return f"{_('Nivån har ändrats mer än slumpen gör.')} {_since(found, runs)}"
    return _("Ingen ändring syns: kvartalen skiljer sig inte mer än slumpen gör.")


def _no_verdict(found: OverTime, indicator: Indicator) -> str:
    told = {"n": LEAST, "least": ENOUGH}
    if len(found.judged) >= LEAST:
        return _("Så många kvartal ligger på medianen att det inte går att säga om nivån har ändrats.")
    if indicator.is_ratio:
        return (
            _("I för få kvartal väntades så många att det går att säga om nivån har ändrats: det behövs %(n)s.") % told
        )
    return _("För få patienter för att säga om nivån har ändrats: det behövs %(n)s kvartal med minst %(least)s.") % told


def _since(found: OverTime, runs: RunChart) -> str:
    """Since when all quarters that count lie on the same side of the median."""
    quarter = found.judged[runs.latest]
    told = {"number": quarter.number, "year": quarter.first.year, "least": ENOUGH}
    is_above = quarter.figure.estimate is not None and quarter.figure.estimate.value > runs.centre
    if is_above:
        since = _("Sedan kvartal %(number)s %(year)s ligger den över kvartalens median.") % told
    else:
        since = _("Sedan kvartal %(number)s %(year)s ligger den under kvartalens median.") % told
    if all(one.is_enough for one in found.quarters if one.figure.n):
        return since
    return f"{since} {_('Kvartal med färre än %(least)s patienter räknas inte.') % told}"


def _bar(whose: Whose, name: str, figure: Figure, estimate: Estimate, indicator: Indicator) -> Bar:
    return Bar(
        whose=whose,
        name=name,
        value=estimate.value * _scale(indicator),
        interval=_scaled(estimate, indicator),
        label=figure_text(figure, indicator).value,
        about=size_text(figure),
    )


def _moment(label: str, figure: Figure, indicator: Indicator) -> Moment:
    estimate = figure.estimate
    if estimate is None:
        return Moment(label=label, value=None, interval=None)
    return Moment(label=label, value=estimate.value * _scale(indicator), interval=_scaled(estimate, indicator))


def _scaled(estimate: Estimate, indicator: Indicator) -> Interval:
    scale = _scale(indicator)
    return Interval(estimate.interval.low * scale, estimate.interval.high * scale)


def _scale(indicator: Indicator) -> float:
    """Shares are drawn as percentages."""
    return 100 if indicator.is_share else 1


def _unit(indicator: Indicator) -> str:
    return "%" if indicator.is_share else str(indicator.definition.unit or "")


def _most(indicator: Indicator) -> float | None:
    return 100 if indicator.is_share else None


def _quarter_name(quarter: Quarter) -> str:
    return _("Kvartal %(number)s %(year)s") % {"number": quarter.number, "year": quarter.first.year}
