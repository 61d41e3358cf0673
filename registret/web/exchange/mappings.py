"""Filbeskrivningar: drafted of a file, written as text, tried on ten rows, and saved as a version."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.access.roles import Permission
from registret.exchange.importing.results import Way
from registret.exchange.importing.running import ImportWish, run
from registret.exchange.mappings.applying import apply, column_faults
from registret.exchange.mappings.drafting import draft
from registret.exchange.mappings.faults import MappingFault
from registret.exchange.mappings.reading import MappingBroken, read_mapping
from registret.exchange.readers import read
from registret.exchange.readers.table import SourceTable
from registret.exchange.saved_mappings import SavedMapping, mapping_of, save_mapping
from registret.kernel.refused import Refused
from registret.registries.queries import catalogue, form_in_force
from registret.web.exchange.forms import DraftForm, MappingForm, as_base64
from registret.web.exchange.mapping_pages import MappingTrial, mapping_page
from registret.web.exchange.views import in_sentences
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.pieces import FormPage, show
from registret.web.records.pages import forms_to_report

ROWS_TRIED = 10


@needs(Permission.IMPORT).get_post
def new_mapping(request: ActorRequest) -> HttpResponse:
    """A file is chosen, and a description drafted of it; then that text is posted here."""
    if "text" in request.POST:
        return _edited(request)
    registries = list(forms_to_report(request.actor))
    form = DraftForm(registries, request.POST, request.FILES) if request.method == "POST" else DraftForm(registries)
    if form.is_bound and form.is_valid():
        content: bytes = form.cleaned_data["file"]
        in_force = form_in_force(form.cleaned_data["sub_registry"])
        try:
            table = read(content)
        except Refused as refused:
            form.add_error("file", in_sentences(refused))
        else:
            if in_force is not None:
                text = draft(table, in_force, source_system=form.cleaned_data["source_system"])
                page = mapping_page(MappingForm(), text=text, content=as_base64(content), is_draft=True)
                return show(request, "exchange/mapping.html", page, tab="imports")
    status = 422 if form.errors else 200
    return show(request, "exchange/mapping_new.html", FormPage(form), tab="imports", status=status)


@needs(Permission.IMPORT).get_post
def mapping(request: ActorRequest, mapping: int) -> HttpResponse:
    """The text of a description; saving makes a new version."""
    saved = mapping_of(request.actor, mapping)
    if request.method == "POST":
        return _edited(request)
    faults = _faults_of(saved.text)
    page = mapping_page(MappingForm(), text=saved.text, faults=faults, saved=saved)
    return show(request, "exchange/mapping.html", page, tab="imports")


def _edited(request: ActorRequest) -> HttpResponse:
    form = MappingForm(request.POST, request.FILES)
    text = request.POST.get("text", "")
    if not form.is_valid():
        return show(request, "exchange/mapping.html", mapping_page(form, text=text), tab="imports", status=422)
    if faults := _faults_of(text):
        page = mapping_page(form, text=text, content=as_base64(form.sample), faults=faults)
        return show(request, "exchange/mapping.html", page, tab="imports", status=422)
    if "save" in request.POST:
        save_mapping(actor=request.actor, text=text, at=request.at)
        return see_other("imports")
    return _tried(request, form, text)


def _tried(request: ActorRequest, form: MappingForm, text: str) -> HttpResponse:
    """The description held against the first rows of a file."""
    trial = None
    if form.sample:
        try:
            trial = _trial(request, text, read(form.sample))
        except Refused as refused:
            form.add_error("file", in_sentences(refused))
    else:
        form.add_error("file", _("Välj en fil att prova på"))
    page = mapping_page(form, text=text, content=as_base64(form.sample), trial=trial)
    return show(request, "exchange/mapping.html", page, tab="imports", status=422 if form.errors else 200)


def _trial(request: ActorRequest, text: str, table: SourceTable) -> MappingTrial:
    understood = read_mapping(text, catalogue().forms)
    few = replace(table, rows=table.rows[:ROWS_TRIED])
    if faults := column_faults(understood, few):
        return MappingTrial(mapping=understood, table=few, faults=faults)
    says = understood.says
    unsaved = SavedMapping(
        id=0,
        source_system=says.source_system,
        sub_registry=says.sub_registry,
        number=0,
        text=text,
        saved_at=request.at,
    )
    wish = ImportWish(saved=unsaved, table=few, way=Way.TRY)
    result = run(actor=request.actor, wish=wish, at=request.at)
    return MappingTrial(mapping=understood, table=few, result=result, first=apply(understood, few.rows[0]))


def _faults_of(text: str) -> tuple[MappingFault, ...]:
    try:
        read_mapping(text, catalogue().forms)
    except MappingBroken as broken:
        return broken.faults
    return ()
