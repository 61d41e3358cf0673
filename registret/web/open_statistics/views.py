"""Öppen statistik: what the office has published, for anybody, without logging in."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from registret.registries.measuring import Indicator
from registret.registries.queries import indicators_of
from registret.reports.public_figures import PublicFigures, public_figures
from registret.reports.publishing import published, subject_of, subject_of_year
from registret.web.http import Request
from registret.web.open_statistics.annual import AnnualReportPage, annual_report_page
from registret.web.open_statistics.answers import for_all
from registret.web.open_statistics.files import as_csv, as_json
from registret.web.open_statistics.measure_reports import as_reports
from registret.web.open_statistics.pages import indicator_page, published_indicators, statistics_page
from registret.web.open_statistics.paper import annual_paper_for_all, paper_file


@for_all
def index(request: Request) -> HttpResponse:
    """All indicators that are published; as if it did not exist where none is."""
    subjects = published()
    if not subjects:
        raise Http404
    found = public_figures(published_indicators(subjects))
    return render(request, "open_statistics/statistics.html", {"page": statistics_page(found, subjects)})


@for_all
def indicator(request: Request, register: str, code: str) -> HttpResponse:
    """One indicator: the country and its regions, over time, and how it is read."""
    page = indicator_page(_published(register, code))
    return render(request, "open_statistics/indicator.html", {"page": page})


@for_all
def indicator_csv(request: Request, register: str, code: str) -> HttpResponse:
    return as_csv(_published(register, code))


@for_all
def indicator_json(request: Request, register: str, code: str) -> HttpResponse:
    return JsonResponse(as_json(_published(register, code)), json_dumps_params={"ensure_ascii": False})


@for_all
def indicator_fhir(request: Request, register: str, code: str) -> HttpResponse:
    """A Bundle of the Measure and a MeasureReport for each area and period."""
    bundle = as_reports(_published(register, code), origin=settings.SITE_ORIGIN)
    return JsonResponse(bundle, content_type="application/fhir+json", json_dumps_params={"ensure_ascii": False})


@for_all
def annual_report(request: Request, year: int) -> HttpResponse:
    """Årsrapport of a year that the office has published."""
    page = _published_report(request, year)
    return render(request, "open_statistics/annual_report.html", {"page": page, "frame": "open_statistics/frame.html"})


@for_all
def annual_report_pdf(request: Request, year: int) -> HttpResponse:
    """The same on paper."""
    return paper_file(year, annual_paper_for_all(_published_report(request, year)))


def _published_report(request: Request, year: int) -> AnnualReportPage:
    """Raises: Http404 (not published)."""
    subjects = published()
    if subject_of_year(year) not in subjects:
        raise Http404
    return annual_report_page(year, subjects, at=request.at)


def _published(register: str, code: str) -> PublicFigures:
    """Raises: Http404 (unknown, or not published: nobody is told which)."""
    found: Indicator | None = next((one for one in indicators_of(register) if one.code == code), None)
    if found is None or not found.may_be_public or subject_of(found) not in published():
        raise Http404
    return public_figures([found])[found.key]
