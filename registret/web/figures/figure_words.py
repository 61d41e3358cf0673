"""Figures of indicators in words. None is given without its n and interval."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registret.registries.measuring import Indicator
from registret.reports.comparing.figures import Compared
from registret.reports.counts import Figure
from registret.reports.statistics.funnels import false_alarms
from registret.reports.statistics.intervals import Estimate
from registret.reports.statistics.tails import ALARM, QUESTION
from registret.web.pieces import FigureText


def figure_text(figure: Figure | None, indicator: Indicator) -> FigureText:
    """A figure with its interval and n; one of others that may not be told has neither."""
    if figure is None:
        return FigureText(value=_("visas inte"))
    if indicator.is_ratio:
        return ratio_text(figure)
    if figure.estimate is None:
        nobody = _("ingen") if not figure.n else _("för få för en median")
        return FigureText(value=nobody, about="" if not figure.n else _("n %(n)s") % {"n": figure.n})
    if indicator.is_share:
        return share_text(figure.estimate, x=figure.x or 0)
    low, high = figure.estimate.interval.low, figure.estimate.interval.high
    unit = str(indicator.definition.unit)
    told = {"low": number_text(low), "high": number_text(high), "n": figure.n}
    return FigureText(value=f"{number_text(figure.estimate.value)} {unit}", about=_("%(low)s–%(high)s, n %(n)s") % told)


def ratio_text(figure: Figure) -> FigureText:
    """Observed/expected with both; where too few are expected, why there is no ratio."""
    if not figure.n and not figure.x:
        return FigureText(value=_("ingen"))
    n = _("omkring %(n)s") % {"n": figure.n} if figure.is_rounded else str(figure.n)
    expected = figure.expected or 0.0
    counts = _("%(x)s av %(n)s") % {"x": figure.x, "n": n}
    if expected:
        counts += ", " + _("väntat %(expected)s") % {"expected": number_text(expected)}
    if figure.estimate is None:
        return FigureText(value=_("för få väntade") if expected else _("inget att jämföra med"), about=counts)
    if figure.is_standard:
        return FigureText(value=decimals(figure.estimate.value), about=counts)
    low, high = (decimals(one) for one in (figure.estimate.interval.low, figure.estimate.interval.high))
    return FigureText(value=decimals(figure.estimate.value), about=f"{low}–{high}; {counts}")


def share_text(estimate: Estimate, *, x: int) -> FigureText:
    """A share, of which `x` is the numerator."""
    low, high = estimate.interval.low, estimate.interval.high
    told = {"low": f"{100 * low:.0f}", "high": f"{100 * high:.0f}", "x": x, "n": estimate.n}
    return FigureText(value=f"{100 * estimate.value:.0f} %", about=_("%(low)s–%(high)s %%, %(x)s av %(n)s") % told)


def others_text(figure: Figure | None, compared: Compared | None, indicator: Indicator) -> FigureText:
    """A figure of others, or that no edition has one yet."""
    return figure_text(figure, indicator) if compared else FigureText(value=_("inte i någon utgåva"))


def size_text(figure: Figure) -> str:
    """How much a figure is made of, beside its bar: patients, or events that were expected."""
    if figure.expected is not None:
        return _("mot %(expected)s") % {"expected": number_text(figure.expected)}
    return f"n {figure.n}"


def value_text(value: Decimal | None, indicator: Indicator) -> str:
    """What a single patient counts with in a median; empty where nothing is known, and of a share."""
    return "" if value is None else f"{number_text(float(value))} {indicator.definition.unit}"


def missing_text(figure: Figure | None) -> str:
    """How many of the population have no known outcome, beside how many have one, if it may be told."""
    if figure is None or figure.missing is None:
        return _("visas inte")
    whole = figure.n + figure.missing
    if not figure.missing:
        return "0"
    return f"{figure.missing} ({100 * figure.missing / whole:.0f} %)"


def number_text(value: float, *, digits: int = 1) -> str:
    """With decimals if there are any, as the language writes them."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return _in_language(text)


def decimals(value: float) -> str:
    """With two decimals, as ratios are written."""
    return _in_language(f"{value:.2f}")


def expected_outside(figures: int) -> dict[str, object]:
    """How many of so many figures chance puts outside of each limit at most, for a sentence."""
    return {
        "questions": number_text(false_alarms(figures, QUESTION), digits=2),
        "alarms": number_text(false_alarms(figures, ALARM), digits=3),
    }


def _in_language(text: str) -> str:
    return text if (get_language() or "sv").startswith("en") else text.replace(".", ",")
