"""Importera: a large file, which a worker tries and brings in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.access.roles import Permission
from registret.exchange.importing import jobs
from registret.exchange.importing.kept_rows import FAULTY
from registret.exchange.mappings.reading import MappingBroken
from registret.exchange.refusals import FileGone
from registret.web.exchange.fault_lines import with_errors
from registret.web.exchange.large_pages import large_page
from registret.web.exchange.pages import SHOWN, outcome_words
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.pieces import show
from registret.web.tables import csv_file

_ACTS: Final[Mapping[str, Callable[..., None]]] = {
    "bring_in": jobs.bring_in,
    "stop": jobs.stop,
    "go_on": jobs.go_on,
    "remove": jobs.remove,
}


@needs(Permission.IMPORT).get_post
def large_file(request: ActorRequest, file: int) -> HttpResponse:
    """How far it has come, and what came of it; POST with what is to be done with it."""
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("act", ""))
        if act is not None:
            act(actor=request.actor, file=file, at=request.at)
        return see_other("import_file", file)
    job = jobs.job_of(actor=request.actor, file=file, at=request.at)
    try:
        rows = jobs.rows_of(job, note=FAULTY, most=SHOWN, at=request.at)
    except FileGone:
        rows = None
    except MappingBroken:
        return see_other("mapping", job.saved.id)
    return show(request, "exchange/large.html", large_page(job, rows), tab="imports")


@needs(Permission.IMPORT).get
def errors(request: ActorRequest, file: int) -> HttpResponse:
    """The file as it came, with what became of each row."""
    job = jobs.job_of(actor=request.actor, file=file, at=request.at)
    found = jobs.rows_of(job, at=request.at)
    pairs = ((row.source, row.result) for row in found.rows if row.result is not None)
    header = [*found.table.columns, _("Resultat"), _("Fel"), _("Gör så här"), _("Felkod")]
    return csv_file("import-med-fel.csv", header, with_errors(found.mapping, found.table, pairs, outcome_words()))
