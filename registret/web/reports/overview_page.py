"""Rapporter: all indicators of the own sub-registries, a line each. Those that are worse than chance explains come
first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.comparing.over_time import over_time_of
from registret.reports.coverage.counted import Coverage
from registret.reports.told import EditionRow
from registret.web.coverage_words import colour_of, coverage_note
from registret.web.pieces import FigureText, Link, Note, Tag
from registret.web.reports.edition_words import closed_text, editions_text
from registret.web.reports.figure_words import figure_text, missing_text, others_text
from registret.web.reports.level_words import is_to_the_worse, level_tag
from registret.web.reports.picture_parts import beside_country, trend_of


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """`level`: whether the own figure differs from the country; None if that is not judged. `beside`, `trend`: small
    pictures, empty where there is nothing to draw."""

    link: Link
    own: FigureText
    level: Tag | None
    beside: SafeString
    trend: SafeString
    missing: str
    region: FigureText
    country: FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterTable:
    """`id`: of its heading. `closed`: since when, and of which years the figures are; empty if it is open. `coverage`:
    how many of all are registered; `css`: how figures look because of it. `file`: the same figures to take along.
    `quality`: how complete they are."""

    id: str
    name: str
    closed: str
    coverage: Note
    css: str
    rows: Sequence[IndicatorRow]
    file: Link
    quality: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """`edition`: which is the newest, and when the next one comes. `to_do`: what does not count until it is signed, for
    those who may read it."""

    registers: Sequence[RegisterTable]
    edition: str
    to_do: Sequence[Link]


def register_table(
    name: str, found: Sequence[IndicatorFigures], covered: Coverage | None, *, at: datetime
) -> RegisterTable:
    """`found`: at least one."""
    code = found[0].indicator.sub_registry
    worst_first = sorted(found, key=is_to_the_worse, reverse=True)
    return RegisterTable(
        id=f"r-{code}",
        name=name,
        closed=closed_text(found[0]),
        coverage=coverage_note(covered),
        css=f"pile {colour_of(covered)}",
        rows=[_row(one, at=at) for one in worst_first],
        file=Link(_("Hämta siffrorna som fil"), reverse("reports_file", args=[code])),
        quality=Link(_("Datakvalitet"), reverse("data_quality", args=[code])),
    )


def reports_page(
    registers: Sequence[RegisterTable], newest: EditionRow | None, *, actor: Actor, at: datetime
) -> ReportsPage:
    to_do = tuple(unsigned_links("")) if actor.may(Permission.READ_RECORDS) else ()
    return ReportsPage(registers=registers, edition=editions_text(newest, at=at), to_do=to_do)


def unsigned_links(register: str) -> Iterator[Link]:
    """The lists of what is left to do, of one sub-registry or of all."""
    there = f"{reverse('records')}?" + (f"delregister={register}&" if register else "")
    yield Link(_("Vårdepisoder som är påbörjade"), f"{there}lage=paborjade")
    yield Link(_("Vårdepisoder som är sena"), f"{there}sena=on")


def _row(one: IndicatorFigures, *, at: datetime) -> IndicatorRow:
    indicator, compared = one.indicator, one.compared
    return IndicatorRow(
        link=Link(str(indicator.definition.name), reverse("indicator", args=[indicator.sub_registry, indicator.code])),
        own=figure_text(one.now, indicator),
        level=level_tag(one),
        beside=beside_country(one),
        trend=trend_of(over_time_of(one, at=at), indicator),
        missing=missing_text(one.now),
        region=others_text(compared.region if compared else None, compared, indicator),
        country=others_text(compared.country if compared else None, compared, indicator),
    )
