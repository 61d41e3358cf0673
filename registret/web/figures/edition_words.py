"""Of which months and which edition the figures of a page are, in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from registret.registries.queries import closed_since
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.periods import Months, next_edition_day
from registret.reports.told import EditionRow


def months(period: Months) -> str:
    """`2025-12–2026-11`."""
    return f"{period.first:%Y-%m}–{period.last:%Y-%m}"


def is_to_this_day(found: IndicatorFigures) -> bool:
    """Whether the own figure is counted as far as anything is signed; else it ends with months that are over."""
    return found.indicator.definition.lag_months <= 1 and closed_since(found.indicator.sub_registry) is None


def closed_text(found: IndicatorFigures) -> str:
    since, period = closed_since(found.indicator.sub_registry), found.months_now
    if since is None:
        return ""
    told = {"since": since, "first": period.first.year, "last": period.last.year}
    return _("Stängt för registrering sedan %(since)s; siffrorna är från %(first)s–%(last)s.") % told


def editions_text(newest: EditionRow | None, *, at: datetime) -> str:
    """Of several indicators: each may be from an edition of its own."""
    if newest is None:
        return edition_text(None, at=at)
    return _(
        "Andras siffror är ur utgåvor, den senaste nummer %(number)s från %(made)s; indikatorns sida säger vilken. "
        "Nästa utgåva kommer %(next)s."
    ) % _told(newest, at=at)


def edition_text(newest: EditionRow | None, *, is_closed: bool = False, at: datetime) -> str:
    """`is_closed`: the months are long over, and what was told of them is not told again: no edition is promised."""
    if is_closed:
        if newest is None:
            return _("Ingen utgåva har andras siffror här.")
        return _("Andras siffror är ur utgåva %(number)s, från %(made)s, och ändras inte.") % _told(newest, at=at)
    if newest is None:
        return _("Ingen utgåva har andras siffror här. Nästa utgåva kommer %(next)s.") % {
            "next": next_edition_day(at=at)
        }
    return _(
        "Andras siffror är ur utgåva %(number)s, från %(made)s, och ändras inte av det som signeras sedan. Nästa "
        "utgåva kommer %(next)s."
    ) % _told(newest, at=at)


def _told(edition: EditionRow, *, at: datetime) -> dict[str, object]:
    return {"number": edition.number, "made": edition.made_on, "next": next_edition_day(at=at)}
