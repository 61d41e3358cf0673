"""What the pages of the reports say, in words. No figure is given without its n and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.registries.indicators import UNKNOWN_GROUP
from registret.registries.measuring import CountedAs, Indicator
from registret.registries.queries import closed_since, name_of
from registret.reports.clinics import Clinics
from registret.reports.counts import Figure
from registret.reports.coverage import Coverage
from registret.reports.figures import Compared, GroupFigures, IndicatorFigures, OneIndicator
from registret.reports.over_time import OverTime
from registret.reports.patients import MOST, CountedEpisode, is_highest_first
from registret.web.coverage_words import colour_of, coverage_note
from registret.web.pieces import DataTable, FigureText, Link, Note, Tag
from registret.web.records.episode_lines import episode_table
from registret.web.records.episode_lines import lines as episode_lines
from registret.web.reports.captions import captions_of
from registret.web.reports.clinic_parts import ClinicsPart, clinics_part
from registret.web.reports.downloads import links_of
from registret.web.reports.edition_words import closed_text, edition_text, months
from registret.web.reports.expected_rows import ExpectedRow, expected_rows
from registret.web.reports.figure_words import figure_text, missing_text, others_text, value_text
from registret.web.reports.level_words import level_tag
from registret.web.reports.picture_parts import TimePart, comparison_of, time_part
from registret.web.reports.texts import groups_text, proposed, sentence_of, texts_of

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
    """`sentence`: what is measured. `clinic`: the own one, `own` its figure in `own_months`, `level` whether it differs
    from the country (None if that is not judged). `closed`, `coverage`, `css`: as of a `RegisterTable`.

    `comparison`: a picture, empty if nobody was counted. `captions`: by part of the page, what its picture is of.
    `edition`: which one the figures of others are from, and when the next comes. `outside`: of how many it is not known
    whether they belong. `who`: links to the own patients behind the figure, for those who may read them. `expected_by`:
    of a ratio, in the months `expected_in`. `texts`: what to bear in mind, each with its heading."""

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


def indicator_page(
    found: OneIndicator,
    clinics: Clinics | None,
    quarters: OverTime,
    covered: Coverage | None,
    *,
    actor: Actor,
    at: datetime,
) -> IndicatorPage:
    figures = found.figures
    indicator = figures.indicator
    definition = indicator.definition
    return IndicatorPage(
        address=_address(indicator),
        register=name_of(indicator.sub_registry),
        name=str(definition.name),
        sentence=sentence_of(indicator, strata=found.expected_strata),
        closed=closed_text(figures),
        proposed=proposed(indicator),
        coverage=coverage_note(covered),
        css=colour_of(covered),
        clinic=actor.seat.clinic_name,
        own=figure_text(figures.now, indicator),
        own_months=_own_months(figures),
        level=level_tag(figures),
        comparison=comparison_of(figures),
        places=_places(found, actor.seat.clinic_name),
        edition=edition_text(
            figures.compared.edition if figures.compared else None,
            is_closed=closed_since(indicator.sub_registry) is not None,
            at=at,
        ),
        clinics=clinics_part(figures, clinics),
        over_time=time_part(quarters, indicator),
        captions=captions_of(figures, quarters, clinic=actor.seat.clinic_name, at=at),
        outside=_outside(figures.now, indicator),
        who=_who(figures) if actor.may(Permission.READ_RECORDS) else (),
        strata=[
            StratumTable(id=f"s-{one.code}", name=str(one.name), rows=_group_rows(indicator, one.code, found))
            for one in indicator.strata
        ],
        expected_by=expected_rows(found),
        expected_in=months(found.expected_in) if found.expected_in else "",
        texts=texts_of(indicator, strata=found.expected_strata),
    )


def _address(indicator: Indicator) -> str:
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
        back=Link(str(indicator.definition.name), _address(indicator)),
        count=ngettext("%(n)s vårdepisod, %(period)s", "%(n)s vårdepisoder, %(period)s", number)
        % {"n": number, "period": months(figures.months_now)},
        table=episode_table(lines, is_valued=indicator.is_median and chosen == "ja"),
        cut=_cut(indicator, chosen, is_whole=len(lines) < MOST),
        others=[link for code, link in _outcome_links(figures) if code != chosen],
    )


def _cut(indicator: Indicator, chosen: str, *, is_whole: bool) -> str:
    if not indicator.is_median or chosen != "ja":
        return "" if is_whole else _("De %(most)s senaste visas.") % {"most": MOST}
    order = _("Högst värde först.") if is_highest_first(indicator) else _("Lägst värde först.")
    return order if is_whole else f"{order} {_('De %(most)s första visas.') % {'most': MOST}}"


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
    is_whole = figures.indicator.definition.lag_months > 1 or closed_since(figures.indicator.sub_registry) is not None
    return period if is_whole else _("%(period)s, så här långt") % {"period": period}


def _compared_places(compared: Compared, clinic: str, region: str) -> list[tuple[str, str, Figure | None]]:
    period = months(compared.period)
    return [
        (clinic, period, compared.own),
        (region, period, compared.region),
        (_("Riket"), period, compared.country),
    ]


def _group_rows(indicator: Indicator, stratum: str, found: OneIndicator) -> list[GroupRow]:
    labels = {g.code: str(g.label) for one in indicator.strata if one.code == stratum for g in one.group}
    compared = found.figures.compared
    return [_group_row(indicator, labels, one, compared) for one in found.strata[stratum]]


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
    return [link for _code, link in _outcome_links(figures)]


def _outcome_links(figures: IndicatorFigures) -> list[tuple[str, Link]]:
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
