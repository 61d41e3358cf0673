"""The page of the patients behind a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.registries.measuring import CountedAs, Indicator
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.comparing.patients import MOST, CountedEpisode, is_highest_first
from registret.web.figures.edition_words import months
from registret.web.figures.figure_words import value_text
from registret.web.pieces import DataTable, Link
from registret.web.records.episode_lines import episode_table
from registret.web.records.episode_lines import lines as episode_lines

OUTCOMES: Final[Mapping[str, tuple[CountedAs, ...]]] = {
    "ej": (CountedAs.NOT_REACHED,),
    "ja": (CountedAs.REACHED, CountedAs.VALUED),
    "saknas": (CountedAs.MISSING,),
}
"""As the address says which patients are wanted."""


def chosen_outcome(asked: str, indicator: Indicator) -> str:
    """Which of `OUTCOMES` to show: those who did not reach it, by default. Of a median there are none such."""
    if asked in OUTCOMES and not (indicator.is_median and asked == "ej"):
        return asked
    return "ja" if indicator.is_median else "ej"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsPage:
    """`back`: to the indicator. `cut`: in which order they stand, and whether there are more. `others`: the other
    outcomes."""

    name: str
    lead: str
    back: Link
    count: str
    table: DataTable | None
    cut: str
    others: Sequence[Link]


def address_of(indicator: Indicator) -> str:
    return reverse("indicator", args=[indicator.sub_registry, indicator.code])


def patients_page(
    figures: IndicatorFigures, chosen: str, found: Sequence[CountedEpisode], *, actor: Actor, at: datetime
) -> PatientsPage:
    indicator = figures.indicator
    lines = [
        replace(line, value=value_text(one.value, indicator))
        for line, one in zip(episode_lines([one.row for one in found], actor=actor, at=at), found, strict=True)
    ]
    number = _numbers(figures)[chosen] if len(lines) == MOST else len(lines)
    return PatientsPage(
        name=str(indicator.definition.name),
        lead=_outcome_name(indicator, chosen),
        back=Link(str(indicator.definition.name), address_of(indicator)),
        count=ngettext("%(n)s vårdepisod, %(period)s", "%(n)s vårdepisoder, %(period)s", number)
        % {"n": number, "period": months(figures.months_now)},
        table=episode_table(lines, is_valued=indicator.is_median and chosen == "ja"),
        cut=_cut(indicator, chosen, is_whole=len(lines) < MOST),
        others=[link for code, link in outcome_links(figures) if code != chosen],
    )


def _cut(indicator: Indicator, chosen: str, *, is_whole: bool) -> str:
    if not indicator.is_median or chosen != "ja":
        return "" if is_whole else _("De %(most)s senaste visas.") % {"most": MOST}
    order = _("Högst värde först.") if is_highest_first(indicator) else _("Lägst värde först.")
    return order if is_whole else f"{order} {_('De %(most)s första visas.') % {'most': MOST}}"


def outcome_links(figures: IndicatorFigures) -> list[tuple[str, Link]]:
    """To the patients of each outcome that any patient has, with how many they are."""
    indicator = figures.indicator
    address = reverse("indicator_patients", args=[indicator.sub_registry, indicator.code])
    return [
        (code, Link(f"{_outcome_name(indicator, code)} ({number})", f"{address}?utfall={code}"))
        for code, number in _numbers(figures).items()
        if number
    ]


def _numbers(figures: IndicatorFigures) -> Mapping[str, int]:
    now = figures.now
    reached = now.x if now.x is not None else now.n
    return {"ej": now.n - reached, "ja": reached, "saknas": now.missing or 0}


def _outcome_name(indicator: Indicator, code: str) -> str:
    if code == "saknas":
        return _("De vars utfall inte är känt")
    if indicator.is_median:
        return _("De som räknas i medianen")
    told = {"measures": indicator.definition.measures}
    return _("De som %(measures)s") % told if code == "ja" else _("De som inte %(measures)s") % told
