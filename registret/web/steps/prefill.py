"""Hämta från journalen: what the record system knows of questions that are not answered, accepted answer by answer.

What was suggested waits in the page and not on the server, signed, so that what is accepted is what was suggested.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registret.access.roles import Permission
from registret.exchange.nkrr.suggesting import Found, JournalSilent, ask
from registret.records.reporting import audited_reads
from registret.records.reporting.prefilling import AcceptedSuggestions, accept
from registret.records.rows import StepPage
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.pieces import show
from registret.web.steps.prefill_pages import PREFILL, PrefillEnd, Shown, prefill_page, shown_of
from registret.web.steps.receipts import StepReceipt

_LASTS: Final = timedelta(hours=1)
_SALT: Final = "registret.web.steps.prefill"


class PrefillForm(forms.Form):
    """`kept`: what was suggested. `accepted`: the places in it of what is to be saved."""

    kept = forms.CharField(widget=forms.HiddenInput)
    accepted = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Välj de svar som ska föras in")}
    )

    def __init__(self, data: Any = None, *, shown: Shown, kept: str) -> None:
        super().__init__(data, initial={"kept": kept})
        self._variables = {str(place): one.variable for place, one in enumerate(shown.answers)}
        self.fields["accepted"].choices = [(key, key) for key in self._variables]  # type: ignore[attr-defined]

    def clean_accepted(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["accepted"]
        if len({self._variables[key] for key in chosen}) < len(chosen):
            raise forms.ValidationError(_("Välj högst ett svar på varje fråga"))
        return chosen


@needs(Permission.REPORT).post
def prefill(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """Asks the record system, and shows what it suggests; then saves what is accepted of that."""
    if "kept" in request.POST:
        return _accepted(request, episode, step)
    try:
        page, found = ask(actor=request.actor, episode=episode, step=step, at=request.at)
    except JournalSilent:
        return _back(episode, step, PrefillEnd.SILENT)
    if not found.suggestions:
        return _back(episode, step, PrefillEnd.NOTHING)
    shown = shown_of(page, found)
    form = PrefillForm(shown=shown, kept=_signed(request, page, found))
    return show(request, "steps/prefill.html", prefill_page(page, form, shown), tab="records")


def _accepted(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    kept = _kept(request, episode, step)
    if kept is None:
        return _back(episode, step, PrefillEnd.OLD)
    shown = Shown.of(kept["shown"])
    form = PrefillForm(request.POST, shown=shown, kept=request.POST["kept"])
    if not form.is_valid():
        page = audited_reads.open_step(actor=request.actor, episode=episode, step=step, at=request.at)
        return show(request, "steps/prefill.html", prefill_page(page, form, shown), tab="records", status=422)
    chosen = [shown.answers[int(place)] for place in form.cleaned_data["accepted"]]
    said = AcceptedSuggestions(
        written={one.variable: one.written for one in chosen},
        sources={one.variable: one.source for one in chosen},
        correlation=kept["correlation"],
    )
    if accept(actor=request.actor, episode=episode, step=step, said=said, at=request.at):
        return _back(episode, step, PrefillEnd.SOME)
    return see_other(f"{reverse('step', args=[episode, step])}?klart={StepReceipt.PREFILLED.value}")


def _back(episode: str, step: str, end: PrefillEnd) -> HttpResponse:
    """To the form, which says how it went."""
    return see_other(f"{reverse('step', args=[episode, step])}?{PREFILL}={end.value}")


def _about(request: ActorRequest, episode: str, step: str) -> list[Any]:
    return [request.actor.session_id, episode, step]


def _signed(request: ActorRequest, page: StepPage, found: Found) -> str:
    told = {
        "about": _about(request, page.episode.system_id, page.step.code),
        "until": (request.at + _LASTS).isoformat(),
        "correlation": found.correlation,
        "shown": shown_of(page, found).as_json,
    }
    return signing.dumps(told, salt=_SALT, compress=True)


def _kept(request: ActorRequest, episode: str, step: str) -> Mapping[str, Any] | None:
    """None: it was not suggested here, in this session, within the hour."""
    try:
        told: dict[str, Any] = signing.loads(request.POST["kept"], salt=_SALT)
    except signing.BadSignature:
        return None
    is_ours = told["about"] == _about(request, episode, step)
    return told if is_ours and request.at < datetime.fromisoformat(told["until"]) else None
