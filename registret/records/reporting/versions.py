"""An episode stays on the version of the form that it was begun with, unless a user moves it, who was shown what
becomes of every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.records.deaths import settle
from registret.records.identity.protected import require_reason
from registret.records.lifecycle import STEP_LIFE, StepState
from registret.records.logged import log_step
from registret.records.models import Episode, Revision, Step
from registret.records.proposals.forgetting import forget_waiting
from registret.records.queries.steps import known_of, step_page
from registret.records.reporting.forms_in_use import use
from registret.records.revisions import revise, set_next
from registret.records.rows import StepPage
from registret.records.scope import clinic_of, provider_scope
from registret.registries.answers import Answer, Stored
from registret.registries.assessing import assess
from registret.registries.comparing import Difference, Lost, compare, move
from registret.registries.forms import Form
from registret.registries.queries import form_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What moving would do. `lost`: answers that the new form does not take."""

    page: StepPage
    new: Form
    differences: tuple[Difference, ...]
    lost: tuple[Lost, ...]


def newer_form(form: Form) -> Form | None:
    """The form in force, if it is a later version and has all steps of this one."""
    new = form_in_force(form.code)
    if new is None or new.version <= form.version:
        return None
    return new if {step.code for step in form.steps} <= {step.code for step in new.steps} else None


def preview(*, actor: Actor, episode: str, at: datetime) -> Preview:
    """Raises: NotPermitted, ReasonNeeded; NotFound (no such episode here, or no newer version)."""
    with provider_scope(actor, Permission.REPORT):
        page, new = _moving(actor, episode, lock=False, at=at)
        log_step(actor, Event.STEP_OPENED, page, at)
        return Preview(
            page=page,
            new=new,
            differences=compare(page.form, new),
            lost=move(page.answers, old=page.form, new=new).lost,
        )


def move_on(*, actor: Actor, episode: str, at: datetime) -> None:
    """The episode goes on with the form in force. A signed step whose answers change, or that the new form wants more
    of, is opened again.

    Raises: NotPermitted, ReasonNeeded; NotFound (no such episode here, or no newer version); FormChanged.
    """
    with provider_scope(actor, Permission.REPORT) as provider:
        page, new = _moving(actor, episode, lock=True, at=at)
        use(new, at=at)
        answers = move(page.answers, old=page.form, new=new).answers
        rows = {row.code: row for row in Step.objects.filter(episode_id=page.episode.id).select_for_update()}
        Episode.objects.filter(id=page.episode.id).update(version=new.version)
        # They are answers to the questions of the form before.
        forget_waiting(step__episode_id=page.episode.id)
        for step in new.steps:
            if step.code in rows:
                _renew(actor, page, rows[step.code], new, answers, at)
            else:
                Step.objects.create(
                    episode_id=page.episode.id, care_provider_id=provider, clinic_id=clinic_of(actor), code=step.code
                )
        set_next(new, page.episode.id, at=at)
        settle(page.patient.id, by=actor.by, actor=actor, at=at)
        log_step(actor, Event.EPISODE_MOVED_ON, page, at, version=new.version)


def _moving(actor: Actor, episode: str, *, lock: bool, at: datetime) -> tuple[StepPage, Form]:
    page, _ = step_page(actor, episode=episode, step=None, lock=lock, at=at)
    if not page.may_report:
        raise NotPermitted()
    require_reason(actor, page.patient, at=at)
    new = newer_form(page.form)
    if new is None or page.episode.clinic_id != actor.seat.clinic_id:
        raise NotFound()
    return page, new


def _renew(
    actor: Actor, page: StepPage, row: Step, new: Form, answers: Mapping[str, Mapping[str, Answer]], at: datetime
) -> None:
    """One step under the new form."""
    if not row.answers and row.state in {StepState.PLANNED, StepState.CLOSED}:
        return
    kept: dict[str, Stored] = {code: answer.stored for code, answer in answers.get(row.code, {}).items()}
    codes = [code for code in {**row.answers, **kept} if row.answers.get(code) != kept.get(code)]
    changes = {code: (row.answers.get(code), kept.get(code)) for code in codes}
    known = known_of(page.patient, page.episode.began_at, told_died_on=page.told_died_on)
    now = assess(new, row.code, answers=answers, patient=known, today=day_of(at))
    row.answers, row.says_dead, row.died_on = kept, now.death, now.died_on
    if row.state != StepState.CLOSED:
        row.flags, row.lacking = len(now.broken), len(now.lacking)
    if row.state == StepState.SIGNED and (changes or not now.can_be_signed):
        row.state = STEP_LIFE.after(StepState.SIGNED, "reopen")
        row.signed_at, row.signed_by_id, row.signed_by_name = None, None, ""
    revise(actor, row, changes, kind=Revision.Kind.VERSION, reason="", at=at)
    row.save()
