"""Ej inkluderade: a clinic counts the patients who met the criteria and were not registered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from registret.access.roles import Permission
from registret.records.refusals import NotOpenForEntry
from registret.registries.forms import Form
from registret.reports.coverage.not_included import MOST_AT_ONCE, count_not_included, own_not_included, reasons_of
from registret.reports.periods import half_years
from registret.web.forms import NUMBER_INPUT
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted
from registret.web.once import is_first_use, new_form_id
from registret.web.pieces import show
from registret.web.records.not_included_pages import ADD, TAKE_AWAY, Counted, half_name, not_included_page
from registret.web.records.pages import forms_to_report


class CountForm(forms.Form):
    """`vad`: whether it adds or takes away. `en_gang`: the id of the form, which counts once."""

    orsak = forms.ChoiceField(error_messages={"required": gettext_lazy("Välj en orsak")})
    halvar = forms.TypedChoiceField(coerce=date.fromisoformat, widget=forms.Select(attrs={"class": "short"}))
    antal = forms.IntegerField(
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=1,
        widget=NUMBER_INPUT,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), gettext_lazy("Skriv ett antal från 1 till 99")
        ),
    )
    vad = forms.ChoiceField(choices=[(ADD, ADD), (TAKE_AWAY, TAKE_AWAY)])
    en_gang = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, form: Form, halves: tuple[date, ...], *, at: datetime) -> None:
        super().__init__(data, initial={"en_gang": new_form_id(at=at)})
        self.fields["orsak"].choices = [(one.code, str(one.label)) for one in reasons_of(form)]  # type: ignore[attr-defined]
        self.fields["halvar"].choices = [(str(one), half_name(one)) for one in halves]  # type: ignore[attr-defined]


@needs(Permission.REPORT).get_post
def not_included(request: ActorRequest) -> HttpResponse:
    """Counts of the own clinic and nothing else: what is sent here says nothing of a patient."""
    mine = {form.code: form for form in forms_to_report(request.actor)}
    if not mine:
        raise NotOpenForEntry()
    form = mine.get(request.GET.get("delregister", "")) or next(iter(mine.values()))
    halves = half_years(at=request.at)
    count_form, counted = CountForm(posted(request), form, halves, at=request.at), None
    if count_form.is_valid():
        # Nothing of it stands in an address, which servers log: so the page itself is the answer.
        counted = _counted(request, form.code, count_form.cleaned_data)
        count_form = CountForm(None, form, halves, at=request.at)
    counts = own_not_included(actor=request.actor, sub_registry=form.code)
    page = not_included_page(
        count_form, form, list(mine.values()), counts, halves=halves, counted=counted, at=request.at
    )
    return show(request, "records/not_included.html", page, tab="records", status=422 if count_form.errors else 200)


def _counted(request: ActorRequest, sub_registry: str, told: dict[str, Any]) -> Counted:
    is_added, number = told["vad"] == ADD, told["antal"]
    is_first = is_first_use(told["en_gang"], at=request.at)
    is_done = is_first and count_not_included(
        actor=request.actor,
        sub_registry=sub_registry,
        reason=told["orsak"],
        half=told["halvar"],
        number=number if is_added else -number,
        at=request.at,
    )
    return Counted(
        is_first=is_first,
        is_done=is_done,
        is_added=is_added,
        reason=told["orsak"],
        half=told["halvar"],
        number=number,
    )
