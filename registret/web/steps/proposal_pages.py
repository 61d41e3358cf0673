"""What the page of a proposal says, and the note about it on the page of the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from registret.records.rows import StepPage, WaitingProposal
from registret.registries.saying import said
from registret.web.pieces import FactText, Link, Note, OptionText, options
from registret.web.steps.heads import PatientHead, head_of, step_address
from registret.words.days import day_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPage:
    """`answers`: those that are proposed, each with what stands in the step. `changed`: why it is shown anew."""

    head: PatientHead
    form: forms.Form
    facts: Sequence[FactText]
    answers: Sequence[OptionText]
    changed: Note | None
    step: str


def proposal_page(
    page: StepPage, waiting: WaitingProposal, form: forms.Form, *, is_changed: bool = False
) -> ProposalPage:
    made = day_in_words(waiting.exported_at) if waiting.exported_at else _("står inte i filen")
    changed = _("Steget eller förslaget är ändrat sedan du öppnade sidan. Inget är sparat: läs igenom det igen.")
    return ProposalPage(
        head=head_of(page, act=_("Förslag ur en fil")),
        form=form,
        facts=[
            FactText(_("Källa"), [waiting.source]),
            FactText(_("Uttaget"), [made]),
            FactText(_("Inläst"), [day_in_words(waiting.at), waiting.by_name]),
        ],
        answers=options(form["accepted"], _texts(page, waiting)),
        changed=Note("warn", changed) if is_changed else None,
        step=step_address(page),
    )


def _texts(page: StepPage, waiting: WaitingProposal) -> dict[str, tuple[str, str]]:
    """By variable, the question, and what stands in the step and in the file."""
    stands, nothing = page.answers[page.step.code], _("inget svar")
    found = {}
    for code, told in waiting.answers.items():
        question = page.form.questions[code]
        beside = {
            "now": said(question, stands.get(code)) or nothing,
            "file": said(question, told) or nothing,
        }
        found[code] = str(question.variable.label), _("I steget: %(now)s. I filen: %(file)s.") % beside
    return found


def proposal_link(page: StepPage) -> Link | None:
    """For those who decide about it."""
    return Link(_("Ta ställning"), step_address(page, "step_proposal")) if page.is_proposed else None
