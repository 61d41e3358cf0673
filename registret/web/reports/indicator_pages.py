"""The page of an indicator: its figures, pictures and texts. No figure is given without its n and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.registries.indicators import UNKNOWN_GROUP
from registret.registries.measuring import Indicator
from registret.registries.queries import closed_since, name_of
from registret.reports.comparing.clinics import Clinics
from registret.reports.comparing.figures import Compared, GroupFigures, IndicatorFigures, OneIndicator
from registret.reports.comparing.over_time import OverTime
from registret.reports.counts import Figure
from registret.reports.coverage.counted import Coverage
from registret.web.figures.captions import captions_of
from registret.web.figures.coverage_words import colour_of, coverage_note
from registret.web.figures.edition_words import closed_text, edition_text, is_to_this_day, months
from registret.web.figures.figure_words import figure_text, missing_text, others_text
from registret.web.figures.level_words import level_tag
from registret.web.figures.picture_parts import TimePart, comparison_of, time_part
from registret.web.figures.texts import groups_text, proposed, sentence_of, texts_of
from registret.web.pieces import FigureText, Link, Note, Tag
from registret.web.reports.clinic_parts import ClinicsPart, clinics_part
from registret.web.reports.downloads import links_of
from registret.web.reports.expected_rows import ExpectedRow, expected_rows
from registret.web.reports.patient_pages import address_of, outcome_links


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
    name: str
    rows: Sequence[GroupRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorPage:
    """`sentence`: what is measured. `clinic`: the own one, `own` its figure in `own_months`. `compared`: its figure in
    the months of an edition, with them (None before there is one), and `level` whether that differs from the country
    (None if that is not judged). `closed`, `coverage`, `css`: as of a `RegisterTable`.

    `comparison`: a picture, empty if nobody was counted. `captions`: by part of the page, what its picture is of.
    `edition`: which one the figures of others are from, and when the next comes. `outside`: of how many it is not known
    whether they belong. `who`: links to the own patients behind the figure, for those who may read them. `expected_by`:
    of a ratio, in the months `expected_in`. `texts`: what to bear in mind, each with its heading; why and how to read
    it stand open."""

    address: str
    register: str
    name: str
    sentence: str
    closed: str
    proposed: Note | None
    coverage: Note
    css: str
    clinic: str
    own: FigureText
    own_months: str
    compared: FigureText | None
    level: Tag | None
    comparison: SafeString
    places: Sequence[PlaceRow]
    edition: str
    clinics: ClinicsPart
    over_time: TimePart
    captions: Mapping[str, str]
    outside: str
    who: Sequence[Link]
    strata: Sequence[StratumTable]
    expected_by: Sequence[ExpectedRow]
    expected_in: str
    texts: Sequence[tuple[str, str]]
    texts_unfolded: int = 2

    @property
    def pictures(self) -> Mapping[str, SafeString]:
        """By part of the page; empty where a sentence says why there is none."""
        return {
            "jamforelse": self.comparison,
            "tratt": self.clinics.funnel,
            "kliniker": self.clinics.bars,
            "tid": self.over_time.picture,
        }

    @property
    def files(self) -> Mapping[str, Sequence[Link]]:
        """By part of the page, what it gives to take along: of clinics nothing, where none is shown."""
        links = links_of(self.address, self.pictures)
        return links if self.clinics.rows else {**links, "kliniker": ()}


def indicator_page(
    found: OneIndicator,
    clinics: Clinics | None,
    quarters: OverTime,
    covered: Coverage | None,
    *,
    actor: Actor,
    at: datetime,
) -> IndicatorPage:
    figures, indicator = found.figures, found.figures.indicator
    return IndicatorPage(
        address=address_of(indicator),
        register=name_of(indicator.sub_registry),
        name=str(indicator.definition.name),
        sentence=sentence_of(indicator, strata=found.expected_strata),
        closed=closed_text(figures),
        proposed=proposed(indicator),
        coverage=coverage_note(covered),
        css=colour_of(covered),
        clinic=actor.seat.clinic_name,
        own=figure_text(figures.now, indicator),
        own_months=_own_months(figures),
        compared=_compared(figures),
        level=level_tag(figures),
        comparison=comparison_of(figures),
        places=_places(found, actor.seat.clinic_name),
        edition=_edition(figures, at),
        clinics=clinics_part(figures, clinics),
        over_time=time_part(quarters, indicator),
        captions=captions_of(figures, quarters, clinic=actor.seat.clinic_name, at=at),
        outside=_outside(figures.now, indicator),
        who=_who(figures) if actor.may(Permission.READ_RECORDS) else (),
        strata=_strata(found),
        expected_by=expected_rows(found),
        expected_in=months(found.expected_in) if found.expected_in else "",
        texts=texts_of(indicator, strata=found.expected_strata),
    )


def _edition(figures: IndicatorFigures, at: datetime) -> str:
    edition = figures.compared.edition if figures.compared else None
    return edition_text(edition, is_closed=closed_since(figures.indicator.sub_registry) is not None, at=at)


def _outside(figure: Figure, indicator: Indicator) -> str:
    if not figure.unplaced:
        return ""
    if indicator.is_ratio:
        return ngettext(
            "%(n)s vårdepisod på din klinik räknas inte, för dess grupp (%(groups)s) är inte känd.",
            "%(n)s vårdepisoder på din klinik räknas inte, för deras grupp (%(groups)s) är inte känd.",
            figure.unplaced,
        ) % {"n": figure.unplaced, "groups": groups_text(indicator)}
    return ngettext(
        "För %(n)s vårdepisod på din klinik är det inte känt om den hör hit. Den räknas inte.",
        "För %(n)s vårdepisoder på din klinik är det inte känt om de hör hit. De räknas inte.",
        figure.unplaced,
    ) % {"n": figure.unplaced}


def _places(found: OneIndicator, clinic: str) -> list[PlaceRow]:
    figures = found.figures
    told: list[tuple[str, str, Figure | None]] = [(clinic, _own_months(figures), figures.now)]
    if figures.compared is not None:
        told += _compared_places(figures.compared, clinic, found.region_name)
    return [
        PlaceRow(name=name, period=period, figure=figure_text(figure, figures.indicator), missing=missing_text(figure))
        for name, period, figure in told
    ]


def _own_months(figures: IndicatorFigures) -> str:
    period = months(figures.months_now)
    return _("%(period)s, så här långt") % {"period": period} if is_to_this_day(figures) else period


def _compared(figures: IndicatorFigures) -> FigureText | None:
    if figures.compared is None:
        return None
    told, period = figure_text(figures.compared.own, figures.indicator), months(figures.compared.period)
    return replace(told, value=_("%(value)s i %(months)s") % {"value": told.value, "months": period})


def _compared_places(compared: Compared, clinic: str, region: str) -> list[tuple[str, str, Figure | None]]:
    period = months(compared.period)
    return [
        (clinic, period, compared.own),
        (region, period, compared.region),
        (_("Riket"), period, compared.country),
    ]


def _strata(found: OneIndicator) -> list[StratumTable]:
    indicator, compared = found.figures.indicator, found.figures.compared
    return [
        StratumTable(
            name=str(one.name),
            rows=[
                _group_row(indicator, {group.code: str(group.label) for group in one.group}, figures, compared)
                for figures in found.strata[one.code]
            ],
        )
        for one in indicator.strata
    ]


def _group_row(
    indicator: Indicator, labels: Mapping[str, str], one: GroupFigures, compared: Compared | None
) -> GroupRow:
    return GroupRow(
        name=labels.get(one.code, _("Okänt")) if one.code != UNKNOWN_GROUP else _("Okänt"),
        own=figure_text(one.own, indicator),
        region=others_text(one.region, compared, indicator),
        country=others_text(one.country, compared, indicator),
    )


def _who(figures: IndicatorFigures) -> list[Link]:
    return [link for _code, link in outcome_links(figures)]
