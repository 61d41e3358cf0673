"""Uppdrag: who works for the registry itself. Log reviewers and case handlers: one proposes, another confirms."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.refusals import AlreadyGranted, AlreadyProposed, GivesRights, OwnRights, PersonSuspended
from registret.access.roles import Permission
from registret.access.staff import nominating
from registret.access.staff.dismissing import at_the_registry
from registret.access.staff.nominating import NominationRow
from registret.kernel.identifiers import EmailAddress
from registret.places.queries import clinic
from registret.rate_limits.services import TooMany
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.numbers import number_in
from registret.web.office.appoint_pages import nominate_page
from registret.web.office.appointment_pages import appointments_page, confirm_page
from registret.web.office.checking import check
from registret.web.office.forms import NominateForm
from registret.web.office.support import asked_about, to_appointments, to_clinics
from registret.web.people.reason_page import decline_page, reason_form, show_reason
from registret.web.pieces import show
from registret.words.roles import role_name

_ABOUT_WHOM = (OwnRights, AlreadyGranted, AlreadyProposed, GivesRights, PersonSuspended)
_PLACES = dict.fromkeys(_ABOUT_WHOM, "hsa_id") | {TooMany: "email"}


@needs(Permission.APPOINT).get
def appointments(request: ActorRequest) -> HttpResponse:
    """Those who work for the registry, and who is proposed."""
    page = appointments_page(
        at_the_registry(actor=request.actor, at=request.at),
        nominating.nominations(actor=request.actor, at=request.at),
        done=number_in(request.GET, "klart"),
        actor=request.actor,
    )
    return show(request, "office/appointments.html", page, tab="office")


@needs(Permission.APPOINT).get_post
def nominate(request: ActorRequest) -> HttpResponse:
    """Föreslå. The first POST asks whether it is right; its Ok proposes."""
    form = NominateForm(posted(request))
    asked = None
    if form.is_valid():
        role = form.cleaned_data["role"]
        if request.POST.get("ok") == "1":
            with refusals_as_errors(form, _PLACES):
                nominating.nominate(**form.named, role=role, actor=request.actor, at=request.at)
                return see_other("appointments")
        asked = asked_about(request, form, role=role)
    page = nominate_page(form, asked, others=nominating.who_confirms(actor=request.actor, at=request.at))
    return show(request, "office/appoint.html", page, tab="office", status=422 if form.errors else 200)


@needs(Permission.APPOINT).get_post
def confirm(request: ActorRequest, id: int) -> HttpResponse:
    """Bekräfta: who it is once more, and what is unusual; POST gives the role."""
    if request.method == "POST":
        rows = nominating.nominations(actor=request.actor, at=request.at)
        at_a_clinic = any(row.id == id and row.clinic_id for row in rows)
        grant_id = nominating.confirm(nomination_id=id, actor=request.actor, at=request.at)
        return to_clinics(grant_id) if at_a_clinic else to_appointments(grant_id)
    row = _row(request, id)
    hsa_id, email = row.hsa_id, EmailAddress.parse(row.email)
    asked = check(
        hsa_id=hsa_id,
        name=row.name,
        email=email,
        clinic=clinic(row.clinic_id) if row.clinic_id else None,
        role=row.role,
        actor=request.actor,
        at=request.at,
    )
    page = confirm_page(row, asked)
    return show(request, "office/nomination_confirm.html", page, tab="office")


@needs(Permission.APPOINT).get_post
def decline(request: ActorRequest, id: int) -> HttpResponse:
    """Avslå, with a reason that the one who proposed reads."""
    row = _row(request, id)
    form = reason_form(request)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        nominating.decline(nomination_id=id, reason=reason, actor=request.actor, at=request.at)
        return see_other("appointments")
    page = decline_page(
        form,
        title=_("Avslå förslaget"),
        who=f"{row.name}, {role_name(row.role)}",
        proposed_by=row.proposed_by,
        back=reverse("appointments"),
    )
    return show_reason(request, page, tab="office")


@needs(Permission.APPOINT).post
def withdraw(request: ActorRequest, id: int) -> HttpResponse:
    """Ta tillbaka the own proposal."""
    nominating.withdraw_nomination(nomination_id=id, actor=request.actor, at=request.at)
    return see_other("appointments")


def _row(request: ActorRequest, id: int) -> NominationRow:
    rows = nominating.nominations(actor=request.actor, at=request.at)
    row = next((one for one in rows if one.id == id), None)
    if row is None:
        raise Http404
    return row
