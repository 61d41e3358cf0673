"""Årsrapport as PDF that a screen reader can read. It says in tables what the page also draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from registret.web.open_statistics.annual import AnnualReportPage, ReportedIndicator
from registret.web.open_statistics.files import LICENCE
from registret.web.open_statistics.pages import AreasTold
from registret.web.typeset import Frame, frame, typeset


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaListing:
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorOnPaper:
    """`areas`: one listing, or none."""

    name: str
    sentence: str
    notes: Sequence[str]
    areas: Sequence[AreaListing]
    about: str
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterOnPaper:
    """`coverage`: one listing, or none."""

    name: str
    closed: str
    coverage_name: str
    coverage: Sequence[AreaListing]
    coverage_about: str
    indicators: Sequence[IndicatorOnPaper]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualPaper:
    """`method`: paragraphs, each with its heading."""

    frame: Frame
    editions: str
    chapters: Sequence[ChapterOnPaper]
    method_name: str
    method: Sequence[tuple[str, str]]
    licence: str


def annual_paper(page: AnnualReportPage, *, at: datetime) -> bytes:
    """The same report as `annual.annual_report_page`. Raises: TakesTooLong."""
    title = _("Årsrapport %(year)s") % {"year": page.year}
    paper = AnnualPaper(
        frame=frame(title, about="", at=at),
        editions=page.editions,
        chapters=[
            ChapterOnPaper(
                name=chapter.name,
                closed=chapter.closed,
                coverage_name=_("Täckningsgrad"),
                coverage=_listing(chapter.coverage),
                coverage_about=chapter.coverage.about,
                indicators=[_on_paper(one) for one in chapter.indicators],
            )
            for chapter in page.chapters
        ],
        method_name=_("Metod"),
        method=page.method,
        licence=_("Siffrorna är fria att använda: %(licence)s.") % {"licence": LICENCE},
    )
    return typeset("open_statistics/annual_report.typ", paper, at=at)


def _on_paper(found: ReportedIndicator) -> IndicatorOnPaper:
    return IndicatorOnPaper(
        name=found.name,
        sentence=found.sentence,
        notes=[one.text for one in found.notes],
        areas=_listing(found.told),
        about=found.told.about,
        reading=found.reading,
    )


def _listing(told: AreasTold) -> list[AreaListing]:
    headings = (_("Var"), _("Resultat"), _("Intervall och antal"), _("Utfall saknas"))
    rows = [(one.name, one.figure.value, one.figure.about, one.missing) for one in told.areas]
    columns = 4 if told.has_missing else 3
    return [AreaListing(headings=headings[:columns], rows=[row[:columns] for row in rows])] if rows else []
