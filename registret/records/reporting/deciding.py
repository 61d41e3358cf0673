"""A person of the clinic decides about what a file proposes for a step, answer by answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.records.identity.protected import require_reason
from registret.records.lifecycle import StepState
from registret.records.logged import log_step
from registret.records.models import Proposal
from registret.records.queries.steps import step_page
from registret.records.refusals import ProposalChanged, ProposalImpossible
from registret.records.reporting.signing import reopen
from registret.records.reporting.writing import write
from registret.records.rows import StepPage, WaitingProposal
from registret.records.scope import provider_scope
from registret.registries.answers import AnswerBroken, Stored, restored, written
from registret.registries.forms import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDecision:
    """`number` and `base`: the proposal and the version of the step that the page showed. `accepted`: variables; what
    else is proposed is refused. `reason`: for both."""

    number: int
    base: int
    accepted: frozenset[str]
    reason: str


def open_proposal(*, actor: Actor, episode: str, step: str, at: datetime) -> tuple[StepPage, WaitingProposal]:
    """What waits for a decision, with its step: a look at the patient.

    Raises: NotPermitted, NotFound (also if nothing waits, or another clinic has the step), ReasonNeeded.
    """
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, at=at)
        found = _waiting(actor, page, row.id)
        require_reason(actor, page.patient, at=at)
        log_step(actor, Event.STEP_OPENED, page, at)
        return page, _told(page, found)


def decide(*, actor: Actor, episode: str, step: str, said: ProposalDecision, at: datetime) -> None:
    """Write what is accepted in the step, which is reopened for it, and keep what is refused.

    Raises: NotPermitted, NotFound, ReasonNeeded, FormChanged; ProposalChanged (the step, or what is proposed, is
        another by now); ProposalImpossible (an accepted answer is none).
    """
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        found = _waiting(actor, page, row.id)
        require_reason(actor, page.patient, at=at)
        if (found.id, row.version) != (said.number, said.base):
            raise ProposalChanged()
        accepted = sorted(said.accepted & found.answers.keys())
        if accepted:
            _write(actor, page, {code: found.answers[code] for code in accepted}, said, at)
        found.accepted, found.reason = accepted, said.reason
        found.ended_at, found.ended_by_id, found.ended_by_name = at, actor.account_id, actor.name
        found.save()
        numbers = {"accepted": len(accepted), "refused": len(found.answers) - len(accepted)}
        log_step(actor, Event.PROPOSAL_DECIDED, page, at, reason=said.reason, **numbers)


def _write(
    actor: Actor, page: StepPage, answers: dict[str, Stored | None], said: ProposalDecision, at: datetime
) -> None:
    about = {"episode": page.episode.system_id, "step": page.step.code}
    if page.step.state is StepState.SIGNED:
        reopen(actor=actor, reason=said.reason, at=at, **about)
    asked = {question.code: question for question in page.form_step.questions}
    try:
        texts = {code: _typed(asked[code], told) for code, told in answers.items()}
    except (AnswerBroken, KeyError):
        raise ProposalImpossible() from None
    if write(actor=actor, base=said.base, written=texts, at=at, **about).faults:
        raise ProposalImpossible()


_NOTHING: Final = ("",)


def _typed(question: Question, told: Stored | None) -> tuple[str, ...]:
    """Raises: AnswerBroken."""
    return _NOTHING if told is None else written(question, restored(question, told))


def _waiting(actor: Actor, page: StepPage, step_id: int) -> Proposal:
    """Raises: NotFound."""
    is_here = page.may_report and page.step.clinic_id == actor.seat.clinic_id
    return existing(Proposal.objects.filter(step_id=step_id, ended_at=None).first() if is_here else None)


def _told(page: StepPage, found: Proposal) -> WaitingProposal:
    questions = {question.code: question for question in page.form_step.questions}
    return WaitingProposal(
        id=found.id,
        source=found.source,
        exported_at=found.exported_at,
        at=found.at,
        by_name=found.by_name,
        answers={
            code: None if told is None else restored(questions[code], told)
            for code, told in found.answers.items()
            if code in questions
        },
    )
