"""Täckningsgrad, for the office: all clinics without patients, and the counts that it is computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registret.access.applications.time_to_access import access_times
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.kernel.table import decoded
from registret.places.queries import every_clinic
from registret.registries.queries import sub_registries
from registret.reports.coverage import counts_file
from registret.reports.coverage.counted import coverage_everywhere, import_coverage
from registret.reports.coverage.not_included import not_included_everywhere
from registret.time_limits.lengths import Length, Unit
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.office.clinics import FileForm
from registret.web.office.coverage_pages import (
    CoverageImport,
    CoverageWanted,
    CoveredClinic,
    coverage_import_page,
    coverage_page,
    covered_clinics,
)
from registret.web.pieces import show
from registret.web.tables import csv_file

_YEAR_OF_ACCESS = Length(number=12, unit=Unit.MONTHS)


class CountsForm(FileForm):
    """A file of counts, and where they come from."""

    source = forms.CharField(
        max_length=counts_file.LONGEST_SOURCE,
        error_messages={
            "required": gettext_lazy("Skriv varifrån antalen kommer"),
            "max_length": gettext_lazy("Skriv högst 200 tecken"),
            "null_characters_not_allowed": gettext_lazy("Källan innehåller ett tecken som inte går att spara"),
        },
    )


@needs(Permission.APPOINT).get
def coverage(request: ActorRequest) -> HttpResponse:
    """All clinics in a year of a sub-registry: registered, counted elsewhere, and how long access took."""
    wanted, lines = _wanted_lines(request)
    return show(request, "office/coverage.html", coverage_page(wanted, lines), tab="office")


@needs(Permission.APPOINT).get
def coverage_csv(request: ActorRequest) -> HttpResponse:
    """The same as a file."""
    wanted, lines = _wanted_lines(request)
    header = [_("Klinikkod"), _("Klinik"), _("Region"), _("Delregister"), _("År"), _("Registrerade"), _("I filen")]
    header += [_("Täckningsgrad"), _("95 % lägst"), _("95 % högst")]
    header += [_("Källa"), _("Ej inkluderade"), _("Dygn till tillgång, median")]
    return csv_file(f"tackningsgrad-{wanted.sub_registry}-{wanted.year}.csv", header, _rows(wanted, lines))


def _wanted_lines(request: ActorRequest) -> tuple[CoverageWanted, list[CoveredClinic]]:
    registers = {one.code: one.name for one in sub_registries()}
    asked = request.GET.get("delregister", "")
    register = asked if asked in registers else next(iter(registers))
    found = coverage_everywhere(actor=request.actor, sub_registry=register)
    wanted = CoverageWanted.asked(request.GET, registers, register, found, this_year=day_of(request.at).year)
    times = access_times(since=_YEAR_OF_ACCESS.before(request.at), until=request.at, actor=request.actor)
    left_out = not_included_everywhere(actor=request.actor, sub_registry=register)
    return wanted, covered_clinics(wanted, every_clinic(), found, times, left_out)


def _rows(wanted: CoverageWanted, lines: list[CoveredClinic]) -> Iterator[list[str]]:
    for line in lines:
        about = [line.clinic.code, line.clinic.title, line.clinic.region, wanted.sub_registry, str(wanted.year)]
        told = [line.registered, line.expected, line.coverage.value, *line.interval]
        yield [*about, *told, line.source, line.not_included, line.days]


@needs(Permission.APPOINT).get_post
def bring_counts(request: ActorRequest) -> HttpResponse:
    """The form; POST with a file says what it would do; POST of that text with its state does it."""
    is_confirmed = "text" in request.POST
    form = _counts_form(request, is_confirmed=is_confirmed)
    answer, done, moved = None, False, False
    if form.is_bound and form.is_valid():
        answer = _answer(request, form, dry_run=True)
        moved = is_confirmed and answer.state != request.POST.get("state")
        if is_confirmed and not moved and not answer.done.faults:
            answer, done = _answer(request, form, dry_run=False), True
    page = coverage_import_page(form if not done else CountsForm(), answer, done=done, moved=moved)
    wrong = form.errors or (answer is not None and answer.done.faults)
    return show(request, "office/bring_counts.html", page, tab="office", status=422 if wrong else 200)


def _counts_form(request: ActorRequest, *, is_confirmed: bool) -> CountsForm:
    if request.method != "POST":
        return CountsForm()
    if not is_confirmed:
        return CountsForm(request.POST, request.FILES)
    tried = SimpleUploadedFile("text.csv", request.POST["text"].encode())
    return CountsForm(request.POST, MultiValueDict({"file": [tried]}))


def _answer(request: ActorRequest, form: CountsForm, *, dry_run: bool) -> CoverageImport:
    content: bytes = form.cleaned_data["file"]
    source = " ".join(form.cleaned_data["source"].split())
    rows, faults = counts_file.read(content)
    done = import_coverage(
        rows=rows, unreadable=faults, source=source, dry_run=dry_run, by=request.actor.by, at=request.at
    )
    return CoverageImport(
        text="" if done.faults else decoded(content, windows=True),
        source=source,
        done=done,
        state=hashlib.sha256(repr(done).encode()).hexdigest(),
    )
