"""Årsrapport as PDF that a screen reader can read. It says in tables what the page also draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.kernel.sweden import midnight
from registret.web.open_statistics.annual import AnnualReportPage, ReportedIndicator
from registret.web.open_statistics.files import LICENCE
from registret.web.open_statistics.pages import AreasTold
from registret.web.typeset import Frame, frame, typeset

_TEMPLATE: Final = "open_statistics/annual_report.typ"
_KEPT: Final = 8
"""Reports that are kept in memory: two languages of some years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaListing:
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorOnPaper:
    """`areas`: one listing, or none."""

    name: str
    sentence: str
    notes: tuple[str, ...]
    areas: tuple[AreaListing, ...]
    about: str
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterOnPaper:
    """`coverage`: one listing, or none."""

    name: str
    closed: str
    coverage_name: str
    coverage: tuple[AreaListing, ...]
    coverage_about: str
    indicators: tuple[IndicatorOnPaper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualPaper:
    """`method`: paragraphs, each with its heading."""

    frame: Frame
    editions: str
    chapters: tuple[ChapterOnPaper, ...]
    method_name: str
    method: tuple[tuple[str, str], ...]
    licence: str


def annual_paper(page: AnnualReportPage, *, at: datetime) -> bytes:
    """The same report as `annual.annual_report_page`. Raises: TakesTooLong."""
    return typeset(_TEMPLATE, _paper(page, at=at), at=at)


def annual_paper_for_all(page: AnnualReportPage) -> bytes:
    """The same, as old as the newest edition in it: set once, however many ask. Raises: TakesTooLong."""
    at = midnight(page.newest_on)
    return _set_once(_paper(page, at=at), at)


@lru_cache(maxsize=_KEPT)
def _set_once(paper: AnnualPaper, at: datetime) -> bytes:
    return typeset(_TEMPLATE, paper, at=at)


def paper_file(year: int, made: bytes) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="arsrapport-{year}.pdf"'
    return response


def _paper(page: AnnualReportPage, *, at: datetime) -> AnnualPaper:
    title = _("Årsrapport %(year)s") % {"year": page.year}
    return AnnualPaper(
        frame=frame(title, about="", at=at),
        editions=page.editions,
        chapters=tuple(
            ChapterOnPaper(
                name=chapter.name,
                closed=chapter.closed,
                coverage_name=_("Täckningsgrad"),
                coverage=_listing(chapter.coverage),
                coverage_about=chapter.coverage.about,
                indicators=tuple(_on_paper(one) for one in chapter.indicators),
            )
            for chapter in page.chapters
        ),
        method_name=_("Metod"),
        method=tuple(page.method),
        licence=_("Siffrorna är fria att använda: %(licence)s.") % {"licence": LICENCE},
    )


def _on_paper(found: ReportedIndicator) -> IndicatorOnPaper:
    return IndicatorOnPaper(
        name=found.name,
        sentence=found.sentence,
        notes=tuple(one.text for one in found.notes),
        areas=_listing(found.told),
        about=found.told.about,
        reading=found.reading,
    )


def _listing(told: AreasTold) -> tuple[AreaListing, ...]:
    headings = (_("Var"), _("Resultat"), _("Intervall och antal"), _("Utfall saknas"))
    rows = tuple((one.name, one.figure.value, one.figure.about, one.missing) for one in told.areas)
    columns = 4 if told.has_missing else 3
    return (AreaListing(headings=headings[:columns], rows=tuple(row[:columns] for row in rows)),) if rows else ()
