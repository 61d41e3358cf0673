"""Incidenter: the registry office's register of personal data breaches."""

from __future__ import annotations

from django.http import HttpResponse

from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.oversight import incidents
from registret.oversight.refusals import IncidentChanged
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.incidents.forms import IncidentForm
from registret.web.incidents.pages import incident_form_page, incident_page, register_page, table
from registret.web.numbers import number_in
from registret.web.pieces import show
from registret.web.tables import csv_file


@needs(Permission.KEEP_INCIDENTS).get
def register(request: ActorRequest) -> HttpResponse:
    """All incidents, newest first, with what is left of the 72 hours."""
    before = number_in(request.GET, "fore")
    found = incidents.incidents(actor=request.actor, before=before)
    return show(request, "incidents/incidents.html", register_page(found, before=before, at=request.at), tab="office")


@needs(Permission.KEEP_INCIDENTS).get_post
def new(request: ActorRequest) -> HttpResponse:
    """A form to write down an incident."""
    form = IncidentForm(posted(request), at=request.at)
    if form.is_valid():
        number = incidents.register(text=form.text, actor=request.actor, at=request.at)
        return see_other("incident", number)
    return _form(request, form, number=None)


@needs(Permission.KEEP_INCIDENTS).get
def incident(request: ActorRequest, number: int) -> HttpResponse:
    """One incident: what is known now, and below it each earlier text.

    Raises: NotFound.
    """
    revisions = incidents.revisions(incident=number, actor=request.actor)
    return show(request, "incidents/incident.html", incident_page(revisions, at=request.at), tab="office")


@needs(Permission.KEEP_INCIDENTS).get_post
def change(request: ActorRequest, number: int) -> HttpResponse:
    """A form to write the next revision of an incident.

    Raises: NotFound.
    """
    newest = incidents.revisions(incident=number, actor=request.actor)[0]
    if request.method == "GET":
        return _form(request, IncidentForm(of=newest.text, base=newest.number, at=request.at), number=number)
    form = IncidentForm(request.POST, at=request.at)
    if form.is_valid():
        base = form.cleaned_data["base"]
        with refusals_as_errors(form, {IncidentChanged: None}):
            incidents.revise(incident=number, base=base, text=form.text, actor=request.actor, at=request.at)
    if form.is_valid():
        return see_other("incident", number)
    if form.non_field_errors():
        # After reading the other's text, as the fault says, the user saves on top of it.
        form.data = request.POST.copy()
        form.data["base"] = str(newest.number)
    return _form(request, form, number=number)


@needs(Permission.KEEP_INCIDENTS).post
def export(request: ActorRequest) -> HttpResponse:
    """The register as a file, with every revision; taking it out is logged.

    Raises: CardTooOld.
    """
    header, lines = table(incidents.export(actor=request.actor, at=request.at))
    return csv_file(f"incidenter-{day_of(request.at)}.csv", header, lines)


def _form(request: ActorRequest, form: IncidentForm, *, number: int | None) -> HttpResponse:
    page, status = incident_form_page(form, number), 422 if form.errors else 200
    return show(request, "incidents/incident_form.html", page, tab="office", status=status)
