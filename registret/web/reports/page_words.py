"""What several pages of the reports say: of which months, of which edition, since when closed."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.registries.measuring import Indicator
from registret.registries.queries import closed_since
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.periods import Months, next_edition_day
from registret.reports.told import EditionRow


def address_of(indicator: Indicator) -> str:
    return reverse("indicator", args=[indicator.sub_registry, indicator.code])


def months(period: Months) -> str:
    """`2025-12–2026-11`."""
    return f"{period.first:%Y-%m}–{period.last:%Y-%m}"


def closed_in_words(found: IndicatorFigures) -> str:
    since, period = closed_since(found.indicator.sub_registry), found.months_now
    if since is None:
        return ""
    told = {"since": since, "first": period.first.year, "last": period.last.year}
    return _("Stängt för registrering sedan %(since)s; siffrorna är från %(first)s–%(last)s.") % told


def edition_in_words(newest: EditionRow | None, *, at: datetime) -> str:
    if newest is None:
        return _("Ingen utgåva har andras siffror här. Nästa utgåva kommer %(next)s.") % {
            "next": next_edition_day(at=at)
        }
    return _(
        "Andras siffror är ur utgåva %(number)s, från %(made)s, och ändras inte av det som signeras sedan. Nästa "
        "utgåva kommer %(next)s."
    ) % edition_facts(newest, at=at)


def edition_facts(edition: EditionRow, *, at: datetime) -> dict[str, object]:
    return {"number": edition.number, "made": edition.made_on, "next": next_edition_day(at=at)}
