"""Exportera: the own clinic's episodes are ordered in a file, which is fetched once."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.urls import reverse

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.exchange.exporting.fetching import fetch
from registret.exchange.exporting.ordering import cancel, order
from registret.exchange.exporting.orders import newest_exports
from registret.kernel.sweden import day_of
from registret.registries.queries import open_for_rights
from registret.web.exchange.export_forms import ExportForm
from registret.web.exchange.export_pages import exports_page
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.pieces import show


@needs(Permission.EXPORT).get_post
def exports(request: ActorRequest) -> HttpResponse:
    """The latest exports of the clinic, and how far they are; POST orders one."""
    form = ExportForm(posted(request), registries=_registries(request.actor))
    if form.is_valid():
        order(actor=request.actor, wish=form.wish, at=request.at)
        return _see("order")
    rows = newest_exports(request.actor, at=request.at)
    page = exports_page(form, rows, done=request.GET.get("klart", ""))
    return show(request, "exchange/exports.html", page, tab="exports", status=422 if form.errors else 200)


@needs(Permission.EXPORT).post
def export_file(request: ActorRequest, export: int) -> HttpResponseBase:
    """The file, once; the log has it before the first byte leaves."""
    made = fetch(actor=request.actor, export=export, at=request.at)
    name = f"export-{export}-{day_of(request.at)}.zip"
    return FileResponse(made, as_attachment=True, filename=name, content_type="application/zip")


@needs(Permission.EXPORT).post
def export_cancel(request: ActorRequest, export: int) -> HttpResponse:
    cancel(actor=request.actor, export=export, at=request.at)
    return _see("cancel")


def _registries(actor: Actor) -> list[str]:
    """Codes, in their order."""
    own = actor.seat.sub_registries_for(Permission.EXPORT)
    return [one.code for one in open_for_rights() if one.code in own]


def _see(done: str) -> HttpResponse:
    return see_other(f"{reverse('exports')}?klart={done}")
