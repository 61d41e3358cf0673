"""Whether the own figure differs from the country more than chance explains: in a word or two, beside a shape."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.judging import ALARMS, is_better
from registret.reports.statistics.funnels import FunnelPlace
from registret.web.pieces import Tag

_HIGH = frozenset({FunnelPlace.HIGH, FunnelPlace.VERY_HIGH})


def level_tag(found: IndicatorFigures) -> Tag | None:
    """None where there is no funnel to judge by."""
    place = found.place
    if place is None:
        return None
    if place is FunnelPlace.WITHIN:
        return Tag(_("Ingen säker skillnad"))
    is_alarm, is_good = place in ALARMS, is_better(place, found.indicator.definition.better)
    frame = _("%(level)s än väntat") if found.indicator.is_ratio else _("%(level)s än riket")
    text = frame % {"level": _level(place, is_good, is_alarm=is_alarm)}
    if is_good is None:
        return Tag(text, "info", "info")
    if is_good:
        return Tag(text, "ok", "check")
    return Tag(text, "bad", "stop") if is_alarm else Tag(text, "warn", "warn")


def _level(place: FunnelPlace, is_good: bool | None, *, is_alarm: bool) -> str:
    if is_good is None:
        is_high = place in _HIGH
        if is_alarm:
            return _("Mycket högre") if is_high else _("Mycket lägre")
        return _("Högre") if is_high else _("Lägre")
    if is_alarm:
        return _("Mycket bättre") if is_good else _("Mycket sämre")
    return _("Bättre") if is_good else _("Sämre")


def is_to_the_worse(found: IndicatorFigures) -> int:
    """0 if it is not, 1 if it is by more than chance, 2 by much more."""
    place = found.place
    if place is None or is_better(place, found.indicator.definition.better) is not False:
        return 0
    return 2 if place in ALARMS else 1


def levels_text(found: Sequence[IndicatorFigures]) -> str:
    """How many indicators there are, and how many of them differ: `8 indikatorer: 1 sämre och 2 bättre än riket`."""
    better = [is_better(one.place, one.indicator.definition.better) for one in found if one.place]
    number = ngettext("%(n)s indikator", "%(n)s indikatorer", len(found)) % {"n": len(found)}
    levels = [
        _("%(n)s sämre") % {"n": better.count(False)} if False in better else "",
        _("%(n)s bättre") % {"n": better.count(True)} if True in better else "",
    ]
    told = f" {_('och')} ".join(filter(None, levels))
    return _("%(number)s: %(levels)s än riket") % {"number": number, "levels": told} if told else number
