"""Save the answers of a step, lay it aside until an answer comes, and take it up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.records.identity.protected import require_reason
from registret.records.lifecycle import STEP_LIFE, StepState
from registret.records.logged import log_step
from registret.records.models import Revision, Step
from registret.records.queries.forms import answers_of
from registret.records.queries.revisions import changes_since, others_in
from registret.records.queries.steps import step_page, with_step
from registret.records.reporting.changes import Written, change_answers, change_state, read_answers, require_writable
from registret.records.reporting.forms_in_use import require_unchanged
from registret.records.rows import Other, StepPage
from registret.records.scope import provider_scope
from registret.registries.answers import Answer, Fault, FormFault, Stored
from registret.registries.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Another user changed the answer after the page was fetched. Their answer stays."""

    code: str
    mine: tuple[str, ...]
    theirs: Answer | None
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOutcome:
    """The result of a write. `others`: by variable, who else changed answers since the page was fetched."""

    page: StepPage
    faults: Mapping[str, Fault]
    conflicts: tuple[Conflict, ...]
    others: Mapping[str, Other] = field(default_factory=dict)


def write(*, actor: Actor, episode: str, step: str, base: int, written: Written, at: datetime) -> WriteOutcome:
    """Save answers. `base`: the version that the page showed. Answers that others changed since are not overwritten.

    Answers with a fault are not saved, the others are. What is `written` of another step is ignored.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible (signed), FormChanged.
    """
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        outcome, is_current = write_in(actor, page, row, base=base, written=written, at=at)
        if is_current:
            return outcome
        return replace(outcome, page=step_page(actor, episode=episode, step=step, at=at)[0])


def write_in(
    actor: Actor, page: StepPage, row: Step, *, base: int, written: Written, reason: str = "", at: datetime
) -> tuple[WriteOutcome, bool]:
    """As `write`, in a step that the caller has locked. Return as well whether the page is as things are: if the
    episode or other steps have changed with this one, it is as it was before, and must be read anew. `reason`: what the
    history says of it.

    Raises: ReasonNeeded, OfAnotherClinic, NotPossible (signed), FormChanged.
    """
    require_reason(actor, page.patient, at=at)
    require_writable(actor, row, "write")
    require_unchanged(page)
    since = changes_since(row, base)
    written = {q.code: written[q.code] for q in page.form_step.questions if q.code in written}
    answers, faults = _answers_by_now(page, written, at=at)
    changes, conflicts = _merge(page.form, row, since, written, answers, faults)
    is_current = True
    if changes:
        page, is_current = _saved(actor, page, row, changes, reason=reason, at=at)
    else:
        # The response shows the step, with what others wrote, so it is logged as opened.
        log_step(actor, Event.STEP_OPENED, page, at)
    others = {code: other for code, other in others_in(since).items() if code not in changes}
    return WriteOutcome(page=page, faults=faults, conflicts=conflicts, others=others), is_current


def _saved(
    actor: Actor,
    page: StepPage,
    row: Step,
    changes: Mapping[str, tuple[Stored | None, Stored | None]],
    *,
    reason: str,
    at: datetime,
) -> tuple[StepPage, bool]:
    """Save the changes. Return the page as it is then, and whether it is: not if more than this step has changed."""
    row.state = STEP_LIFE.after(StepState(row.state), "write")
    assessment = change_answers(actor, page, row, changes, kind=Revision.Kind.WRITE, reason=reason, at=at)
    log_step(actor, Event.STEP_WRITTEN, page, at, answers=len(changes))
    return (page, False) if assessment is None else (with_step(page, row, assessment), True)


def lay_aside(*, actor: Actor, episode: str, step: str, at: datetime) -> None:
    """Lay a step aside that waits for answers.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible.
    """
    change_state(actor, episode, step, "lay_aside", Revision.Kind.LAY_ASIDE, Event.STEP_LAID_ASIDE, reason="", at=at)


def take_up(*, actor: Actor, episode: str, step: str, at: datetime) -> None:
    """Take up a step that was laid aside, or that was closed because the patient has died.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible.
    """
    change_state(actor, episode, step, "take_up", Revision.Kind.TAKE_UP, Event.STEP_TAKEN_UP, reason="", at=at)


def _answers_by_now(page: StepPage, written: Written, *, at: datetime) -> tuple[dict[str, Answer], dict[str, Fault]]:
    """As `read_answers`; what cannot be answered yet is a fault."""
    answers, faults = read_answers(page.form, page.step.code, written, at=at, arrived_at=page.arrived_at)
    early = answers.keys() & page.assessment.locked.keys()
    faults |= dict.fromkeys(early, FormFault.NOT_YET)
    return {code: answer for code, answer in answers.items() if code not in early}, faults


def _merge(
    form: Form,
    row: Step,
    since: Mapping[str, tuple[Stored | None, Revision]],
    written: Written,
    answers: Mapping[str, Answer],
    faults: Mapping[str, Fault],
) -> tuple[dict[str, tuple[Stored | None, Stored | None]], tuple[Conflict, ...]]:
    """Return the changes to save, and the conflicts with what others saved since the page was fetched.

    A faulty answer can be a conflict too: correcting it would overwrite an answer that the user has not seen.
    """
    changes: dict[str, tuple[Stored | None, Stored | None]] = {}
    conflicts = []
    for code, mine in written.items():
        now = row.answers.get(code)
        new = answers[code].stored if code in answers else None
        at_base, revision = since.get(code, (now, None))
        if code not in faults and new in (at_base, now):
            continue
        if revision is not None:
            conflicts.append(_conflict(form, code, mine, now, revision))
        elif code not in faults:
            changes[code] = (now, new)
    return changes, tuple(conflicts)


def _conflict(form: Form, code: str, mine: Sequence[str], now: Stored | None, revision: Revision) -> Conflict:
    theirs = answers_of(form, {code: now}).get(code) if now is not None else None
    return Conflict(code=code, mine=tuple(mine), theirs=theirs, by_name=revision.by_name, at=revision.at)
