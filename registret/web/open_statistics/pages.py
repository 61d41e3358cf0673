"""What the pages of the open statistics say, in words. No figure is given without its n and interval."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registret.registries.measuring import Indicator
from registret.registries.queries import closed_since, edition_rules, indicators_of, name_of, sub_registries
from registret.reports.counts import Figure
from registret.reports.public_figures import PublicFigures, PublicPeriod
from registret.reports.publishing import subject_of, subject_of_year
from registret.web.figures.edition_words import months
from registret.web.figures.figure_words import figure_text, missing_text
from registret.web.figures.picture_parts import bars_of, points_of
from registret.web.figures.pictures import Whose
from registret.web.figures.texts import proposed, sentence_of, texts_of
from registret.web.pieces import FigureText, Link, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLine:
    link: Link
    months: str
    figure: FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """`id`: of its heading. `closed`: that nothing new is registered in it."""

    id: str
    name: str
    closed: str
    rows: Sequence[PublishedLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsPage:
    """`reports`: annual reports that are published. `other_language`: the same page."""

    registers: Sequence[PublishedTable]
    reports: Sequence[Link]
    other_language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLine:
    name: str
    figure: FigureText
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreasTold:
    """What is told of the areas together. `picture`: empty if nobody was counted; `about`: of which months, and by
    which edition, or that nothing is told. `has_missing`: whether an outcome can be unknown."""

    picture: SafeString
    areas: Sequence[AreaLine]
    about: str
    has_missing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIndicatorPage:
    """`closed`: as in `PublishedTable`. `changed`: that the indicator was defined in another way before. `periods`: of
    the country, the newest first. `texts`: what to bear in mind, each with its heading."""

    register: str
    name: str
    sentence: str
    closed: str
    proposed: Note | None
    changed: Note | None
    told: AreasTold
    over_time: SafeString
    periods: Sequence[AreaLine]
    texts: Sequence[tuple[str, str]]
    files: Sequence[Link]
    index: str
    other_language: str


def address(name: str, *, language: str = "", **kwargs: object) -> str:
    """Of a page of the open statistics, in the active language or another."""
    return reverse(name, kwargs={"language": language or get_language(), **kwargs})


def other_language() -> str:
    return "sv" if get_language() == "en" else "en"


def published_indicators(subjects: Collection[str]) -> list[Indicator]:
    """In the order of the sub-registries and their files."""
    every = (one for register in sub_registries() for one in indicators_of(register.code))
    return [one for one in every if one.may_be_public and subject_of(one) in subjects]


def statistics_page(found: Mapping[tuple[str, str], PublicFigures], subjects: Collection[str]) -> StatisticsPage:
    registers = groupby(found.values(), key=lambda one: one.indicator.sub_registry)
    years = [year for year in years_with_report(found) if subject_of_year(year) in subjects]
    return StatisticsPage(
        registers=[
            PublishedTable(
                id=f"r-{code}", name=name_of(code), closed=closed(code), rows=[_line(one) for one in of_register]
            )
            for code, of_register in registers
        ],
        reports=[
            Link(_("Årsrapport %(year)s") % {"year": year}, address("open_annual_report", year=year)) for year in years
        ],
        other_language=address("open_statistics", language=other_language()),
    )


def years_with_report(found: Mapping[tuple[str, str], PublicFigures]) -> list[int]:
    """The years of which an annual report tells anything, the newest first. `found`: what is published."""
    return sorted({period.months.first.year for one in found.values() for period in one.periods}, reverse=True)


def indicator_page(found: PublicFigures) -> PublicIndicatorPage:
    indicator = found.indicator
    where = {"register": indicator.sub_registry, "code": indicator.code}
    files = (("CSV", "open_csv"), ("JSON", "open_json"), ("FHIR MeasureReport", "open_fhir"))
    return PublicIndicatorPage(
        register=name_of(indicator.sub_registry),
        name=str(indicator.definition.name),
        sentence=sentence_of(indicator),
        closed=closed(indicator.sub_registry),
        proposed=proposed(indicator),
        changed=changed(found),
        told=told_of(found.latest, indicator),
        over_time=_over_time(found),
        periods=[_area_line(months(one.months), one.country, indicator) for one in reversed(found.periods)],
        texts=texts_of(indicator, is_public=True),
        files=[Link(text, address(name, **where)) for text, name in files],
        index=address("open_statistics"),
        other_language=address("open_indicator", language=other_language(), **where),
    )


def told_of(period: PublicPeriod | None, indicator: Indicator) -> AreasTold:
    """The country and its regions, in a picture and in a table."""
    if period is None:
        return AreasTold(
            picture=SafeString(),
            areas=(),
            about=_(
                "Ingen utgåva har siffror som kan visas för alla. Antingen är ingen räknad, eller så skulle de säga "
                "för mycket om få patienter."
            ),
        )
    areas = [(Whose.COUNTRY, _("Riket"), period.country)]
    areas += [(Whose.REGION, area.name, figure) for area, figure in period.regions.items()]
    about = _("%(months)s, ur utgåva %(number)s från %(made)s. %(hidden)s Det avgörs för %(together)s månader i taget.")
    facts = {"months": months(period.months), "number": period.edition.number, "made": period.edition.made_on}
    facts |= {"hidden": hidden_regions(), "together": edition_rules().months_together(is_ratio=indicator.is_ratio)}
    return AreasTold(
        picture=bars_of(areas, indicator, name=_("Riket och regionerna")),
        areas=[_area_line(name, figure, indicator) for _whose, name, figure in areas],
        about=about % facts,
    )


def hidden_regions() -> str:
    """Why a region is missing beside those that are told."""
    return _(
        "De regioner som visas är inget rättvist urval: en region visas inte om det skulle säga för mycket om få "
        "patienter i regionen, på en av dess kliniker eller i en annan region som inte visas."
    )


def closed(sub_registry: str) -> str:
    """Since when a sub-registry is closed for new episodes, in words; empty of one that is open."""
    since = closed_since(sub_registry)
    return "" if since is None else _("Stängt för registrering sedan %(since)s.") % {"since": since}


def changed(found: PublicFigures) -> Note | None:
    if not found.has_other_versions:
        return None
    text = _("Indikatorn har ändrats: här är version %(version)s. Månader som räknades på ett annat sätt visas inte.")
    return Note("info", text % {"version": found.indicator.definition.version})


def _line(found: PublicFigures) -> PublishedLine:
    indicator, latest = found.indicator, found.latest
    there = address("open_indicator", register=indicator.sub_registry, code=indicator.code)
    return PublishedLine(
        link=Link(str(indicator.definition.name), there),
        months=months(latest.months) if latest else "–",
        figure=figure_text(latest.country, indicator) if latest else FigureText(value=_("inte i någon utgåva")),
    )


def _area_line(name: str, figure: Figure, indicator: Indicator) -> AreaLine:
    return AreaLine(name=name, figure=figure_text(figure, indicator), missing=missing_text(figure))


def _over_time(found: PublicFigures) -> SafeString:
    told = [(f"{one.months.first:%Y-%m}", one.country) for one in found.periods]
    return points_of(told, found.indicator, name=_("Riket över tid")) if len(told) > 1 else SafeString()
