"""What waits for those who report at a clinic: each step once, by what is to be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.kernel.sweden import day_of
from registret.records.data_queries.answering import waiting_at_clinic
from registret.records.lifecycle import StepState
from registret.records.models import Step
from registret.records.queries.patients import listed_patient, with_numbers
from registret.records.queries.steps import steps_to_do
from registret.records.rows import ListedQuery, ListedStep, ListedSteps

SHOWN: Final = 10
"""So many lines of each are on the start page; the list of episodes has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`due`: follow-ups whose time has come; `to_continue`: steps that are next in their episodes, not begun, and
    without a day to wait for. Both the longest waiting first; of the others what was written last. `asked`: what the
    office asks about answers."""

    due: ListedSteps
    drafts: ListedSteps
    to_continue: ListedSteps
    laid_aside: ListedSteps
    asked: tuple[ListedQuery, ...]


def waiting(actor: Actor, *, at: datetime) -> Work:
    """Inside `provider_scope(actor)`. Raises: NotPermitted."""
    planned = Q(state=StepState.PLANNED)
    return Work(
        due=_listed(actor, planned & Q(due_from__lte=day_of(at)), "due_from", "id"),
        drafts=_listed(actor, Q(state__in=[StepState.DRAFT, StepState.REOPENED]), "-saved_at", "-id"),
        to_continue=_listed(actor, planned & Q(next_since__isnull=False, due_from=None), "next_since", "id"),
        laid_aside=_listed(actor, Q(state=StepState.INCOMPLETE), "-saved_at", "-id"),
        asked=waiting_at_clinic(actor),
    )


def _listed(actor: Actor, which: Q, *order: str) -> ListedSteps:
    wanted: QuerySet[Any] = with_numbers(steps_to_do(actor).filter(which), patient="episode__patient")
    rows = [_row(step) for step in wanted.order_by(*order)[: SHOWN + 1]]
    return ListedSteps(rows=tuple(rows[:SHOWN]), has_more=len(rows) > SHOWN)


def _row(found: Any) -> ListedStep:
    step: Step = found
    episode = step.episode
    patient = listed_patient(episode.patient, text=found.number_text, kind=found.number_kind)
    return ListedStep(
        shown=patient.shown,
        episode=episode.system_id,
        step=step.code,
        sub_registry=episode.sub_registry,
        version=episode.version,
        state=StepState(step.state),
        patient=patient.system_id,
        patient_id=patient.id,
        age=patient.age_at(day_of(episode.began_at)),
        sex=patient.sex,
        began_at=episode.began_at,
        saved_at=step.saved_at,
        saved_by_id=step.saved_by_id,
        saved_by_name=step.saved_by_name,
        due_from=step.due_from,
        due_to=step.due_to,
        next_since=step.next_since,
        flags=step.flags,
        lacking=step.lacking,
    )
