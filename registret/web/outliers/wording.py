"""What a figure outside of the limits, and a case about it, are called."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from registret.registries.measuring import Indicator
from registret.registries.queries import indicators_of
from registret.reports.counts import Figure
from registret.reports.judging import ALARMS, is_better
from registret.reports.lifecycle import OutlierState
from registret.reports.outliers.cases import OutlierCaseRow
from registret.reports.statistics.funnels import FunnelPlace
from registret.web.figures.clinic_words import PLACES
from registret.web.figures.figure_words import ratio_text, share_text
from registret.web.pieces import FigureText, Tag
from registret.words.states import outlier_state_name


def case_name(row: OutlierCaseRow) -> str:
    """What a case is about; of an indicator that is measured no more, its code."""
    indicator = indicator_of(row)
    return str(indicator.definition.name) if indicator else row.indicator


def case_state(row: OutlierCaseRow, *, at: datetime) -> Tag:
    name = outlier_state_name(row.state)
    if row.is_late(at=at):
        return Tag(_("svaret är sent"), "bad", "warn")
    if row.state is OutlierState.CLOSED:
        return Tag(name)
    return Tag(name, "warn" if row.state is OutlierState.ASKED else "info")


def alarm_tag(place: FunnelPlace, indicator: Indicator | None) -> Tag:
    """What is better than the country is asked about as well, and no reason to warn."""
    name = _("larm") if place in ALARMS else _("fråga")
    if _is_better(place, indicator):
        return Tag(name, "ok", "info")
    return Tag(name, "bad", "warn") if place in ALARMS else Tag(name, "warn", "info")


def where(place: FunnelPlace, indicator: Indicator | None) -> str:
    """Beyond which limit, and whether that is good: of a ratio, against what was expected."""
    better = _is_better(place, indicator)
    if better is None or indicator is None:
        return str(PLACES[place])
    if indicator.is_ratio:
        judged = _("bättre än väntat") if better else _("sämre än väntat")
    else:
        judged = _("bättre än riket") if better else _("sämre än riket")
    return f"{PLACES[place]}, {judged}"


def _is_better(place: FunnelPlace, indicator: Indicator | None) -> bool | None:
    return is_better(place, indicator.definition.better) if indicator else None


def counted(figure: Figure) -> FigureText:
    """A share or a ratio, also of an indicator that is measured no more."""
    if figure.expected is not None:
        return ratio_text(figure)
    return share_text(figure.estimate, x=figure.x or 0) if figure.estimate else FigureText(value="–")


def indicator_of(row: OutlierCaseRow) -> Indicator | None:
    """None if it is measured no more."""
    return next((one for one in indicators_of(row.sub_registry) if one.code == row.indicator), None)
