"""What the pages of the reports say, in words. No figure is given without its n and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.registries.indicators import UNKNOWN_GROUP, Better
from registret.registries.measuring import CountedAs, Indicator
from registret.registries.queries import name_of
from registret.reports.figures import Figure, GroupFigures, IndicatorFigures, Months, OneIndicator
from registret.reports.over_time import OverTime
from registret.reports.patients import MOST
from registret.web.pieces import FigureText, Link, Note
from registret.web.records.episode_lines import EpisodeLine
from registret.web.reports.figure_words import figure_text, missing_text
from registret.web.reports.picture_parts import TimePart, comparison_of, time_part

OUTCOMES: Final[Mapping[str, tuple[CountedAs, ...]]] = {
    "ej": (CountedAs.NOT_REACHED,),
    "ja": (CountedAs.REACHED, CountedAs.VALUED),
    "saknas": (CountedAs.MISSING,),
}
"""As the address says which patients are wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    link: Link
    own: FigureText
    missing: str
    region: FigureText
    country: FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterTable:
    """`id`: of its heading. `file`: the same figures to take along."""

    id: str
    name: str
    rows: Sequence[IndicatorRow]
    file: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One clinic, region or country."""

    name: str
    period: str
    figure: FigureText
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    name: str
    own: FigureText
    region: FigureText
    country: FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumTable:
    id: str
    name: str
    rows: Sequence[GroupRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorPage:
    """`sentence`: what is measured. `comparison`: a picture, empty if nobody was counted. `outside`: of how many it is
    not known whether they belong. `who`: links to the own patients behind the figure, for those who may read them.
    `texts`: what to bear in mind, each with its heading."""

    register: str
    name: str
    sentence: str
    proposed: Note | None
    comparison: SafeString
    places: Sequence[PlaceRow]
    over_time: TimePart
    outside: str
    who: Sequence[Link]
    strata: Sequence[StratumTable]
    texts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsPage:
    """`back`: to the indicator. `cut`: that there are more than are shown. `others`: the other outcomes."""

    name: str
    lead: str
    back: Link
    count: str
    lines: Sequence[EpisodeLine]
    cut: str
    others: Sequence[Link]


def register_table(name: str, found: Sequence[IndicatorFigures]) -> RegisterTable:
    code = found[0].indicator.sub_registry if found else ""
    file = Link(_("Hämta siffrorna som fil"), reverse("reports_file", args=[code])) if found else None
    return RegisterTable(id=f"r-{code}", name=name, rows=[_row(one) for one in found], file=file)


def indicator_page(found: OneIndicator, quarters: OverTime, *, actor: Actor) -> IndicatorPage:
    figures = found.figures
    indicator = figures.indicator
    definition = indicator.definition
    return IndicatorPage(
        register=name_of(indicator.sub_registry),
        name=str(definition.name),
        sentence=sentence_of(indicator),
        proposed=_proposed(indicator),
        comparison=comparison_of(found),
        places=_places(found, actor.seat.clinic_name),
        over_time=time_part(quarters, indicator),
        outside=_outside(figures.now),
        who=_who(figures) if actor.may(Permission.READ_RECORDS) else (),
        strata=[
            StratumTable(id=f"s-{one.code}", name=str(one.name), rows=_group_rows(indicator, one.code, found))
            for one in indicator.strata
        ],
        texts=_texts(indicator),
    )


def patients_page(figures: IndicatorFigures, chosen: str, lines: Sequence[EpisodeLine]) -> PatientsPage:
    indicator = figures.indicator
    address = reverse("indicator", args=[indicator.sub_registry, indicator.code])
    return PatientsPage(
        name=str(indicator.definition.name),
        lead=_outcome_name(indicator, chosen),
        back=Link(str(indicator.definition.name), address),
        count=ngettext("%(n)s vårdepisod, %(period)s", "%(n)s vårdepisoder, %(period)s", len(lines))
        % {"n": len(lines), "period": months(figures.months_now)},
        lines=lines,
        cut=_("De %(most)s senaste visas.") % {"most": MOST} if len(lines) == MOST else "",
        others=[link for code, link in _outcome_links(figures) if code != chosen],
    )


def sentence_of(indicator: Indicator) -> str:
    """What is measured, made from the definition: `Bland patienter med …: andelen som fick …`."""
    told = {"among": indicator.definition.among, "measures": indicator.definition.measures}
    if indicator.is_share:
        return _("Bland %(among)s: andelen som %(measures)s.") % told
    return _("Bland %(among)s: medianen av %(measures)s.") % told


def months(period: Months) -> str:
    """`2025-12–2026-11`."""
    return f"{period.first:%Y-%m}–{period.last:%Y-%m}"


def _row(one: IndicatorFigures) -> IndicatorRow:
    indicator = one.indicator
    address = reverse("indicator", args=[indicator.sub_registry, indicator.code])
    return IndicatorRow(
        link=Link(str(indicator.definition.name), address),
        own=figure_text(one.now, indicator),
        missing=missing_text(one.now),
        region=figure_text(one.compared.region, indicator),
        country=figure_text(one.compared.country, indicator),
    )


def _outside(figure: Figure) -> str:
    if not figure.unplaced:
        return ""
    return ngettext(
        "För %(n)s vårdepisod på din klinik är det inte känt om den hör hit. Den räknas inte.",
        "För %(n)s vårdepisoder på din klinik är det inte känt om de hör hit. De räknas inte.",
        figure.unplaced,
    ) % {"n": figure.unplaced}


def _places(found: OneIndicator, clinic: str) -> list[PlaceRow]:
    figures, indicator = found.figures, found.figures.indicator
    complete = months(figures.period)
    so_far = _("%(period)s, så här långt") % {"period": months(figures.months_now)}
    told: list[tuple[str, str, Figure | None]] = [
        (clinic, so_far, figures.now),
        (clinic, complete, figures.compared.own),
        (found.region_name, complete, figures.compared.region),
        (_("Riket"), complete, figures.compared.country),
    ]
    return [
        PlaceRow(name=name, period=period, figure=figure_text(figure, indicator), missing=missing_text(figure))
        for name, period, figure in told
    ]


def _group_rows(indicator: Indicator, stratum: str, found: OneIndicator) -> list[GroupRow]:
    labels = {g.code: str(g.label) for one in indicator.strata if one.code == stratum for g in one.group}
    return [_group_row(indicator, labels, one) for one in found.strata[stratum]]


def _group_row(indicator: Indicator, labels: Mapping[str, str], one: GroupFigures) -> GroupRow:
    return GroupRow(
        name=labels.get(one.code, _("Okänt")) if one.code != UNKNOWN_GROUP else _("Okänt"),
        own=figure_text(one.compared.own, indicator),
        region=figure_text(one.compared.region, indicator),
        country=figure_text(one.compared.country, indicator),
    )


def _who(figures: IndicatorFigures) -> list[Link]:
    return [link for _code, link in _outcome_links(figures)]


def _outcome_links(figures: IndicatorFigures) -> list[tuple[str, Link]]:
    """To the patients of each outcome that any patient has, with how many they are."""
    indicator, now = figures.indicator, figures.now
    reached = now.x if now.x is not None else now.n
    numbers = {"ej": now.n - reached, "ja": reached, "saknas": now.missing}
    address = reverse("indicator_patients", args=[indicator.sub_registry, indicator.code])
    return [
        (code, Link(f"{_outcome_name(indicator, code)} ({number})", f"{address}?utfall={code}"))
        for code, number in numbers.items()
        if number
    ]


def _outcome_name(indicator: Indicator, code: str) -> str:
    if code == "saknas":
        return _("De vars utfall inte är känt")
    if not indicator.is_share:
        return _("De som räknas i medianen")
    told = {"measures": indicator.definition.measures}
    return _("De som %(measures)s") % told if code == "ja" else _("De som inte %(measures)s") % told


def _proposed(indicator: Indicator) -> Note | None:
    if not indicator.definition.is_proposed:
        return None
    return Note("info", _("Indikatorn är ett förslag. Registrets styrgrupp har inte beslutat om den."))


def _texts(indicator: Indicator) -> list[tuple[str, str]]:
    definition = indicator.definition
    better = {
        Better.MORE: _("Högre är bättre."),
        Better.LESS: _("Lägre är bättre."),
        Better.NEITHER: _("Måttet beskriver patienterna, inte vården."),
    }[definition.better]
    counted = _(
        "Ett vårdtillfälle räknas när de steg som måttet frågar efter är signerade, i den månad då det började."
    )
    lag = ngettext(
        "Jämförelsen med andra gäller tolv månader som har varit slut i minst %(n)s månad.",
        "Jämförelsen med andra gäller tolv månader som har varit slut i minst %(n)s månader.",
        definition.lag_months,
    ) % {"n": definition.lag_months}
    few = _(
        "Andra klinikers siffror visas bara om ingen av dem går att räkna ut för färre än %(n)s patienter, inte heller "
        "genom att dra ifrån de egna."
    ) % {"n": definition.fewest.others}
    interval = _("Intervallet är 95 %: så mycket kan slumpen göra. Den vars utfall inte är känt räknas inte i andelen.")
    return [
        (_("Varför"), str(definition.about)),
        (_("Hur du läser"), f"{better} {definition.reading} {interval}"),
        (_("Vad som räknas"), f"{counted} {lag} {few}"),
        (_("Källa"), f"{definition.source} ({indicator.code}, {_('version')} {definition.version})"),
    ]
