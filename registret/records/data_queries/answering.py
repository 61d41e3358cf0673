"""A clinic sees the registry office's questions about its steps, and answers them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.database.prepared import Given, Prepared
from registret.ledger.events import Event
from registret.records.data_queries.asking import ANSWERABLE_FOR
from registret.records.data_queries.text import QueryText
from registret.records.identity.protected import require_reason
from registret.records.lifecycle import QUERY_LIFE, QueryOutcome, QueryState, StepState
from registret.records.logged import log_step
from registret.records.models import DataQuery, Revision
from registret.records.queries.episodes import clinic_place_of
from registret.records.queries.steps import step_page
from registret.records.refusals import NotCorrected
from registret.records.rows import StepPage, WaitingQuery
from registret.records.scope import provider_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """What the clinic says. `text` is given where what is right cannot be known."""

    outcome: QueryOutcome
    text: QueryText


def open_query(*, actor: Actor, episode: str, step: str, number: int, at: datetime) -> tuple[StepPage, WaitingQuery]:
    """A question that waits, with its step: a look at the patient.

    Raises: NotPermitted, NotFound (also one that is answered, or of another clinic), ReasonNeeded.
    """
    with provider_scope(actor, Permission.REPORT):
        asked = _at_clinic(actor).filter(_named(episode, step, number), state=QueryState.WAITING)
        found = existing(asked.first())
        page, _ = step_page(actor, episode=episode, step=step, at=at)
        require_reason(actor, page.patient, at=at)
        log_step(actor, Event.STEP_OPENED, page, at)
        return page, _waiting(found)


def answer(*, actor: Actor, episode: str, step: str, number: int, said: QueryAnswer, at: datetime) -> None:
    """Answer a question: once, also if two answer at the same moment.

    Raises: NotPermitted, NotFound, ReasonNeeded; NotPossible (it is answered, taken back or lapsed); NotCorrected (said
        to be corrected, and nothing was changed and signed since it was asked).
    """
    with provider_scope(actor, Permission.REPORT):
        locked = _at_clinic(actor).select_for_update(of=("self",))
        found = existing(locked.filter(_named(episode, step, number)).first())
        page, _ = step_page(actor, episode=episode, step=step, at=at)
        require_reason(actor, page.patient, at=at)
        found.state = QUERY_LIFE.after(QueryState(found.state), "answer")
        if said.outcome is QueryOutcome.CORRECTED and not _is_corrected(found, page):
            raise NotCorrected()
        found.outcome, found.answer = said.outcome, said.text.text
        found.ended_at, found.ended_by_id, found.ended_by_name = at, actor.account_id, actor.name
        found.save()
        result = said.outcome.value
        log_step(actor, Event.QUERY_ANSWERED, page, at, query=found.id, variable=found.variable, result=result)


def waiting_of_step(actor: Actor, *, episode: str, step: str) -> tuple[WaitingQuery, ...]:
    """What the actor can answer about a step. Inside `provider_scope(actor)`; one query.

    Raises: NotPermitted (the actor sits at no clinic).
    """
    place = clinic_place_of(actor, Permission.REPORT)
    return tuple(map(_waiting, _WAITING_OF_STEP.rows(episode=episode, step=step, **place)))


def _at_clinic(actor: Actor) -> QuerySet[DataQuery]:
    """About the steps that the actor may correct. Inside `provider_scope(actor)`. The only way from an actor at a
    clinic to queries."""
    return _about(**clinic_place_of(actor, Permission.REPORT))


def _about(clinic: Any, provider: Any, sub_registries: Any) -> QuerySet[DataQuery]:
    return DataQuery.objects.filter(
        step__clinic_id=clinic, step__care_provider_id=provider, step__episode__sub_registry__any=sub_registries
    )


_WAITING_OF_STEP = Prepared(
    lambda: (
        _about(Given("clinic"), Given("provider"), Given("sub_registries"))
        .filter(step__episode__system_id=Given("episode"), step__code=Given("step"), state=QueryState.WAITING)
        .order_by("asked_at", "id")
    )
)


def _named(episode: str, step: str, number: int) -> Q:
    return Q(id=number, step__episode__system_id=episode, step__code=step)


def _is_corrected(found: DataQuery, page: StepPage) -> bool:
    """Whether the answer was changed after the question, and the step is signed with it."""
    changed = Revision.objects.filter(
        step__data_queries=found.id, at__gt=found.asked_at, changes__has_key=found.variable
    )
    return page.step.state is StepState.SIGNED and changed.exists()


def _waiting(found: DataQuery) -> WaitingQuery:
    return WaitingQuery(
        id=found.id,
        variable=found.variable,
        text=found.text,
        asked_at=found.asked_at,
        answer_by=found.asked_at + ANSWERABLE_FOR,
    )
