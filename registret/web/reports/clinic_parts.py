"""What the pictures of clinics beside each other show, and their tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.registries.indicators import Better
from registret.registries.measuring import Indicator
from registret.reports.comparing.clinics import ClinicFigure, Clinics
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.counts import Figure
from registret.reports.statistics.funnels import FunnelPlace, limits_to_draw, ratio_limits_to_draw
from registret.reports.statistics.intervals import Interval
from registret.reports.statistics.overdispersion import arcsine_limits, root_limits
from registret.reports.statistics.tails import ALARM, QUESTION
from registret.web.figures.clinic_pictures import Band, ClinicBar, Dot, FunnelLine, FunnelWords, bars, funnel
from registret.web.figures.clinic_words import (
    PLACES,
    by_chance,
    left_out,
    no_clinics,
    nobody_else,
    not_judged,
    verdict,
)
from registret.web.figures.figure_words import figure_text, number_text, size_text
from registret.web.figures.pictures import Axis, axis
from registret.web.pieces import FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedClinic:
    """`counted`: the figure in numbers. `place`: in the funnel, empty where there is none."""

    name: str
    counted: Figure
    figure: FigureText
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicsPart:
    """`funnel`, `bars`: pictures, empty where a sentence says why there is none. `funnel_name`: by what clinics are
    drawn. `said`: what they mean. `left_out`: who is not shown. `rows`: in the order of the bars, the numbers of
    both."""

    funnel: SafeString
    funnel_name: str
    bars: SafeString
    said: Sequence[str]
    left_out: Sequence[str]
    rows: Sequence[ComparedClinic]


_ENDS: Final[Mapping[float, str]] = {QUESTION: "c-in", ALARM: "c-lim"}


def clinics_part(figures: IndicatorFigures, found: Clinics | None) -> ClinicsPart:
    indicator = figures.indicator
    if found is None:
        return _only_words([no_clinics(indicator.sub_registry)])
    said = [verdict(found, indicator)]
    if not [one for one in found.shown if not one.is_own]:
        return _only_words([*said, nobody_else()], left_out(found))
    named = list(zip(_names(found), found.shown, strict=True))
    judged = [(name, one) for name, one in named if one.place is not None]
    # A funnel with no other clinic in it compares nobody.
    has_others = any(not one.is_own for _name, one in judged)
    return ClinicsPart(
        funnel=_funnel(judged, found, indicator, said[0]) if has_others else SafeString(),
        funnel_name=_funnel_name(indicator),
        bars=_bars(named, figures, said[0]),
        said=[*said, *_of_chance(found)],
        left_out=left_out(found),
        rows=[_line(name, one, found, indicator) for name, one in named],
    )


def _of_chance(found: Clinics) -> Iterator[str]:
    if any(not one.is_own for one in found.judged):
        yield by_chance(found)
    if found.target and (number := len(found.shown) - len(found.judged)):
        yield not_judged(number)


def _only_words(said: Sequence[str], hidden: Sequence[str] = ()) -> ClinicsPart:
    return ClinicsPart(funnel=SafeString(), funnel_name="", bars=SafeString(), said=said, left_out=hidden, rows=())


def _names(found: Clinics) -> Iterator[str]:
    """A clinic that is not named has its number in the order of the page: another one on every page."""
    for number, one in enumerate(found.shown, 1):
        yield one.name or _("Klinik %(number)s") % {"number": number}


def _line(name: str, one: ClinicFigure, found: Clinics, indicator: Indicator) -> ComparedClinic:
    place = str(PLACES[one.place]) if one.place else _("bedöms inte") if found.target else ""
    return ComparedClinic(name=name, counted=one.figure, figure=figure_text(one.figure, indicator), place=place)


def _funnel(
    named: Sequence[tuple[str, ClinicFigure]], found: Clinics, indicator: Indicator, description: str
) -> SafeString:
    target = found.target or 0.0
    if indicator.is_ratio:
        return _ratio_funnel(named, found, indicator, description)
    along = axis([Interval(0, max(one.figure.n for _name, one in named))], unit="")
    limits = [*_limits(found, along), *_wide_limits(found, along)]
    dots = [_dot(name, one, 100) for name, one in named]
    fewest = min(one.size for one in dots)
    seen = [Interval(one.value, one.value) for one in dots]
    seen += [next(pair for n, pair in one.points if n >= fewest) for one in limits[:1]]
    words = FunnelWords(
        name=_funnel_name(indicator),
        description=description,
        country=_("Riket"),
        along=_("Antal patienter"),
    )
    return funnel(dots, limits, 100 * target, along, axis(seen, unit="%", most=100), words=words)


def _funnel_name(indicator: Indicator) -> str:
    return _("Kliniker efter väntat antal") if indicator.is_ratio else _("Kliniker efter antal patienter")


def _ratio_funnel(
    named: Sequence[tuple[str, ClinicFigure]], found: Clinics, indicator: Indicator, description: str
) -> SafeString:
    dots = [_dot(name, one, 1) for name, one in named]
    fewest = min(one.size for one in dots)
    along = axis([Interval(0, max(one.size for one in dots))], unit="")
    limits = [*_ratio_limits(fewest, along), *_wide_ratio_limits(found, fewest, along)]
    seen = [Interval(0, 1), *(Interval(one.value, one.value) for one in dots), limits[0].points[0][1]]
    words = FunnelWords(
        name=_funnel_name(indicator),
        description=description,
        country=_("Väntat"),
        along=_("Väntat antal"),
    )
    return funnel(dots, limits, 1.0, along, axis(seen, unit=""), words=words)


def _ratio_limits(fewest: float, along: Axis) -> Iterator[FunnelLine]:
    for tail, css in _ENDS.items():
        yield FunnelLine(label=_label(tail), css=css, points=ratio_limits_to_draw(fewest, along.high, tail))


def _wide_ratio_limits(found: Clinics, fewest: float, along: Axis) -> Iterator[FunnelLine]:
    if found.spread is None or not found.is_spread:
        return
    sizes = [expected for expected, _limit in ratio_limits_to_draw(fewest, along.high, QUESTION)]
    for tail in _ENDS:
        points = [(expected, root_limits(expected, found.spread, tail)) for expected in sizes]
        yield FunnelLine(label="", css="c-wide", points=points)


def _dot(name: str, one: ClinicFigure, scale: float) -> Dot:
    outside = one.place or FunnelPlace.WITHIN
    label = _("Din klinik") if one.is_own else "" if outside is FunnelPlace.WITHIN else name
    return Dot(is_own=one.is_own, size=one.size, value=scale * one.estimate.value, outside=outside, label=label)


def _limits(found: Clinics, along: Axis) -> Iterator[FunnelLine]:
    """Those of chance alone, which decide."""
    for tail, css in _ENDS.items():
        drawn = limits_to_draw(round(along.high), found.target or 0.0, tail)
        yield FunnelLine(label=_label(tail), css=css, points=[(n, _percent(limit)) for n, limit in drawn])


def _wide_limits(found: Clinics, along: Axis) -> Iterator[FunnelLine]:
    """Those with the spread between clinics, if it is more than chance."""
    spread, target = found.spread, found.target or 0.0
    if spread is None or not found.is_spread:
        return
    sizes = range(1, round(along.high) + 1, max(round(along.high) // 100, 1))
    for tail in _ENDS:
        points = [(n, _percent(arcsine_limits(n, target, spread, tail))) for n in (*sizes, round(along.high))]
        yield FunnelLine(label="", css="c-wide", points=points)


def _label(tail: float) -> str:
    """`99,8 %`: how many lie within both limits by chance."""
    return f"{number_text(100 * (1 - 2 * tail))} %"


def _percent(interval: Interval) -> Interval:
    return Interval(100 * interval.low, 100 * interval.high)


def _bars(named: Sequence[tuple[str, ClinicFigure]], figures: IndicatorFigures, description: str) -> SafeString:
    indicator = figures.indicator
    scale = 100 if indicator.is_share else 1
    unit, most = ("%", 100) if indicator.is_share else (str(indicator.definition.unit or ""), None)
    rows = [_clinic_bar(name, one, indicator, scale) for name, one in named]
    along = axis([Interval(0, 0), *(one.interval for one in rows)], unit=unit, most=most)
    country = figures.compared.country if figures.compared else None
    centre = country.estimate.value * scale if country and country.estimate else None
    return bars(
        rows, list(_bands(indicator, along)), centre, along, name=_("Kliniker sida vid sida"), description=description
    )


def _clinic_bar(name: str, one: ClinicFigure, indicator: Indicator, scale: int) -> ClinicBar:
    interval = one.estimate.interval
    return ClinicBar(
        is_own=one.is_own,
        name=_("Din klinik") if one.is_own else name,
        value=one.estimate.value * scale,
        interval=Interval(interval.low * scale, interval.high * scale),
        label=figure_text(one.figure, indicator).value,
        about=size_text(one.figure),
    )


def _bands(indicator: Indicator, along: Axis) -> Iterator[Band]:
    """From each level of the definition to the next better one, as far as the axis goes."""
    levels, is_more = indicator.definition.levels, indicator.definition.better is Better.MORE
    if levels is None:
        return
    scale = 100 if indicator.is_share else 1
    best = along.high if is_more else along.low
    named = [("b-high", _("mål"), levels.high), ("b-middle", _("godtagbart"), levels.middle)]
    for css, name, level in named:
        if level is not None:
            edge = min(max(float(level) * scale, along.low), along.high)
            label = f"{name} {along.label(float(level) * scale)}"
            yield Band(css=css, low=min(edge, best), high=max(edge, best), edge=edge, label=label)
            best = edge
