"""What registering has given the own clinic: one figure and one trend, on the start page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.registries.queries import name_of
from registret.reports.comparing.over_time import highlight
from registret.web.figures.edition_words import months
from registret.web.figures.figure_words import figure_text
from registret.web.figures.picture_parts import verdict
from registret.web.pieces import FigureText, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """One figure of `months` and one trend; `indicator` is None if too few are counted."""

    indicator: Link | None
    sub_registry: str
    months: str
    figure: FigureText | None
    verdict: str


def given_back(actor: Actor, *, at: datetime) -> GivenBack | None:
    """Return None for those who do not read a clinic's reports."""
    if actor.seat.clinic_id is None or not actor.may(Permission.READ_REPORTS):
        return None
    found = highlight(actor=actor, at=at)
    if found is None:
        told = _("Än har för få av klinikens patienter räknats för att visa något här.")
        return GivenBack(indicator=None, sub_registry="", months="", figure=None, verdict=told)
    indicator = found.indicator
    address = reverse("indicator", args=[indicator.sub_registry, indicator.code])
    return GivenBack(
        indicator=Link(str(indicator.definition.name), address),
        sub_registry=name_of(indicator.sub_registry),
        months=months(found.months_now),
        figure=figure_text(found.now, indicator),
        verdict=verdict(found.over_time, indicator),
    )
