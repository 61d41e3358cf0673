"""Anslutning: in which sub-registries a clinic takes part, and who decided so."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from registret.access.checks import check_card_age
from registret.access.grants import participation
from registret.access.refusals import DecidedAlready, NotFound
from registret.access.roles import Permission
from registret.places.queries import clinic
from registret.registries.queries import open_for_entry, sub_registries
from registret.registries.vocabulary import RegistryState
from registret.web.attest.forms import ReasonField
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other


class ParticipationForm(forms.Form):
    """Which sub-registry, in or out, and why."""

    takes_part = forms.ChoiceField(
        choices=[("yes", _("Ansluten")), ("no", _("Inte ansluten"))],
        error_messages={"required": _("Välj om kliniken ska vara ansluten")},
    )
    reason = ReasonField(
        max_length=500,
        error_messages={
            "required": _("Skriv varför"),
            "max_length": _("Skriv högst 500 tecken"),
            "null_characters_not_allowed": _("Texten innehåller ett tecken som inte går att spara"),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["sub_registry"] = forms.ChoiceField(
            choices=[(one.code, one.name) for one in open_for_entry()],
            error_messages={"required": _("Välj delregister"), "invalid_choice": _("Välj delregister")},
        )
        self.order_fields(["sub_registry", "takes_part", "reason"])


@require_http_methods(["GET", "POST"])
@needs(Permission.APPOINT)
def one_clinic(request: ActorRequest, id: int) -> HttpResponse:
    """A clinic's participation and its history; POST decides anew.

    Raises: NotFound.
    """
    place = clinic(id)
    if place is None:
        raise NotFound()
    form = ParticipationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _decided(request, place.id, form):
        return see_other("participation", place.id)
    newest = participation.newest(place.id)
    context = {
        "tab": "office",
        "place": place,
        "form": form,
        "lines": [
            {
                "registry": one,
                # Nothing is begun in one that is closed, wherever: there is nothing to decide.
                "is_open": one.state is RegistryState.OPEN,
                "decision": newest.get(one.code),
                "takes_part": _takes_part(newest.get(one.code)),
            }
            for one in sub_registries()
        ],
        "history": participation.decisions(place.id),
    }
    return render(request, "office/participation.html", context, status=422 if form.errors else 200)


def _decided(request: ActorRequest, clinic_id: int, form: ParticipationForm) -> bool:
    data = form.cleaned_data

    def act() -> None:
        check_card_age(request.actor, at=request.at)
        participation.decide(
            clinic_id=clinic_id,
            sub_registry=data["sub_registry"],
            takes_part=data["takes_part"] == "yes",
            reason=data["reason"],
            actor=request.actor,
            at=request.at,
        )

    refusals_as_errors(form, {DecidedAlready: "takes_part"}, act)
    return form.is_valid()


def _takes_part(decision: participation.ParticipationRow | None) -> bool:
    return decision is None or decision.takes_part
