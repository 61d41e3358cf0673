"""Rapporter: what the registry measures, at the own clinic and beside others, and who is behind a figure."""

from __future__ import annotations

from django.http import HttpResponse

from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.registries.queries import sub_registries
from registret.reports.comparing.clinics import clinics_beside
from registret.reports.comparing.figures import one_indicator, overview, readable, readable_form
from registret.reports.comparing.over_time import over_time
from registret.reports.comparing.patients import behind
from registret.reports.completeness import completeness
from registret.reports.coverage.counted import newest_own_coverage, own_coverage
from registret.reports.coverage.not_included import own_not_included
from registret.reports.remarks import with_remark
from registret.reports.told import newest_edition
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.pieces import show
from registret.web.records.episode_lines import lines
from registret.web.reports.clinic_parts import clinics_part
from registret.web.reports.downloads import picture_file
from registret.web.reports.expected_rows import expected_rows
from registret.web.reports.files import clinics_file, expected_file, figures_file, groups_file, quarters_file
from registret.web.reports.indicator_pages import IndicatorPage, indicator_page
from registret.web.reports.not_included_part import included_part
from registret.web.reports.overview_page import register_table, reports_page
from registret.web.reports.patient_pages import OUTCOMES, chosen_outcome, patients_page
from registret.web.reports.quality_pages import counted_since, quality_page
from registret.web.reports.remark_pages import remark_lines, remark_page, rule_of


@needs(Permission.READ_REPORTS).get
def reports(request: ActorRequest) -> HttpResponse:
    """All indicators of the sub-registries that the reader has."""
    mine = readable(request.actor)
    covered = newest_own_coverage(actor=request.actor)
    tables = [
        register_table(one.name, found, covered.get(one.code), at=request.at)
        for one in sub_registries()
        if one.code in mine and (found := overview(actor=request.actor, sub_registry=one.code, at=request.at))
    ]
    chosen = request.GET.get("delregister", "")
    reads = request.actor.may(Permission.READ_RECORDS)
    page = reports_page(tables, newest_edition(), chosen=chosen, reads_records=reads, at=request.at)
    return show(request, "reports/reports.html", page, tab="reports")


@needs(Permission.READ_REPORTS).get
def reports_csv(request: ActorRequest, register: str) -> HttpResponse:
    """The figures of a sub-registry as a file."""
    found = overview(actor=request.actor, sub_registry=register, at=request.at)
    return figures_file(register, found, actor=request.actor)


@needs(Permission.READ_REPORTS).get
def indicator(request: ActorRequest, register: str, code: str) -> HttpResponse:
    """One indicator: own clinic, region, country and other clinics, over time, by group, and what it means."""
    return show(request, "reports/indicator.html", _indicator_page(request, register, code), tab="reports")


@needs(Permission.READ_REPORTS).get
def indicator_picture(request: ActorRequest, register: str, code: str, part: str, kind: str) -> HttpResponse:
    """A picture of the page of an indicator."""
    page = _indicator_page(request, register, code)
    caption = page.captions.get(part, "")
    return picture_file(f"{part}-{code}", page.pictures.get(part), caption, kind=kind, at=request.at)


@needs(Permission.READ_REPORTS).get
def indicator_csv(request: ActorRequest, register: str, code: str, part: str) -> HttpResponse:
    """A table of the page of an indicator."""
    found = one_indicator(actor=request.actor, sub_registry=register, code=code, at=request.at)
    figures = found.figures
    match part:
        case "jamforelse":
            return figures_file(code, [figures], actor=request.actor)
        case "grupper" if figures.indicator.is_ratio:
            return expected_file(figures.indicator, expected_rows(found))
        case "grupper":
            return groups_file(figures.indicator, found, actor=request.actor)
        case "kliniker":
            beside = clinics_part(figures, clinics_beside(figures, actor=request.actor))
            return clinics_file(figures.indicator, beside)
        case "tid":
            quarters = over_time(actor=request.actor, sub_registry=register, code=code, at=request.at)
            return quarters_file(figures.indicator, quarters)
    raise NotFound()


def _indicator_page(request: ActorRequest, register: str, code: str) -> IndicatorPage:
    found = one_indicator(actor=request.actor, sub_registry=register, code=code, at=request.at)
    clinics = clinics_beside(found.figures, actor=request.actor)
    quarters = over_time(actor=request.actor, sub_registry=register, code=code, at=request.at)
    covered = newest_own_coverage(actor=request.actor).get(register)
    return indicator_page(found, clinics, quarters, covered, actor=request.actor, at=request.at)


@needs(Permission.READ_REPORTS).get
def quality(request: ActorRequest, register: str) -> HttpResponse:
    """Datakvalitet: how complete the own clinic's registrations of a year are."""
    form = readable_form(request.actor, register)
    since = counted_since(register, at=request.at)
    counted = completeness(actor=request.actor, sub_registry=register, since=since, at=request.at)
    covered = own_coverage(actor=request.actor, sub_registry=register)
    left_out = own_not_included(actor=request.actor, sub_registry=register)
    included = included_part(form, left_out, covered, actor=request.actor)
    remarks = remark_lines(form, counted.remarks, actor=request.actor)
    return show(
        request,
        "reports/quality.html",
        quality_page(form, counted, covered, included, remarks, actor=request.actor, at=request.at),
        tab="reports",
    )


@needs(Permission.READ_RECORDS).get
def remark(request: ActorRequest, register: str, step: str, code: str) -> HttpResponse:
    """The own episodes in which a rule does not hold."""
    form = readable_form(request.actor, register)
    rule = rule_of(form, step, code)
    since = counted_since(register, at=request.at)
    rows = with_remark(actor=request.actor, sub_registry=register, step=step, rule=code, since=since, at=request.at)
    return show(
        request,
        "reports/patients.html",
        remark_page(form, rule, lines(rows, actor=request.actor, at=request.at)),
        tab="reports",
    )


@needs(Permission.READ_RECORDS).get
def patients(request: ActorRequest, register: str, code: str) -> HttpResponse:
    """Vilka är de: the own patients behind a figure, of the period that counts to this day."""
    figures = one_indicator(actor=request.actor, sub_registry=register, code=code, at=request.at).figures
    chosen = chosen_outcome(request.GET.get("utfall", ""), figures.indicator)
    found = behind(
        actor=request.actor,
        indicator=figures.indicator,
        period=figures.months_now,
        outcomes=OUTCOMES[chosen],
        at=request.at,
    )
    page = patients_page(figures, chosen, found, actor=request.actor, at=request.at)
    return show(request, "reports/patients.html", page, tab="reports")
