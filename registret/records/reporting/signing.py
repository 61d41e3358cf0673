"""Sign a step, and reopen (låsa upp) one that was signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.records.identity.protected import require_reason
from registret.records.lifecycle import STEP_LIFE, StepState
from registret.records.logged import log_step
from registret.records.models import Revision, Step
from registret.records.queries.steps import step_page
from registret.records.refusals import CannotSign, WrittenSince
from registret.records.reporting.changes import change_answers, change_state, require_writable
from registret.records.reporting.forms_in_use import require_unchanged
from registret.records.rows import StepPage
from registret.records.scope import provider_scope
from registret.registries.answers import Stored


def reopen(*, actor: Actor, episode: str, step: str, reason: str, at: datetime) -> None:
    """Reopen (lås upp) a signed step, so that it can be corrected. The reason is kept in its history.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible; ValueError (no reason).
    """
    if not reason.strip():
        raise ValueError("reopening has a reason")
    change_state(
        actor, episode, step, "reopen", Revision.Kind.REOPEN, Event.STEP_REOPENED, reason=reason.strip(), at=at
    )


def sign(*, actor: Actor, episode: str, step: str, base: int, at: datetime) -> None:
    """Sign a step as complete and right. Answers to questions that are no longer asked are removed.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible, CannotSign, FormChanged; WrittenSince
        (another user saved after the page was fetched: nobody signs what they have not seen).
    """
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        require_reason(actor, page.patient, at=at)
        require_writable(actor, row, "sign")
        require_unchanged(page)
        if row.version != base and row.saved_at is not None:
            raise WrittenSince(by=row.saved_by_name, at=row.saved_at)
        if not page.assessment.can_be_signed:
            raise CannotSign(lacking=len(page.assessment.lacking), broken=len(page.assessment.broken))
        counted = page.assessment.shown - page.assessment.locked.keys()
        hidden = {code: (stored, None) for code, stored in row.answers.items() if code not in counted}
        put_name(actor, page, row, hidden, at=at)
        log_step(actor, Event.STEP_SIGNED, page, at)


def put_name(
    actor: Actor, page: StepPage, row: Step, hidden: Mapping[str, tuple[Stored | None, None]], *, at: datetime
) -> None:
    row.state = STEP_LIFE.after(StepState(row.state), "sign")
    row.signed_at, row.signed_by_id, row.signed_by_name = at, actor.account_id, actor.name
    change_answers(actor, page, row, hidden, kind=Revision.Kind.SIGN, reason="", at=at)
