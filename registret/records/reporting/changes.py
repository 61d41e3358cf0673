"""Change a step: its answers and state, the revision, the log entry, and what follows for other steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.database.prepared import Given, PreparedUpdate, update
from registret.kernel.sweden import SWEDEN, day_of, months_later
from registret.ledger.events import Event
from registret.records.deaths import settle
from registret.records.identity.protected import require_reason
from registret.records.lifecycle import STEP_LIFE, StepState
from registret.records.logged import log_step
from registret.records.models import Episode, Revision, Step
from registret.records.queries.forms import answers_of
from registret.records.queries.steps import known_of, step_page
from registret.records.refusals import OfAnotherClinic
from registret.records.revisions import Changes, revise, set_next
from registret.records.rows import StepPage
from registret.records.scope import provider_scope
from registret.registries.answers import Answer, AnswerBroken, Fault, read
from registret.registries.assessing import Assessment, assess, opens_on
from registret.registries.forms import Form, FormStep, Question

Written = Mapping[str, Sequence[str]]
"""By variable, what was posted: one text, or several where several can be chosen."""

_ANCHOR_WITHOUT_TIME: Final = timedelta(hours=12)


def change_state(
    actor: Actor, episode: str, step: str, act: str, kind: Revision.Kind, event: Event, *, reason: str, at: datetime
) -> None:
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        require_reason(actor, page.patient, at=at)
        require_writable(actor, row, act)
        row.state = STEP_LIFE.after(StepState(row.state), act)
        row.closed_at, row.closed_why = None, ""
        if row.state == StepState.REOPENED:
            row.signed_at, row.signed_by_id, row.signed_by_name = None, None, ""
        change_answers(actor, page, row, {}, kind=kind, reason=reason, at=at)
        log_step(actor, event, page, at, **({"reason": reason} if reason else {}))


def require_writable(actor: Actor, row: Step, act: str) -> None:
    """Raises: OfAnotherClinic, NotPossible."""
    if row.clinic_id != actor.seat.clinic_id:
        raise OfAnotherClinic()
    STEP_LIFE.after(StepState(row.state), act)


def read_answers(
    form: Form, step: str, written: Written, *, at: datetime, arrived_at: datetime | None = None
) -> tuple[dict[str, Answer], dict[str, Fault]]:
    """Return the answers to questions of this step, and the faults of what is not valid. Other names are ignored."""
    answers: dict[str, Answer] = {}
    faults: dict[str, Fault] = {}
    for question in form.step(step).questions:
        if question.code not in written:
            continue
        try:
            answer = read(question, written[question.code], at=at, arrived_at=arrived_at)
        except AnswerBroken as broken:
            faults[question.code] = broken.fault
        else:
            if answer is not None:
                answers[question.code] = answer
    return answers, faults


def change_answers(
    actor: Actor, page: StepPage, row: Step, changes: Changes, *, kind: Revision.Kind, reason: str, at: datetime
) -> Assessment | None:
    """Save answers with a revision, and what follows from them: flags, start of the episode, when steps are due.

    Return the step's assessment, or None if the episode or other steps have changed with it.
    """
    answers = {code: stored for code, stored in row.answers.items() if code not in changes}
    row.answers = answers | {code: new for code, (_, new) in changes.items() if new is not None}
    own = answers_of(page.form, row.answers)
    everything = dict(page.answers) | {row.code: own}
    began_at = _begun_at(page, row, own)
    moves_episode = began_at != page.episode.began_at
    known = known_of(page.patient, began_at, told_died_on=page.told_died_on)
    now = assess(page.form, row.code, answers=everything, patient=known, today=day_of(at))
    said = row.says_dead, row.died_on
    _note_on(row, now, actor, at=at)
    revise(actor, row, changes, kind=kind, reason=reason, at=at)
    update(row)
    sets_due = _set_due(page, row, everything, changed=frozenset(changes))
    sets_next = kind in {Revision.Kind.SIGN, Revision.Kind.REOPEN}
    if sets_next:
        set_next(page.form, row.episode_id, at=at)
    settles = (row.says_dead, row.died_on) != said
    if row.says_dead != said[0]:
        settle(page.patient.id, by=actor.by, actor=actor, but=row.id, at=at)
    return None if moves_episode or sets_due or sets_next or settles else now


def _begun_at(page: StepPage, row: Step, own: Mapping[str, Answer]) -> datetime:
    """When the episode began, by the step's own answers if they say so: then the episode is moved there."""
    told = began_at_in(page.form, own) if row.code == page.form.inclusion.code else None
    if told is None or told == page.episode.began_at:
        return page.episode.began_at
    Episode.objects.filter(id=row.episode_id).update(began_at=told)
    return told


def _note_on(row: Step, now: Assessment, actor: Actor, *, at: datetime) -> None:
    """What the row says of its answers, and who saved them."""
    row.flags, row.lacking = len(now.broken), len(now.lacking)
    row.says_dead, row.died_on = now.death, now.died_on
    row.saved_at, row.saved_by_id, row.saved_by_name = at, actor.account_id, actor.name
    row.next_since = None


def _set_due(
    page: StepPage, row: Step, answers: Mapping[str, Mapping[str, Answer]], *, changed: frozenset[str]
) -> bool:
    """Set when later steps are due, where an answer has changed that it is counted from. Return whether that changes.
    The steps are locked, and on the page as they are."""
    were = {step.code: (step.due_from, step.due_to) for step in page.episode.steps}
    waiting = [
        (step, due)
        for step in page.form.steps
        if step.due is not None and changed & {step.due.after, *(after for _, after in _waited_for(step))}
        if (due := due_between(step, answers)) != were.get(step.code)
    ]
    for step, (due_from, due_to) in waiting:
        _DUE.get(episode=row.episode_id, code=step.code, due_from=due_from, due_to=due_to)
    return bool(waiting)


_DUE: Final = PreparedUpdate(
    lambda: Step.objects.filter(episode_id=Given("episode"), code=Given("code")),
    due_from=Given("due_from"),
    due_to=Given("due_to"),
)


def due_between(step: FormStep, answers: Mapping[str, Mapping[str, Answer]]) -> tuple[date | None, date | None]:
    """Return when a step is due: some months after an answer, and not before its own answers can be known. Both are
    None if it is due at no time, or that answer is not known. `answers`: by step and variable."""
    told = {code: answer.value for some in answers.values() for code, answer in some.items()}
    value = told.get(step.due.after) if step.due else None
    day = day_of(value) if isinstance(value, datetime) else value
    if step.due is None or not isinstance(day, date):
        return None, None
    opening = [opens_on(question, told.get(after)) for question, after in _waited_for(step)]
    due_from = max([months_later(day, step.due.months_from), *(one for one in opening if one)])
    return due_from, max(months_later(day, step.due.months_to), due_from)


def _waited_for(step: FormStep) -> list[tuple[Question, str]]:
    """The questions that must be answered and are about a later day, and what their day is counted from."""
    return [
        (question, question.variable.opens.after)
        for question in step.questions
        if question.variable.opens and question.variable.required
    ]


def began_at_in(form: Form, answers: Mapping[str, Answer]) -> datetime | None:
    """Return when the episode began; at noon, if only the day is known."""
    value = answers[form.anchor].value if form.anchor in answers else None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=SWEDEN) + _ANCHOR_WITHOUT_TIME
    return None
