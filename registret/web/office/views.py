"""The registry office: clinics, and who attests there. It sees no patients."""

from __future__ import annotations

from django.http import HttpResponse

from registret.access.refusals import AlreadyGranted, AlreadyProposed, ClinicClosed, OwnRights, SecondNeeded
from registret.access.roles import Permission, Role
from registret.access.staff import appointing
from registret.access.staff.nominating import nominate, who_confirms
from registret.access.staff.substitutes import proposed
from registret.places.queries import open_clinics
from registret.rate_limits.services import TooMany
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.numbers import number_in
from registret.web.office.appoint_pages import appoint_page
from registret.web.office.forms import AppointForm
from registret.web.office.pages import ClinicSearch, clinic_lines, just_appointed, office_page
from registret.web.office.support import asked_about, to_clinics
from registret.web.people.proposals import proposal_lines
from registret.web.pieces import show
from registret.web.texts import text_in

_PLACES = {
    OwnRights: "hsa_id",
    AlreadyGranted: "hsa_id",
    AlreadyProposed: "hsa_id",
    ClinicClosed: "clinic",
    TooMany: "email",
}


@needs(Permission.APPOINT).get
def office(request: ActorRequest) -> HttpResponse:
    """All open clinics, those without an active administrator first; `visa=utan`: only those."""
    search = ClinicSearch(
        words=text_in(request.GET, "q")[:100],
        without=request.GET.get("visa") == "utan",
        after=number_in(request.GET, "efter"),
    )
    lines = clinic_lines(at=request.at)
    page = office_page(
        lines,
        search,
        done=just_appointed(lines, number_in(request.GET, "klart")),
        proposed=proposal_lines(proposed(actor=request.actor, at=request.at), actor=request.actor),
    )
    return show(request, "office/office.html", page, tab="office")


@needs(Permission.APPOINT).get_post
def appoint(request: ActorRequest) -> HttpResponse:
    """Utse lokal administratör. The first POST shows "Kontrollera att uppgifterna är rätt"; its Ok appoints or, at a
    clinic where nobody else can act, proposes: another at the office confirms.

    A mistyped HSA-id would give rights to another person.
    """
    form = _form(request)
    asked = None
    if form.is_valid():
        if request.POST.get("ok") == "1":
            with refusals_as_errors(form, _PLACES):
                return _appointed(request, form)
        asked = asked_about(request, form, role=Role.LOCAL_ADMINISTRATOR, clinic=form.chosen)
    page = appoint_page(form, asked, others=who_confirms(actor=request.actor, at=request.at))
    return show(request, "office/appoint.html", page, tab="office", status=422 if form.errors else 200)


def _form(request: ActorRequest) -> AppointForm:
    clinics = open_clinics(first_of_organisation=None)
    if request.method == "POST":
        return AppointForm(request.POST, clinics=clinics)
    return AppointForm(initial={"clinic": number_in(request.GET, "klinik")}, clinics=clinics)


def _appointed(request: ActorRequest, form: AppointForm) -> HttpResponse:
    """Or proposed, where nobody else at the clinic can act."""
    clinic = form.cleaned_data["clinic"]
    try:
        return to_clinics(
            appointing.appoint_local_administrator(**form.named, clinic_id=clinic, actor=request.actor, at=request.at)
        )
    except SecondNeeded:
        role = Role.LOCAL_ADMINISTRATOR
        nominate(**form.named, role=role, clinic_id=clinic, actor=request.actor, at=request.at)
        return see_other("appointments")
