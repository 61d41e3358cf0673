"""The office appoints the support, and takes the role back."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.refusals import AlreadyGranted, OwnRights, PersonSuspended
from registret.access.roles import Permission, Role
from registret.access.staff import appointing, dismissing
from registret.places.queries import ClinicRow
from registret.rate_limits.services import TooMany
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.office.appoint_pages import support_page
from registret.web.office.checking import Check, check
from registret.web.office.forms import PersonForm
from registret.web.people.reason_page import reason_form, revoke_page, show_reason
from registret.web.pieces import Link, show

_PLACES = dict.fromkeys((OwnRights, AlreadyGranted, PersonSuspended), "hsa_id") | {TooMany: "email"}


@needs(Permission.APPOINT).get_post
def appoint_support(request: ActorRequest) -> HttpResponse:
    """The first POST asks whether it is right; its Ok appoints, as with local administrators."""
    form = PersonForm(posted(request))
    asked = None
    if form.is_valid():
        if request.POST.get("ok") == "1":
            with refusals_as_errors(form, _PLACES):
                grant_id = appointing.appoint_support(**form.named, actor=request.actor, at=request.at)
                return to_appointments(grant_id)
        asked = asked_about(request, form)
    page = support_page(form, asked)
    return show(request, "office/appoint.html", page, tab="office", status=422 if form.errors else 200)


@needs(Permission.APPOINT).get_post
def dismiss(request: ActorRequest, id: int) -> HttpResponse:
    """Återkalla, with a reason that the person reads."""
    people = dismissing.at_the_registry(actor=request.actor, at=request.at)
    person = next((one for one in people if one.grant_id == id and one.role is Role.SUPPORT), None)
    if person is None:
        raise Http404
    form = reason_form(request)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        dismissing.dismiss_support(grant_id=id, reason=reason, actor=request.actor, at=request.at)
        return see_other("appointments")
    back = Link(_("Tillbaka"), reverse("appointments"))
    page = revoke_page(form, name=person.name, of_what=_("support"), back=back)
    return show_reason(request, page, tab="office")


def to_appointments(grant_id: int) -> HttpResponse:
    """The list, which says who was appointed just now."""
    return see_other(f"{reverse('appointments')}?klart={grant_id}")


def to_clinics(grant_id: int) -> HttpResponse:
    """The list of clinics, which says who was appointed just now."""
    return see_other(f"{reverse('office')}?klart={grant_id}")


def asked_about(
    request: ActorRequest, form: PersonForm, *, role: Role = Role.SUPPORT, clinic: ClinicRow | None = None
) -> Check | None:
    """What the dialog shows; None when it is not to be opened."""
    if form.errors or "change" in request.POST:
        return None
    data = form.cleaned_data
    name = f"{data['given_name']} {data['surname']}"
    return check(
        hsa_id=data["hsa_id"],
        name=name,
        email=data["email"],
        clinic=clinic,
        role=role,
        actor=request.actor,
        at=request.at,
    )
