"""Förslag ur en fil: what a file says of a signed step, and the decision of the clinic about each answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registret.access.roles import Permission
from registret.records.refusals import ProposalChanged
from registret.records.reporting.deciding import ProposalDecision, decide, open_proposal
from registret.records.rows import StepPage, WaitingProposal
from registret.web.forms import ReasonField
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.pieces import show
from registret.web.steps.proposal_pages import proposal_page
from registret.web.steps.receipts import StepReceipt


class ProposalForm(forms.Form):
    """Which answers are accepted. `number` and `base`: of the proposal and the step that the page showed."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    base = forms.IntegerField(widget=forms.HiddenInput)
    accepted = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    reason = ReasonField(_("Skriv varför"))

    def __init__(self, data: Any = None, *, page: StepPage, waiting: WaitingProposal) -> None:
        super().__init__(data, initial={"number": waiting.id, "base": page.step.version})
        self.fields["accepted"].choices = [(code, code) for code in waiting.answers]  # type: ignore[attr-defined]

    @property
    def decision(self) -> ProposalDecision:
        """Of a form that is valid."""
        told = self.cleaned_data
        return ProposalDecision(
            number=told["number"],
            base=told["base"],
            accepted=frozenset(told["accepted"]),
            reason=told["reason"].strip(),
        )


@needs(Permission.REPORT).get_post
def step_proposal(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """What a file proposes for a step, and which answers of it are accepted. If the step, or what is proposed, has
    changed since the page was fetched, it is shown anew."""
    named: dict[str, Any] = {"actor": request.actor, "episode": episode, "step": step, "at": request.at}
    page, waiting = open_proposal(**named)
    form = ProposalForm(posted(request), page=page, waiting=waiting)
    try:
        if form.is_bound:
            _require_shown(form, page, waiting)
        if form.is_valid():
            decide(said=form.decision, **named)
            return see_other(f"{reverse('step', args=[episode, step])}?klart={StepReceipt.DECIDED.value}")
        status = 422 if form.errors else 200
    except ProposalChanged:
        page, waiting = open_proposal(**named)
        form, status = ProposalForm(page=page, waiting=waiting), ProposalChanged.status
    shown = proposal_page(page, waiting, form, is_changed=status == ProposalChanged.status)
    return show(request, "steps/proposal.html", shown, tab="records", status=status)


def _require_shown(form: ProposalForm, page: StepPage, waiting: WaitingProposal) -> None:
    """Before anything else is said about the form. Raises: ProposalChanged."""
    if (form["number"].value(), form["base"].value()) != (str(waiting.id), str(page.step.version)):
        raise ProposalChanged()
