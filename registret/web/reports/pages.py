"""The page of all indicators: a table for each sub-registry. No figure is given without its n and interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.coverage.counted import Coverage
from registret.reports.told import EditionRow
from registret.web.coverage_words import colour_of, coverage_note
from registret.web.pieces import FigureText, Link, Note
from registret.web.reports.figure_words import figure_text, missing_text, others_text
from registret.web.reports.page_words import address_of, closed_in_words, edition_facts, edition_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    link: Link
    own: FigureText
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
    file: Link | None
    quality: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """`edition`: which is the newest, and when the next one comes."""

    registers: Sequence[RegisterTable]
    edition: str


def register_table(name: str, found: Sequence[IndicatorFigures], covered: Coverage | None) -> RegisterTable:
    code = found[0].indicator.sub_registry if found else ""
    file = Link(_("Hämta siffrorna som fil"), reverse("reports_file", args=[code])) if found else None
    quality = Link(_("Datakvalitet"), reverse("data_quality", args=[code])) if found else None
    return RegisterTable(
        id=f"r-{code}",
        name=name,
        closed=closed_in_words(found[0]) if found else "",
        coverage=coverage_note(covered),
        css=f"pile {colour_of(covered)}",
        rows=[_row(one) for one in found],
        file=file,
        quality=quality,
    )


def reports_page(registers: Sequence[RegisterTable], newest: EditionRow | None, *, at: datetime) -> ReportsPage:
    return ReportsPage(registers=[one for one in registers if one.rows], edition=_editions(newest, at=at))


def _row(one: IndicatorFigures) -> IndicatorRow:
    indicator, compared = one.indicator, one.compared
    return IndicatorRow(
        link=Link(str(indicator.definition.name), address_of(indicator)),
        own=figure_text(one.now, indicator),
        missing=missing_text(one.now),
        region=others_text(compared.region if compared else None, compared, indicator),
        country=others_text(compared.country if compared else None, compared, indicator),
    )


def _editions(newest: EditionRow | None, *, at: datetime) -> str:
    """Of several indicators: each may be from an edition of its own."""
    if newest is None:
        return edition_in_words(None, at=at)
    return _(
        "Andras siffror är ur utgåvor, den senaste nummer %(number)s från %(made)s; indikatorns sida säger vilken. "
        "Nästa utgåva kommer %(next)s."
    ) % edition_facts(newest, at=at)
