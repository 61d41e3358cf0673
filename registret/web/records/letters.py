"""Letters about follow-ups: whom to write to, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.checks import check_card_age
from registret.access.roles import Permission
from registret.places.queries import clinic
from registret.records.reporting.letters import (
    LetterAct,
    StepName,
    letters_due,
    letters_to_print,
    letters_to_take,
    note,
)
from registret.records.scope import clinic_of
from registret.registries.queries import form_of, name_of
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.pieces import Note, show
from registret.web.records.letter_pages import done_note, left_out_note, letters_page, nothing_chosen
from registret.web.records.letter_paper import follow_up_letters
from registret.web.tables import csv_file

_BETWEEN: Final = ":"


class TickedForm(forms.Form):
    """`steg`: what was ticked, each an episode and a step of it."""

    steg = forms.Field(widget=forms.MultipleHiddenInput)

    def clean_steg(self) -> list[StepName]:
        parts = [one.partition(_BETWEEN) for one in self.cleaned_data["steg"]]
        return [(episode, step) for episode, between, step in parts if between]


class LettersForm(TickedForm):
    vad = forms.TypedChoiceField(coerce=LetterAct, choices=[(act.value, act.value) for act in LetterAct])


@needs(Permission.REPORT).get_post
def letters(request: ActorRequest) -> HttpResponse:
    """Brev om uppföljning: whom to write to, who has not replied, and whose reply is to be filled in."""
    form = LettersForm(posted(request))
    if form.is_valid():
        told: dict[str, Any] = form.cleaned_data
        act: LetterAct = told["vad"]
        noted = note(actor=request.actor, steps=told["steg"], act=act, at=request.at)
        return see_other(f"{reverse('patient_letters')}?klart={act.value}&antal={noted}&av={len(told['steg'])}")
    return _shown(request, nothing_chosen() if form.is_bound else done_note(request.GET))


@needs(Permission.REPORT).post
def letters_paper(request: ActorRequest) -> HttpResponse:
    """Letters to those who were ticked, as a PDF to print: each is a look (a file), and none is noted as sent. If there
    is one who gets none, the page says so instead, with the others ticked."""
    check_card_age(request.actor, at=request.at)
    form = TickedForm(request.POST)
    steps = set(form.cleaned_data["steg"]) if form.is_valid() else set()
    found, possible = letters_to_print(actor=request.actor, steps=steps, at=request.at)
    place = clinic(clinic_of(request.actor))
    if not found or place is None:
        told = left_out_note(len(steps), possible=len(possible)) if steps else nothing_chosen()
        return _shown(request, told, ticked=possible)
    headers = {"Content-Disposition": 'attachment; filename="brev.pdf"'}
    made = follow_up_letters(found, place=place, at=request.at)
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _shown(request: ActorRequest, told: Note | None, *, ticked: Collection[StepName] = ()) -> HttpResponse:
    found = letters_due(actor=request.actor, at=request.at)
    page = letters_page(found, told=told, ticked=ticked, at=request.at)
    return show(request, "records/letters.html", page, tab="records")


@needs(Permission.REPORT).post
def letters_file(request: ActorRequest) -> HttpResponse:
    """Who has been sent no letter, to merge into one: with names and addresses, so each line is a look (a file)."""
    check_card_age(request.actor, at=request.at)
    header = [
        *(_("Nummer"), _("Namn"), _("Gatuadress"), _("Postnummer"), _("Ort"), _("Beteckning här")),
        *(_("Delregister"), _("Steg"), _("Tidigast"), _("Senast")),
    ]
    rows = [
        [
            line.patient.number.shown,
            line.patient.name,
            *((address.street, address.postal_code, address.city) if address else ("", "", "")),
            line.patient.system_id,
            name_of(line.sub_registry),
            str(form_of(line.sub_registry, line.version).step(line.step).name),
            str(line.due_from),
            str(line.due_to),
        ]
        for line, address in letters_to_take(actor=request.actor, at=request.at)
    ]
    return csv_file("uppfoljningar.csv", header, rows)
