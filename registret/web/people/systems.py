"""System: record systems that bring files in at the clinic or take them out by themselves, and the keys that they sign
with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registret.access.grants.reach import reach_of
from registret.access.refusals import (
    BeyondOwnRights,
    ClinicClosed,
    KeyIsPrivate,
    KeyKnown,
    KeyUnusable,
    NotParticipating,
    SubRegistryClosed,
)
from registret.access.roles import Permission, Role
from registret.access.systems.appointing import (
    SystemKeyRow,
    confirm_system,
    propose_system,
    remove_key,
    system_keys,
)
from registret.registries.queries import names_of, open_for_rights
from registret.registries.vocabulary import RegistryState
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.pieces import Link, Tag, show
from registret.web.templatetags.look import day, last_day
from registret.words.refusals import short
from registret.words.roles import role_in_sentence

_LONGEST = 10_000
"""Characters of a key as text."""
_PLACES = {
    BeyondOwnRights: "sub_registries",
    SubRegistryClosed: "sub_registries",
    NotParticipating: "sub_registries",
    KeyUnusable: "key",
    KeyKnown: "key",
    ClinicClosed: None,
}


class SystemForm(forms.Form):
    """Which record system, what for, and the key that it signs with."""

    role = forms.ChoiceField(
        choices=[(Role.SYSTEM, _("Läsa in filer")), (Role.EXPORT_SYSTEM, _("Ta ut klinikens vårdepisoder"))],
        initial=Role.SYSTEM,
        error_messages={"required": _("Välj vad systemet ska göra"), "invalid_choice": _("Välj vad systemet ska göra")},
    )
    source_system = forms.CharField(
        max_length=60,
        error_messages={
            "required": _("Skriv vad systemet heter"),
            "max_length": _("Skriv högst 60 tecken"),
            "null_characters_not_allowed": _("Namnet innehåller ett tecken som inte går att spara"),
        },
    )
    sub_registries = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Välj minst ett delregister")}
    )
    key = forms.CharField(
        max_length=_LONGEST,
        widget=forms.Textarea,
        error_messages={"required": _("Klistra in nyckeln"), "max_length": _("Texten är för lång")},
    )

    def __init__(self, data: Any, *, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["sub_registries"].choices = choices  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemLine:
    """A key. `person`: the page where the system's right is revoked; empty while it waits."""

    id: int
    name: str
    place: str
    hsa_id: str
    does: str
    key: str
    told: str
    state: Tag
    person: Link
    can_confirm: bool
    remove: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemsPage:
    """`form`: None for the office, which confirms and proposes nothing."""

    form: SystemForm | None
    lines: Sequence[SystemLine]


@needs(Permission.MANAGE_PEOPLE).get_post
def systems(request: ActorRequest) -> HttpResponse:
    """The keys of the clinic's systems, for the office of all; POST proposes one."""
    form = None
    if request.actor.seat.clinic_id is not None:
        within = reach_of(request.actor, at=request.at).sub_registries
        form = SystemForm(posted(request), choices=_choices(within))
        if form.is_valid() and _proposed(request, form):
            return see_other("systems")
    keys = system_keys(actor=request.actor, at=request.at)
    page = SystemsPage(form=form, lines=[_line(one, is_office=form is None) for one in keys])
    status = 422 if form is not None and form.errors else 200
    return show(request, "people/systems.html", page, tab="people" if form else "office", status=status)


@needs(Permission.MANAGE_PEOPLE).post
def confirm(request: ActorRequest, id: int) -> HttpResponse:
    """Bekräfta: the system does what it is for from now on."""
    confirm_system(key_id=id, actor=request.actor, at=request.at)
    return see_other("systems")


@needs(Permission.MANAGE_PEOPLE).post
def remove(request: ActorRequest, id: int) -> HttpResponse:
    """Ta bort: the key counts no more, or the proposal is withdrawn or declined."""
    remove_key(key_id=id, actor=request.actor, at=request.at)
    return see_other("systems")


def _choices(within: Collection[str] | None) -> list[tuple[str, str]]:
    """Code and name; what is closed is only taken out of. `within`: no others, if it is given."""
    return [
        (
            one.code,
            one.name if one.state is RegistryState.OPEN else gettext("%(name)s (stängt: ta ut)") % {"name": one.name},
        )
        for one in open_for_rights()
        if within is None or one.code in within
    ]


def _proposed(request: ActorRequest, form: SystemForm) -> bool:
    try:
        with refusals_as_errors(form, _PLACES):
            said = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
            propose_system(**said, actor=request.actor, at=request.at)
    except KeyIsPrivate as refusal:
        # The page does not send it through the network once more.
        without = request.POST.copy()
        without["key"] = ""
        form.data = without
        form.add_error("key", short(refusal))
    return form.is_valid()


def _line(row: SystemKeyRow, *, is_office: bool) -> SystemLine:
    is_waiting = row.account_id is None
    proposed = gettext("föreslagen av %(name)s %(when)s") % {"name": row.proposed_by, "when": day(row.proposed_at)}
    used = gettext("senast använd %(when)s") % {"when": day(row.used_at)} if row.used_at else gettext("aldrig använd")
    return SystemLine(
        id=row.id,
        name=row.source_system,
        place=", ".join([*([row.clinic_name] if is_office else []), *names_of(row.sub_registries)]),
        hsa_id=row.hsa_id.text if row.hsa_id else "",
        does=role_in_sentence(row.role),
        key=row.thumbprint,
        told=proposed if is_waiting else used,
        state=_state(row),
        person=Link("")
        if is_waiting
        else Link(gettext("Återkalla behörigheten"), reverse("person", args=[row.account_id])),
        can_confirm=row.decidable,
        remove=gettext("Ta bort förslaget") if is_waiting else gettext("Ta bort nyckeln"),
    )


def _state(row: SystemKeyRow) -> Tag:
    if row.account_id is None:
        return Tag(gettext("väntar på att bekräftas"), "info", "info")
    if row.ends_at is None:
        return Tag(gettext("har ingen behörighet"), "bad", "cross")
    return Tag(gettext("till och med %(day)s") % {"day": day(last_day(row.ends_at))}, "ok", "check")
