"""Anslutning: in which sub-registries a clinic takes part, and who decided so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registret.access.checks import check_card_age, existing
from registret.access.grants import participation
from registret.access.refusals import DecidedAlready
from registret.access.roles import Permission
from registret.places.queries import ClinicRow, clinic
from registret.registries.queries import name_of, open_for_entry, sub_registries
from registret.registries.vocabulary import RegistryState
from registret.web.forms import ReasonField, refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.pieces import Tag, show
from registret.web.templatetags.look import day, moment


class ParticipationForm(forms.Form):
    """Which sub-registry, in or out, and why."""

    takes_part = forms.ChoiceField(
        choices=[("yes", _("Ansluten")), ("no", _("Inte ansluten"))],
        error_messages={"required": _("Välj om kliniken ska vara ansluten")},
    )
    reason = ReasonField(_("Skriv varför"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["sub_registry"] = forms.ChoiceField(
            choices=[(one.code, one.name) for one in open_for_entry()],
            error_messages={"required": _("Välj delregister"), "invalid_choice": _("Välj delregister")},
        )
        self.order_fields(["sub_registry", "takes_part", "reason"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationLine:
    """How it is now in a sub-registry. `told`: who decided so, and when."""

    name: str
    state: Tag
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    what: str
    told: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationPage:
    place: ClinicRow
    now: Sequence[ParticipationLine]
    history: Sequence[PastDecision]
    form: ParticipationForm


@needs(Permission.APPOINT).get_post
def one_clinic(request: ActorRequest, id: int) -> HttpResponse:
    """A clinic's participation and its history; POST decides anew.

    Raises: NotFound.
    """
    place = existing(clinic(id))
    form = ParticipationForm(posted(request))
    if form.is_valid() and _decided(request, place.id, form):
        return see_other("participation", place.id)
    page = participation_page(place, form)
    return show(request, "office/participation.html", page, tab="office", status=422 if form.errors else 200)


def participation_page(place: ClinicRow, form: ParticipationForm) -> ParticipationPage:
    newest = participation.newest(place.id)
    return ParticipationPage(
        place=place,
        # Nothing is begun in one that is closed, wherever: there is nothing to decide.
        now=[_now(one.name, newest.get(one.code), is_open=one.state is RegistryState.OPEN) for one in sub_registries()],
        history=[_past(row) for row in participation.decisions(place.id)],
        form=form,
    )


def _now(name: str, decision: participation.ParticipationRow | None, *, is_open: bool) -> ParticipationLine:
    told = gettext("%(when)s, %(name)s")
    return ParticipationLine(
        name=name,
        state=_state(decision, is_open=is_open),
        told=told % {"when": day(decision.at), "name": decision.by_name} if decision else "",
    )


def _state(decision: participation.ParticipationRow | None, *, is_open: bool) -> Tag:
    if not is_open:
        return Tag(gettext("stängt"))
    if decision is None or decision.takes_part:
        return Tag(gettext("ansluten"), "ok", "check")
    return Tag(gettext("inte ansluten"))


def _past(row: participation.ParticipationRow) -> PastDecision:
    became = gettext("ansluten") if row.takes_part else gettext("inte ansluten")
    return PastDecision(
        what=f"{name_of(row.sub_registry)}: {became}",
        told=f"{moment(row.at)} · {row.by_name}",
        reason=row.reason,
    )


def _decided(request: ActorRequest, clinic_id: int, form: ParticipationForm) -> bool:
    data = form.cleaned_data
    with refusals_as_errors(form, {DecidedAlready: "takes_part"}):
        check_card_age(request.actor, at=request.at)
        participation.decide(
            clinic_id=clinic_id,
            sub_registry=data["sub_registry"],
            takes_part=data["takes_part"] == "yes",
            reason=data["reason"],
            actor=request.actor,
            at=request.at,
        )
    return form.is_valid()
