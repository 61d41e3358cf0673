"""Importera: a file is tried, then brought in."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.access.roles import Permission
from registret.exchange.importing.jobs import keep_and_try, kept_jobs
from registret.exchange.importing.results import FileResult, Way
from registret.exchange.importing.running import MOST_AT_ONCE, ImportWish, run
from registret.exchange.mappings.applying import column_faults
from registret.exchange.mappings.reading import MappingBroken
from registret.exchange.readers import read
from registret.exchange.readers.table import SourceTable
from registret.exchange.runs import newest_runs
from registret.exchange.saved_mappings import SavedMapping, mapping_of, mappings_in_force, understood
from registret.kernel.refused import Refused
from registret.web.exchange.fault_lines import with_errors
from registret.web.exchange.forms import GoOnForm, ImportForm
from registret.web.exchange.large_pages import file_lines
from registret.web.exchange.pages import columns_page, imports_page, outcome_words, result_page
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.office.clinics import LARGEST
from registret.web.pieces import show
from registret.web.tables import csv_file
from registret.words.refusals import page_of


@needs(Permission.IMPORT).get_post
def imports(request: ActorRequest) -> HttpResponse:
    """The descriptions and the latest imports of the clinic; POST with a file says what it would come to, or keeps a
    large one, which a worker tries."""
    mappings = mappings_in_force(request.actor)
    form = ImportForm(mappings, request.POST, request.FILES) if request.method == "POST" else ImportForm(mappings)
    if form.is_bound and form.is_valid():
        content: bytes = form.cleaned_data["file"]
        try:
            table = read(content)
            return _tried(request, mapping_of(request.actor, form.cleaned_data["mapping"]), table, content)
        except Refused as refused:
            if not refused.code.startswith("import."):
                raise
            form.add_error("file", in_sentences(refused))
    files = file_lines(kept_jobs(actor=request.actor, at=request.at))
    page = imports_page(form, mappings, files, newest_runs(request.actor))
    return show(request, "exchange/imports.html", page, tab="imports", status=422 if form.errors else 200)


@needs(Permission.IMPORT).post
def bring_in(request: ActorRequest) -> HttpResponse:
    """The file that was tried: brought in, or given back with what is wrong."""
    form = GoOnForm(request.POST)
    if not form.is_valid():
        return see_other("imports")
    content: bytes = form.cleaned_data["content"]
    saved = mapping_of(request.actor, form.cleaned_data["mapping"])
    table = read(content)
    if "file" in request.POST:
        return _file(saved, table, _run(request, saved, table, Way.TRY))
    result = _run(request, saved, table, form.cleaned_data["way"])
    page = result_page(saved, understood(saved), table, result, content, moved=not result.is_saved)
    return show(request, "exchange/result.html", page, tab="imports", status=200 if result.is_saved else 409)


def _tried(request: ActorRequest, saved: SavedMapping, table: SourceTable, content: bytes) -> HttpResponse:
    """What the file would come to. A mapping that does not fit the form any more is shown instead."""
    try:
        mapping = understood(saved)
    except MappingBroken:
        return see_other("mapping", saved.id)
    if faults := column_faults(mapping, table):
        return show(request, "exchange/result.html", columns_page(saved, table, faults), tab="imports", status=422)
    if len(table.rows) > MOST_AT_ONCE or len(content) > LARGEST:
        return see_other("import_file", keep_and_try(actor=request.actor, saved=saved, table=table, at=request.at))
    result = _run(request, saved, table, Way.TRY)
    page = result_page(saved, mapping, table, result, content)
    return show(request, "exchange/result.html", page, tab="imports", status=422 if page.has_faults else 200)


def _run(request: ActorRequest, saved: SavedMapping, table: SourceTable, way: Way) -> FileResult:
    return run(actor=request.actor, wish=ImportWish(saved=saved, table=table, way=way), at=request.at)


def _file(saved: SavedMapping, table: SourceTable, result: FileResult) -> HttpResponse:
    header = [*table.columns, _("Resultat"), _("Fel"), _("Gör så här"), _("Felkod")]
    pairs = zip(table.rows, result.rows, strict=True)
    return csv_file("import-med-fel.csv", header, with_errors(understood(saved), table, pairs, outcome_words()))


def in_sentences(refused: Refused) -> str:
    """What is wrong with a file, and what to do, beside the field."""
    told = page_of(refused)
    return " ".join((told.title, told.happened, told.todo[0]))
