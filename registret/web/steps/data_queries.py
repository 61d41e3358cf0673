"""Kansliet frågar: what the registry office asks about a step, and the clinic's reply."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registret.access.roles import Permission
from registret.records.data_queries.answering import QueryAnswer, answer, open_query
from registret.records.lifecycle import QueryOutcome
from registret.records.refusals import NotCorrected
from registret.web.forms import QueryTextField, refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.pieces import show
from registret.web.steps.data_query_pages import query_page
from registret.web.steps.receipts import StepReceipt
from registret.words.data_queries import OUTCOMES


class QueryAnswerForm(forms.Form):
    """What the clinic says, and why where nobody can know."""

    outcome = forms.TypedChoiceField(
        coerce=QueryOutcome,
        choices=list(OUTCOMES.items()),
        error_messages={"required": _("Välj ett svar"), "invalid_choice": _("Välj ett av svaren")},
    )
    text = QueryTextField()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        text = data.get("text")
        if data.get("outcome") is QueryOutcome.UNKNOWN and text is not None and not text.text:
            self.add_error("text", _("Skriv varför det inte går att få veta"))
        return data

    @property
    def said(self) -> QueryAnswer:
        """Of a form that is valid."""
        return QueryAnswer(outcome=self.cleaned_data["outcome"], text=self.cleaned_data["text"])


@needs(Permission.REPORT).get_post
def data_query(request: ActorRequest, episode: str, step: str, id: int) -> HttpResponse:
    """What the office asks, and the clinic's answer."""
    form = QueryAnswerForm(posted(request))
    named: dict[str, Any] = {"actor": request.actor, "episode": episode, "step": step, "number": id, "at": request.at}
    if form.is_valid():
        with refusals_as_errors(form, {NotCorrected: "outcome"}):
            answer(said=form.said, **named)
    if form.is_valid():
        return see_other(f"{reverse('step', args=[episode, step])}?klart={StepReceipt.ANSWERED.value}")
    page = query_page(*open_query(**named), form)
    return show(request, "steps/data_query.html", page, tab="records", status=422 if form.errors else 200)
