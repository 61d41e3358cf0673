"""Vikarier: proposed by an administrator, confirmed or declined by another, or by the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registret.access.refusals import (
    AlreadyGranted,
    AlreadyProposed,
    BeginImpossible,
    BeyondOwnRights,
    ClinicClosed,
    EndImpossible,
    NotAColleague,
    OutlastsRights,
)
from registret.access.roles import Permission
from registret.access.staff import substitutes as access
from registret.access.staff.people import PersonRow
from registret.kernel.dates import DateReach
from registret.kernel.sweden import day_of
from registret.web.dates import DayField
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.people.reason_page import decline_page, reason_form, show_reason
from registret.web.pieces import show

_PLACES = {
    NotAColleague: "person",
    AlreadyGranted: "person",
    AlreadyProposed: "person",
    BeginImpossible: "first_day",
    EndImpossible: "last_day",
    OutlastsRights: "last_day",
    BeyondOwnRights: "person",
    ClinicClosed: None,
}


class SubstituteForm(forms.Form):
    """Who, and from when to when."""

    person = forms.TypedChoiceField(
        coerce=int, error_messages={"required": _("Välj en kollega"), "invalid_choice": _("Välj en kollega i listan")}
    )
    first_day = DayField(
        label=_("Från och med"), required=True, missing=_("Skriv den första dagen"), reach=DateReach.COMING
    )
    last_day = DayField(
        label=_("Till och med"), required=True, missing=_("Skriv den sista dagen"), reach=DateReach.COMING
    )

    def __init__(self, data: Any = None, *, people: tuple[PersonRow, ...], today: date, last_possible: date) -> None:
        super().__init__(data, initial={"first_day": today.isoformat()})
        self.fields["last_day"].latest = last_possible  # type: ignore[attr-defined]
        self.fields["person"].choices = [(p.account_id, p.name) for p in people]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstitutePage:
    """`has_people`: there is a colleague to propose."""

    told: str
    form: SubstituteForm
    has_people: bool
    last_possible: date


@needs(Permission.MANAGE_PEOPLE).get_post
def propose(request: ActorRequest) -> HttpResponse:
    """Föreslå vikarie, at the own clinic. The office appoints instead."""
    if request.actor.seat.clinic_id is None:
        return see_other("office")
    people, today = access.colleagues(actor=request.actor, at=request.at), day_of(request.at)
    last_possible = access.longest(actor=request.actor, at=request.at)
    form = SubstituteForm(posted(request), people=people, today=today, last_possible=last_possible)
    if form.is_valid() and _proposed(request, form):
        return _to_people("foreslagen")
    page = SubstitutePage(
        told=gettext("En kollega som attesterar på %(place)s medan någon av er är borta.")
        % {"place": request.actor.seat.clinic_name},
        form=form,
        has_people=bool(people),
        last_possible=last_possible,
    )
    return show(request, "people/substitute.html", page, tab="people", status=422 if form.errors else 200)


@needs(Permission.MANAGE_PEOPLE).post
def confirm(request: ActorRequest, id: int) -> HttpResponse:
    """Bekräfta: from its first day on the colleague attests."""
    access.confirm(substitution_id=id, actor=request.actor, at=request.at)
    return _back(request)


@needs(Permission.MANAGE_PEOPLE).get_post
def decline(request: ActorRequest, id: int) -> HttpResponse:
    """Avslå, with a reason that the one who proposed reads."""
    rows = access.proposed(actor=request.actor, at=request.at)
    row = next((one for one in rows if one.id == id), None)
    if row is None:
        raise Http404
    form = reason_form(request)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        access.decline(substitution_id=id, reason=reason, actor=request.actor, at=request.at)
        return _back(request)
    page = decline_page(
        form,
        title=gettext("Avslå vikarien"),
        who=f"{row.name}, {row.clinic_name}",
        proposed_by=row.proposed_by,
        back=_list(request),
    )
    return show_reason(request, page, tab="people" if request.actor.seat.clinic_id else "office")


@needs(Permission.MANAGE_PEOPLE).post
def withdraw(request: ActorRequest, id: int) -> HttpResponse:
    """Ta tillbaka the own proposal."""
    access.withdraw_proposal(substitution_id=id, actor=request.actor, at=request.at)
    return _back(request)


def _proposed(request: ActorRequest, form: SubstituteForm) -> bool:
    data = form.cleaned_data
    with refusals_as_errors(form, _PLACES):
        access.propose(
            account_id=data["person"],
            first_day=data["first_day"],
            last_day=data["last_day"],
            actor=request.actor,
            at=request.at,
        )
    return form.is_valid()


def _list(request: ActorRequest) -> str:
    return reverse("people" if request.actor.seat.clinic_id is not None else "office")


def _back(request: ActorRequest) -> HttpResponse:
    return see_other(_list(request))


def _to_people(done: str) -> HttpResponse:
    return see_other(f"{reverse('people')}?klart={done}")
